"""Subscriptions that take log events out of CloudWatch, and the buckets that Firehose writes them to.

AWS lists the subscription filters of one group at a time. So the groups are asked only where the account has
a sign of such filters: a Firehose stream, or the metric that a filter which forwards anything writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import LogExport
from hipaa_policies.readers.live.aws import Aws, UnreadableError
from hipaa_policies.readers.live.functions import from_configuration
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.shared import LEFT_OUT

_BUCKETS = ("ExtendedS3DestinationDescription", "S3DestinationDescription", "S3BackupDescription")
Streams = Mapping[str, str | Unreadable | None]


@reader(
    "log_exports",
    operations={
        "cloudwatch": ("ListMetrics",),
        "firehose": ("DescribeDeliveryStream", "ListDeliveryStreams"),
        "lambda": ("ListFunctions",),
        "logs": ("DescribeAccountPolicies", "DescribeSubscriptionFilters"),
    },
)
def read_log_exports(aws: Aws, where: Where) -> Facts:
    try:
        streams = _streams(aws, where)
        whole = [_of_account(policy, streams, where) for policy in _account_policies(aws)]
        known = tuple(export for export in whole if export is not None)
        problem = _STRANGE if None in whole else None
        if any(not export.left_out for export in known) or not (streams or _forwarded(aws)):
            return {"log_exports": Listing(known, problem)}
        single = _of_groups(aws, streams, where)
    except UnreadableError as error:
        return {"log_exports": Listing((), error.problem)}
    return {"log_exports": Listing(known + single.items, single.problem or problem)}


_STRANGE = Unreadable(
    "logs:DescribeAccountPolicies", "NotEvaluated", "a selection of log groups that is not understood"
)


def _streams(aws: Aws, where: Where) -> Streams:
    """The bucket of each Firehose stream by its ARN; ``None`` for one that writes to none. Raises
    ``UnreadableError``."""
    names: list[str] = []
    after: dict[str, str] = {}
    while True:  # boto3 has no paginator for Firehose
        page = aws.call("firehose", "ListDeliveryStreams", **after)
        names += page["DeliveryStreamNames"]
        if not page["HasMoreDeliveryStreams"]:
            break
        after = {"ExclusiveStartDeliveryStreamName": names[-1]}
    return {
        where.arn("firehose", f"deliverystream/{name}"): bucket
        for name, bucket in zip(names, aws.each(names, lambda name: _bucket(aws, name)), strict=True)
    }


def _bucket(aws: Aws, stream: str) -> str | Unreadable | None:
    answer = aws.optional("firehose", "DescribeDeliveryStream", [], DeliveryStreamName=stream)
    if isinstance(answer, Unreadable):
        return answer
    for destination in (answer or {})["DeliveryStreamDescription"]["Destinations"]:
        for kind in _BUCKETS:
            if kind in destination:
                return str(destination[kind]["BucketARN"]).rpartition(":")[2]
    return None


def _account_policies(aws: Aws) -> list[Mapping[str, Any]]:
    """Raises ``UnreadableError``."""
    found: list[Mapping[str, Any]] = []
    token: dict[str, str] = {}
    while True:  # boto3 has no paginator for it
        page = aws.call("logs", "DescribeAccountPolicies", policyType="SUBSCRIPTION_FILTER_POLICY", **token)
        found += page.get("accountPolicies") or ()
        if not page.get("nextToken"):
            return found
        token = {"nextToken": page["nextToken"]}


def _of_account(policy: Mapping[str, Any], streams: Streams, where: Where) -> LogExport | None:
    """``None`` where it holds for groups that cannot be told."""
    left_out: tuple[str, ...] = ()
    if criteria := policy.get("selectionCriteria"):
        named = LEFT_OUT.fullmatch(criteria.strip())
        if named is None:
            return None
        left_out = tuple(json.loads(named[1]))
    document = json.loads(policy["policyDocument"])
    return LogExport(
        arn=where.arn("logs", f"account-policy:{policy['policyName']}"),
        log_group=None,
        left_out=left_out,
        pattern=document.get("FilterPattern", ""),
        bucket=streams.get(document["DestinationArn"]),
    )


def _forwarded(aws: Aws) -> bool:
    """Whether any filter has forwarded an event in the last two weeks, which metrics are listed for.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    """
    listed = aws.pages(
        "cloudwatch", "ListMetrics", "Metrics", Namespace="AWS/Logs", MetricName="ForwardedBytes"
    )
    if listed.problem:
        raise UnreadableError(listed.problem)
    return bool(listed.items)


def _of_groups(aws: Aws, streams: Streams, where: Where) -> Listing[LogExport]:
    functions = aws.pages("lambda", "ListFunctions", "Functions")
    groups = sorted({from_configuration(answer).log_group for answer in functions.items})
    read = aws.each(groups, lambda group: _filters(aws, group, streams, where))
    problem = functions.problem or next((one.problem for one in read if one.problem), None)
    return Listing(tuple(export for one in read for export in one.items), problem)


def _filters(aws: Aws, group: str, streams: Streams, where: Where) -> Listing[LogExport]:
    listed = aws.pages(
        "logs",
        "DescribeSubscriptionFilters",
        "subscriptionFilters",
        absent=["ResourceNotFoundException"],  # LOG-04 fails a group that is not there
        logGroupName=group,
    )
    found = tuple(
        LogExport(
            arn=where.arn("logs", f"log-group:{group}:subscription-filter:{answer['filterName']}"),
            log_group=group,
            left_out=(),
            pattern=answer.get("filterPattern", ""),
            bucket=streams.get(answer["destinationArn"]),
        )
        for answer in listed.items
    )
    return Listing(found, listed.problem)
