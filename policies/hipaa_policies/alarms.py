"""Whether an alarm can fire at all, and whether anybody would hear it."""

from __future__ import annotations

import re

from hipaa_policies.facts import Account
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.logs import MetricFilter
from hipaa_policies.facts.monitoring import Alarm, Metric

_UPWARD = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_DAY = 24 * 3600
# Lambda writes 0 or 1 for each call: their mean never passes 1, and their maximum is 1.
_PER_CALL = ("Errors", "Throttles")


def why_silent(alarm: Alarm, account: Account, duration_limit_ms: int | None = None) -> str | None:
    """Why the alarm cannot go off, or would go off unheard; ``None`` where it works.

    ``duration_limit_ms`` is the longest duration there can be (the function's timeout).
    Raises ``FactUnreadableError``.
    """
    if not alarm.actions_enabled:
        return "its actions are off"
    if not alarm.actions:
        return "it has no action"
    if dead := [action for action in alarm.actions if not _is_live(action, alarm, account)]:
        return f"its action {dead[0]} leads nowhere"
    if alarm.missing_data == "breaching":
        return "it treats missing data as breaching, so it is always on"
    if alarm.datapoints_to_alarm > alarm.evaluation_periods:
        return "it waits for more datapoints than it looks at"
    if any(metric.period * alarm.evaluation_periods > _DAY for metric in alarm.metrics):
        return "it looks at more than a day"
    if alarm.expression or alarm.threshold is None:
        return None  # metric maths, or an anomaly band: what they yield cannot be told
    if alarm.comparison not in _UPWARD:
        return f"it compares with {alarm.comparison}"
    return _unreachable(alarm, alarm.metrics[0], alarm.threshold, duration_limit_ms)


def _unreachable(alarm: Alarm, metric: Metric, threshold: float, duration_limit_ms: int | None) -> str | None:
    strictly = alarm.comparison == "GreaterThanThreshold"
    if threshold < 0 or (threshold == 0 and not strictly):
        return f"its threshold {threshold:g} is always passed"
    if metric.name in _PER_CALL and metric.statistic != "Sum":
        if metric.statistic == "SampleCount":
            return "it counts calls, not failures"
        if metric.statistic == "Minimum":
            return "it goes off only where every single call fails"
        if threshold > 1 or (threshold == 1 and strictly):
            return f"the {metric.statistic.lower()} of {metric.name} never passes {threshold:g}"
    if metric.name == "Duration":
        if metric.statistic in ("Sum", "SampleCount", "Minimum"):
            return f"the {metric.statistic.lower()} of Duration says nothing of slowness"
        if duration_limit_ms is not None and threshold >= duration_limit_ms:
            return f"no call lasts {threshold:g} ms: the timeout is {duration_limit_ms} ms"
    return None


def _is_live(action: str, alarm: Alarm, account: Account) -> bool:
    """Topics of this account and region must exist; other actions are taken at their word."""
    parts = action.split(":")
    if len(parts) < 6 or parts[2] != "sns":
        return True
    if parts[3] != alarm.arn.split(":")[3]:
        return False  # an alarm reaches topics of its own region alone
    return parts[4] != account.id or any(topic.arn == action for topic in account.topics.complete())


def on_function(account: Account, function: Function, metric_name: str) -> list[Alarm]:
    """Alarms on a Lambda metric of this one function, or of all functions together."""
    alarms = account.lambda_alarms
    return [*alarms.get((metric_name, function.name), ()), *alarms.get((metric_name, None), ())]


def on_metrics(account: Account, metrics: set[tuple[str, str]]) -> list[Alarm]:
    """Alarms on any of these (namespace, name) pairs."""
    return [
        alarm
        for alarm in account.alarms.complete()
        if any((metric.namespace, metric.name) in metrics for metric in alarm.metrics)
    ]


def trail_filters(account: Account) -> list[MetricFilter]:
    """The metric filters on the log groups of trails. Raises ``FactUnreadableError``."""
    groups = {
        trail.log_group_arn.split(":log-group:")[-1].removesuffix(":*")
        for trail in account.trails.complete()
        if trail.log_group_arn
    }
    return [f for f in account.metric_filters.complete() if f.log_group in groups]


def named_like(account: Account, words: re.Pattern[str]) -> list[Alarm]:
    """Alarms on an application's own metric (not AWS's) whose name says what it counts."""
    return [
        alarm
        for alarm in account.alarms.complete()
        if any(words.search(m.name) and not m.namespace.startswith("AWS/") for m in alarm.metrics)
    ]
