"""Log groups, metric filters and trails, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import DataEvents, LogGroup, MetricFilter, Trail
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.identity import named
from hipaa_policies.readers.plan.model import Block, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader

_KEYS = ("aws_kms_key", "aws_kms_replica_key")
_GROUP = ("aws_cloudwatch_log_group",)


@reader(
    "log_groups", "metric_filters", types=("aws_cloudwatch_log_group", "aws_cloudwatch_log_metric_filter")
)
def read_logs(plan: Plan) -> Facts:
    # Those with a known name come first: whoever looks for a name finds it before one that is not known.
    groups = sorted(plan.of(*_GROUP), key=lambda planned: not named(planned))
    filters = tuple(map(_filter, plan.of("aws_cloudwatch_log_metric_filter")))
    problem = None if filters or plan.of("aws_cloudtrail") else elsewhere("metric filters")
    return {
        "log_groups": Listing(tuple(map(_group, groups))),
        "metric_filters": Listing(filters, problem),
    }


def _group(planned: Planned) -> LogGroup:
    days = planned.get("retention_in_days")
    return partial(
        LogGroup,
        arn=planned.arn,
        name=planned.name if named(planned) else planned.undecided("name"),
        key=planned.reference("kms_key_id", _KEYS),
        retention=days or None,  # 0 keeps events forever
    )


def _filter(planned: Planned) -> MetricFilter:
    group = planned.reference("log_group_name", _GROUP, "name")
    transformations = planned.blocks("metric_transformation")
    where = group if isinstance(group, str) else f"({planned.address})"
    return partial(
        MetricFilter,
        arn=planned.plan.arn("logs", f"log-group:{where}:metric-filter:{planned.name}"),
        name=planned.name,
        log_group=group,
        pattern=planned.get("pattern") or "",
        metrics=transformations
        if isinstance(transformations, Unreadable)
        else tuple((t.values.get("namespace", ""), t.values.get("name", "")) for t in transformations),
    )


@reader("trails", types=("aws_cloudtrail",))
def read_trails(plan: Plan) -> Facts:
    trails = tuple(map(_trail, plan.of("aws_cloudtrail")))
    return {"trails": Listing(trails, None if trails else elsewhere("trails"))}


def _trail(planned: Planned) -> Trail:
    group = planned.reference("cloud_watch_logs_group_arn", _GROUP)
    basic, advanced = planned.blocks("event_selector"), planned.blocks("advanced_event_selector")
    unknown = (
        basic if isinstance(basic, Unreadable) else advanced if isinstance(advanced, Unreadable) else None
    )
    known_basic = () if isinstance(basic, Unreadable) else basic
    known_advanced = () if isinstance(advanced, Unreadable) else advanced
    return partial(
        Trail,
        arn=planned.arn,
        name=planned.name,
        bucket=planned.reference("s3_bucket_name", ("aws_s3_bucket",), "name") or "",
        log_group_arn=group,
        key=planned.reference("kms_key_id", _KEYS),
        validation=planned.flag("enable_log_file_validation"),
        multi_region=planned.flag("is_multi_region_trail"),
        logging=planned.flag("enable_logging", True),
        management_events=unknown or _management_events(known_basic, known_advanced),
        data_events=unknown or (*_basic(known_basic), *_advanced(known_advanced)),
    )


def _management_events(basic: tuple[Block, ...], advanced: tuple[Block, ...]) -> bool:
    if not basic and not advanced:
        return True  # a trail without selectors records all management events
    return any(
        s.flag("include_management_events", True) is True and s.values.get("read_write_type", "All") == "All"
        for s in basic
    ) or any(
        set(_field(s, "eventCategory").get("equals") or ()) == {"Management"} and not _field(s, "readOnly")
        for s in advanced
    )


def _basic(selectors: tuple[Block, ...]) -> list[DataEvents]:
    return [
        partial(
            DataEvents,
            resource_type=resource.get("type", ""),
            # "arn:aws:s3", "arn:aws:lambda" and "arn:aws:dynamodb" stand for everything.
            arn_prefixes=tuple(v for v in resource.get("values") or () if v and v.count(":") > 2),
            left_out=(),
            reads=(selector.values.get("read_write_type") or "All") in ("All", "ReadOnly"),
            writes=(selector.values.get("read_write_type") or "All") in ("All", "WriteOnly"),
        )
        for selector in selectors
        for resource in selector.values.get("data_resource") or ()
    ]


def _advanced(selectors: tuple[Block, ...]) -> list[DataEvents]:
    found = []
    for selector in selectors:
        if "Data" not in (_field(selector, "eventCategory").get("equals") or ()):
            continue
        arns, read_only = (
            _field(selector, "resources.ARN"),
            _field(selector, "readOnly").get("equals") or None,
        )
        named_only = bool(_field(selector, "eventName"))
        found += [
            partial(
                DataEvents,
                resource_type=kind,
                arn_prefixes=(*(arns.get("starts_with") or ()), *(arns.get("equals") or ())),
                left_out=(*(arns.get("not_starts_with") or ()), *(arns.get("not_equals") or ())),
                reads=read_only in (None, ["true"]) and not named_only,
                writes=read_only in (None, ["false"]) and not named_only,
            )
            for kind in _field(selector, "resources.type").get("equals") or ()
        ]
    return found


def _field(selector: Block, name: str) -> Any:
    return next((f for f in selector.values.get("field_selector") or () if f.get("field") == name), {})
