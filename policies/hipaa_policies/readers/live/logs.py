"""Log groups, metric filters and trails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import CountedMetric, DataEvents, LogGroup, MetricFilter, Trail
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.readers.selectors import (
    Fields,
    basic_data_events,
    data_events,
    records_management_events,
)


@reader("log_groups", "metric_filters", operations={"logs": ("DescribeLogGroups", "DescribeMetricFilters")})
def read_logs(aws: Aws, where: Where) -> Facts:
    groups = aws.pages("logs", "DescribeLogGroups", "logGroups")
    filters = aws.pages("logs", "DescribeMetricFilters", "metricFilters")
    return {
        "log_groups": Listing(tuple(_group(g, where) for g in groups.items), groups.problem),
        "metric_filters": Listing(tuple(_filter(f, where) for f in filters.items), filters.problem),
    }


def _group(answer: Mapping[str, Any], where: Where) -> LogGroup:
    name = answer["logGroupName"]
    return LogGroup(
        where.arn("logs", f"log-group:{name}"),
        name,
        answer.get("kmsKeyId"),
        answer.get("retentionInDays"),
        masked=answer.get("dataProtectionStatus") == "ACTIVATED"
        or "ACCOUNT_DATA_PROTECTION" in (answer.get("inheritedProperties") or ()),
    )


def _filter(answer: Mapping[str, Any], where: Where) -> MetricFilter:
    group, name = answer["logGroupName"], answer["filterName"]
    return MetricFilter(
        arn=where.arn("logs", f"log-group:{group}:metric-filter:{name}"),
        name=name,
        log_group=group,
        pattern=answer.get("filterPattern", ""),
        metrics=tuple(
            CountedMetric(
                m["metricNamespace"],
                m["metricName"],
                m["metricValue"],
                tuple(sorted(m.get("dimensions") or ())),
            )
            for m in answer.get("metricTransformations") or ()
        ),
    )


@reader("trails", operations={"cloudtrail": ("DescribeTrails", "GetEventSelectors", "GetTrailStatus")})
def read_trails(aws: Aws, _: Where) -> Facts:
    # Shadow trails are those of other regions that record this one as well.
    listed = aws.pages("cloudtrail", "DescribeTrails", "trailList", includeShadowTrails=True)
    return {"trails": Listing(aws.each(listed.items, lambda t: _trail(aws, t)), listed.problem)}


def _trail(aws: Aws, answer: Mapping[str, Any]) -> Trail:
    arn = answer["TrailARN"]
    status = aws.optional("cloudtrail", "GetTrailStatus", [], Name=arn)
    selectors = aws.optional("cloudtrail", "GetEventSelectors", [], TrailName=arn)
    unread = selectors if isinstance(selectors, Unreadable) else None
    selected = {} if isinstance(selectors, Unreadable) else selectors or {}
    lost = not isinstance(status, Unreadable) and (status or {}).get("LatestCloudWatchLogsDeliveryError")
    return Trail(
        arn=arn,
        name=answer["Name"],
        bucket=answer.get("S3BucketName", ""),
        log_group_arn=None if lost else answer.get("CloudWatchLogsLogGroupArn") or None,
        key=answer.get("KmsKeyId") or None,
        validation=bool(answer.get("LogFileValidationEnabled")),
        multi_region=bool(answer.get("IsMultiRegionTrail")),
        logging=status if isinstance(status, Unreadable) else _delivers(status or {}),
        management_events=unread or _management_events(selected),
        data_events=unread
        or (*_basic(selected), *(events for fields in _advanced(selected) for events in data_events(fields))),
    )


def _delivers(status: Mapping[str, Any]) -> bool:
    """Whether the trail is on, and what it records arrives: an error says that its bucket refuses it.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetTrailStatus.html
    """
    return bool(status.get("IsLogging")) and not status.get("LatestDeliveryError")


def _management_events(selected: Mapping[str, Any]) -> bool:
    basic, advanced = selected.get("EventSelectors") or (), _advanced(selected)
    if not basic and not advanced:
        return True  # a trail without selectors records all management events
    return any(map(_records_management_events, basic)) or any(map(records_management_events, advanced))


def _records_management_events(selector: Mapping[str, Any]) -> bool:
    return (
        bool(selector.get("IncludeManagementEvents"))
        and selector.get("ReadWriteType") == "All"
        and not selector.get("ExcludeManagementEventSources")
    )


def _basic(selected: Mapping[str, Any]) -> list[DataEvents]:
    return [
        basic_data_events(
            resource["Type"], resource.get("Values") or (), selector.get("ReadWriteType", "All")
        )
        for selector in selected.get("EventSelectors") or ()
        for resource in selector.get("DataResources") or ()
    ]


_OPERATORS = {
    "Equals": "equals",
    "StartsWith": "starts_with",
    "EndsWith": "ends_with",
    "NotEquals": "not_equals",
    "NotStartsWith": "not_starts_with",
    "NotEndsWith": "not_ends_with",
}


def _advanced(selected: Mapping[str, Any]) -> list[Fields]:
    """The fields of each advanced selector, with the operators that have values."""
    return [
        {
            field["Field"]: {name: field[key] for key, name in _OPERATORS.items() if field.get(key)}
            for field in selector.get("FieldSelectors") or ()
        }
        for selector in selected.get("AdvancedEventSelectors") or ()
    ]
