"""Log groups, metric filters and trails, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.logs import CountedMetric, DataEvents, LogGroup, MetricFilter, Trail
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.identity import named
from hipaa_policies.readers.plan.model import Block, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader
from hipaa_policies.readers.selectors import (
    Fields,
    basic_data_events,
    data_events,
    records_management_events,
)

_KEYS = ("aws_kms_key", "aws_kms_replica_key")
_GROUP = ("aws_cloudwatch_log_group",)


@reader(
    "log_groups",
    "metric_filters",
    types=(
        "aws_cloudwatch_log_account_policy",
        "aws_cloudwatch_log_data_protection_policy",
        "aws_cloudwatch_log_group",
        "aws_cloudwatch_log_metric_filter",
    ),
)
def read_logs(plan: Plan) -> Facts:
    # Those with a known name come first: whoever looks for a name finds it before one that is not known.
    groups = sorted(plan.of(*_GROUP), key=lambda planned: not named(planned))
    filters = tuple(map(_filter, plan.of("aws_cloudwatch_log_metric_filter")))
    problem = None if filters or plan.of("aws_cloudtrail") else elsewhere("metric filters")
    masked = _masked_groups(plan)
    return {
        "log_groups": Listing(tuple(_group(planned, masked) for planned in groups)),
        "metric_filters": Listing(filters, problem),
    }


_EVERY = "*"


def _masked_groups(plan: Plan) -> Any:
    """Names of the groups with a data protection policy of their own, ``_EVERY`` for one of the account.
    ``NotDecided`` where the plan makes none: the account may have one."""
    found = {
        planned.reference("log_group_name", _GROUP, "name")
        for planned in plan.of("aws_cloudwatch_log_data_protection_policy")
    }
    found |= {
        _EVERY
        for planned in plan.of("aws_cloudwatch_log_account_policy")
        if planned.values.get("policy_type") == "DATA_PROTECTION_POLICY"
    }
    return found or elsewhere("data protection policies of logs")


def _masked(name: str, masked: Any) -> Any:
    if isinstance(masked, Unreadable):
        return masked
    if name in masked or _EVERY in masked:
        return True
    return next((unplaced for unplaced in masked if isinstance(unplaced, Unreadable)), False)


def _group(planned: Planned, masked: Any) -> LogGroup:
    days = planned.get("retention_in_days")
    return partial(
        LogGroup,
        arn=planned.arn,
        name=planned.name if named(planned) else planned.undecided("name"),
        key=planned.reference("kms_key_id", _KEYS),
        retention=days or None,  # 0 keeps events forever
        masked=_masked(planned.name, masked),
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
        else tuple(map(_counted, transformations)),
    )


def _counted(block: Block) -> CountedMetric:
    dimensions = block.get("dimensions")
    return partial(
        CountedMetric,
        namespace=block.get("namespace"),
        name=block.get("name"),
        value=block.get("value"),
        dimensions=dimensions if isinstance(dimensions, Unreadable) else tuple(sorted(dimensions or ())),
    )


@reader("trails", types=("aws_cloudtrail",))
def read_trails(plan: Plan) -> Facts:
    trails = tuple(map(_trail, plan.of("aws_cloudtrail")))
    return {"trails": Listing(trails, None if trails else elsewhere("trails"))}


def _trail(planned: Planned) -> Trail:
    group = planned.reference("cloud_watch_logs_group_arn", _GROUP)
    basic, advanced = planned.blocks("event_selector"), planned.blocks("advanced_event_selector")
    unsettled = ("event_selector", "advanced_event_selector")
    unknown = next((planned.undecided(name) for name in unsettled if planned.unsettled(name)), None)
    known_basic = () if isinstance(basic, Unreadable) else basic
    known_advanced = () if isinstance(advanced, Unreadable) else tuple(map(_fields, advanced))
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
        data_events=unknown
        or (*_basic(known_basic), *(events for fields in known_advanced for events in data_events(fields))),
    )


def _management_events(basic: tuple[Block, ...], advanced: tuple[Fields, ...]) -> bool:
    if not basic and not advanced:
        return True  # a trail without selectors records all management events
    return any(map(_records_management_events, basic)) or any(map(records_management_events, advanced))


def _records_management_events(selector: Block) -> bool:
    return (
        selector.flag("include_management_events", True) is True
        and (selector.values.get("read_write_type") or "All") == "All"
        and not selector.values.get("exclude_management_event_sources")
    )


def _basic(selectors: tuple[Block, ...]) -> list[DataEvents]:
    return [
        basic_data_events(
            resource.get("type", ""),
            resource.get("values") or (),
            selector.values.get("read_write_type") or "All",
        )
        for selector in selectors
        for resource in selector.values.get("data_resource") or ()
    ]


def _fields(selector: Block) -> Fields:
    """The fields of an advanced selector, with the operators that have values."""
    return {
        found.get("field", ""): {name: values for name, values in found.items() if name != "field" and values}
        for found in selector.values.get("field_selector") or ()
    }
