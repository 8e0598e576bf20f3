"""Subscriptions that take log events out of CloudWatch, as planned."""

from __future__ import annotations

import json
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import LogExport
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Block, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader
from hipaa_policies.readers.shared import LEFT_OUT

_STREAM = ("aws_kinesis_firehose_delivery_stream",)
_DESTINATIONS = (*_STREAM, "aws_kinesis_stream", "aws_lambda_function", "aws_cloudwatch_log_destination")
_S3 = ("extended_s3_configuration", "s3_configuration")


@reader(
    "log_exports",
    types=(*_STREAM, "aws_cloudwatch_log_account_policy", "aws_cloudwatch_log_subscription_filter"),
)
def read_log_exports(plan: Plan) -> Facts:
    found = [_filter(planned) for planned in plan.of("aws_cloudwatch_log_subscription_filter")]
    found += [
        _of_account(planned)
        for planned in plan.of("aws_cloudwatch_log_account_policy")
        if planned.values.get("policy_type") == "SUBSCRIPTION_FILTER_POLICY"
    ]
    return {"log_exports": Listing(tuple(found), None if found else elsewhere("subscriptions of logs"))}


def _filter(planned: Planned) -> LogExport:
    return partial(
        LogExport,
        arn=planned.arn,
        log_group=planned.reference("log_group_name", ("aws_cloudwatch_log_group",), "name"),
        left_out=(),
        pattern=planned.get("filter_pattern") or "",
        bucket=_bucket(planned, "destination_arn"),
    )


def _of_account(planned: Planned) -> LogExport:
    text = planned.get("policy_document")
    criteria = planned.text("selection_criteria")
    left_out: Any = ()
    if isinstance(criteria, Unreadable):
        left_out = criteria
    elif criteria:
        named = LEFT_OUT.fullmatch(criteria.strip())
        left_out = tuple(json.loads(named[1])) if named else planned.undecided("selection_criteria")
    known = isinstance(text, str)
    return partial(
        LogExport,
        arn=planned.arn,
        log_group=None,
        left_out=left_out,
        # The document is only known after apply where the stream is new: it names the stream then.
        pattern=json.loads(text).get("FilterPattern", "") if known else "",
        bucket=_bucket(planned, "policy_document", json.loads(text)["DestinationArn"] if known else None),
    )


def _bucket(planned: Planned, attribute: str, arn: str | None = None) -> Any:
    """The bucket of the stream that an attribute names; ``None`` where it names no stream into one."""
    arn = arn or planned.reference(attribute, _DESTINATIONS)
    if isinstance(arn, Unreadable):
        return arn
    stream = next((found for found in planned.plan.of(*_STREAM) if found.arn == arn), None)
    if stream is None:
        return None
    for kind in _S3:
        inner = stream.block(kind)
        if isinstance(inner, Unreadable):
            return inner
        if isinstance(inner, Block):
            bucket = inner.reference("bucket_arn", ("aws_s3_bucket",))
            return bucket if isinstance(bucket, Unreadable) else bucket.rpartition(":")[2]
    return None
