"""Event selectors of trails, of both lenses: which events do they record of which resources?

A selector that is narrowed by a field that is not understood here records nothing for certain.
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hipaa_policies.facts.logs import DataEvents

# A selector's fields: the values of each operator ("equals", "not_starts_with", ...).
Fields = Mapping[str, Mapping[str, Sequence[str]]]
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
            arn_prefixes=(*arns.get("starts_with", ()), *arns.get("equals", ())),
            left_out=(*arns.get("not_starts_with", ()), *arns.get("not_equals", ())),
            reads=read_only in ([], ["true"]) and not narrowed,
            writes=read_only in ([], ["false"]) and not narrowed,
        )
        for kind in _equals(fields, "resources.type")
    ]


def basic_data_events(kind: str, values: Sequence[str], read_write: str) -> DataEvents:
    """What a data resource of a basic selector records."""
    return DataEvents(
        resource_type=kind,
        # "arn:aws:s3", "arn:aws:lambda" and "arn:aws:dynamodb" stand for everything.
        arn_prefixes=tuple(value for value in values if value.count(":") > 2),
        left_out=(),
        reads=read_write in ("All", "ReadOnly"),
        writes=read_write in ("All", "WriteOnly"),
    )


def _equals(fields: Fields, name: str) -> list[str]:
    return list(fields.get(name, {}).get("equals", ()))
