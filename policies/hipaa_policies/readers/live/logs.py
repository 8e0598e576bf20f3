"""Log groups, metric filters and trails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import DataEvents, LogGroup, MetricFilter, Trail
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader


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
        where.arn("logs", f"log-group:{name}"), name, answer.get("kmsKeyId"), answer.get("retentionInDays")
    )


def _filter(answer: Mapping[str, Any], where: Where) -> MetricFilter:
    group, name = answer["logGroupName"], answer["filterName"]
    return MetricFilter(
        arn=where.arn("logs", f"log-group:{group}:metric-filter:{name}"),
        name=name,
        log_group=group,
        pattern=answer.get("filterPattern", ""),
        metrics=tuple(
            (m["metricNamespace"], m["metricName"]) for m in answer.get("metricTransformations") or ()
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
    return Trail(
        arn=arn,
        name=answer["Name"],
        bucket=answer.get("S3BucketName", ""),
        log_group_arn=answer.get("CloudWatchLogsLogGroupArn") or None,
        key=answer.get("KmsKeyId") or None,
        validation=bool(answer.get("LogFileValidationEnabled")),
        multi_region=bool(answer.get("IsMultiRegionTrail")),
        logging=status if isinstance(status, Unreadable) else bool((status or {}).get("IsLogging")),
        management_events=unread or _management_events(selected),
        data_events=unread or (*_basic(selected), *_advanced(selected)),
    )


def _management_events(selected: Mapping[str, Any]) -> bool:
    basic = selected.get("EventSelectors") or ()
    advanced = selected.get("AdvancedEventSelectors") or ()
    if not basic and not advanced:
        return True  # a trail without selectors records all management events
    return any(s.get("IncludeManagementEvents") and s.get("ReadWriteType") == "All" for s in basic) or any(
        {"Management"} == set(_field(s, "eventCategory").get("Equals", ())) and not _field(s, "readOnly")
        for s in advanced
    )


def _basic(selected: Mapping[str, Any]) -> list[DataEvents]:
    return [
        DataEvents(
            resource_type=resource["Type"],
            # "arn:aws:s3", "arn:aws:lambda" and "arn:aws:dynamodb" stand for everything.
            arn_prefixes=tuple(v for v in resource.get("Values") or () if v.count(":") > 2),
            left_out=(),
            reads=selector.get("ReadWriteType", "All") in ("All", "ReadOnly"),
            writes=selector.get("ReadWriteType", "All") in ("All", "WriteOnly"),
        )
        for selector in selected.get("EventSelectors") or ()
        for resource in selector.get("DataResources") or ()
    ]


def _advanced(selected: Mapping[str, Any]) -> list[DataEvents]:
    found = []
    for selector in selected.get("AdvancedEventSelectors") or ():
        if "Data" not in _field(selector, "eventCategory").get("Equals", ()):
            continue
        arns, read_only = _field(selector, "resources.ARN"), _field(selector, "readOnly").get("Equals")
        prefixes = (*(arns.get("StartsWith") or ()), *(arns.get("Equals") or ()))
        found += [
            DataEvents(
                resource_type=kind,
                arn_prefixes=prefixes,
                left_out=(*(arns.get("NotStartsWith") or ()), *(arns.get("NotEquals") or ())),
                reads=read_only in (None, ["true"]) and not _field(selector, "eventName"),
                writes=read_only in (None, ["false"]) and not _field(selector, "eventName"),
            )
            for kind in _field(selector, "resources.type").get("Equals", ())
        ]
    return found


def _field(selector: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return next((f for f in selector.get("FieldSelectors") or () if f["Field"] == name), {})
