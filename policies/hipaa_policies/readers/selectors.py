"""Event selectors of trails, of both lenses: which events do they record of which resources?

A selector that is narrowed by a field that is not understood here records nothing for certain.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hipaa_policies.facts.logs import DataEvents

# A selector's fields: the values of each operator ("equals", "not_starts_with", ...).
Fields = Mapping[str, Mapping[str, Sequence[str]]]
S3_OBJECT = "AWS::S3::Object"
_BROAD = frozenset({"eventCategory", "readOnly", "resources.ARN", "resources.type"})
_ARN_OPERATORS = frozenset({"equals", "starts_with", "not_equals", "not_starts_with"})


def records_management_events(fields: Fields) -> bool:
    """Whether an advanced selector records all management events: nothing may narrow it, and KMS's may
    not be left out (whoever deletes a key is seen in them alone)."""
    return set(fields) == {"eventCategory"} and _equals(fields, "eventCategory") == ["Management"]


def data_events(fields: Fields) -> list[DataEvents]:
    """What an advanced selector records of data events."""
    if "Data" not in _equals(fields, "eventCategory"):
        return []
    arns = fields.get("resources.ARN", {})
    narrowed = bool(set(fields) - _BROAD or set(arns) - _ARN_OPERATORS)
    narrowed = narrowed or bool(set(fields.get("readOnly", {})) - {"equals"})
    read_only = _equals(fields, "readOnly")
    return [
        DataEvents(
            resource_type=kind,
            arn_prefixes=tuple(arns.get("starts_with", ())),
            left_out=(*arns.get("not_starts_with", ()), *arns.get("not_equals", ())),
            reads=read_only in ([], ["true"]) and not narrowed,
            writes=read_only in ([], ["false"]) and not narrowed,
            arns=tuple(arns.get("equals", ())),
        )
        for kind in _equals(fields, "resources.type")
    ]


def basic_data_events(kind: str, values: Sequence[str], read_write: str) -> DataEvents:
    """What a data resource of a basic selector records: nothing for certain where it names none.

    Of S3 it names the beginnings of ARNs; "Lambda function ARNs are exact", and tables are named whole.
    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
    """
    # "arn:aws:s3", "arn:aws:lambda" and "arn:aws:dynamodb" stand for everything.
    named = () if any(value.count(":") <= 2 for value in values) else tuple(values)
    return DataEvents(
        resource_type=kind,
        arn_prefixes=named if kind == S3_OBJECT else (),
        left_out=(),
        reads=bool(values) and read_write in ("All", "ReadOnly"),
        writes=bool(values) and read_write in ("All", "WriteOnly"),
        arns=() if kind == S3_OBJECT else named,
    )


def _equals(fields: Fields, name: str) -> list[str]:
    return list(fields.get(name, {}).get("equals", ()))
