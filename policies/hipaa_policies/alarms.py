"""Whether an alarm can fire at all, and whether anybody would hear it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from hipaa_policies.facts import Account, FactUnreadableError, Unreadable, known
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.logs import CountedMetric, MetricFilter
from hipaa_policies.facts.monitoring import Alarm, Metric
from hipaa_policies.filter_patterns import Event, FilterPatternError, filter_pattern, selected
from hipaa_policies.iam import could_allow
from hipaa_policies.joins import customer_key, document
from hipaa_policies.trail_events import ORDINARY

_UPWARD = ("GreaterThanThreshold", "GreaterThanOrEqualToThreshold")
_DAY = 24 * 3600
NO_ALARM = "no alarm"
# Lambda writes 0 or 1 for each call: their mean never passes 1, and their maximum is 1.
_PER_CALL = ("Errors", "Throttles")


def why_silent(alarm: Alarm, account: Account, duration_limit_ms: int | None = None) -> str | None:
    """Why the alarm cannot go off, or would go off unheard; ``None`` where it works.

    ``duration_limit_ms`` is the longest duration there can be (the function's timeout).
    Raises ``FactUnreadableError``.
    """
    if unheard := why_unheard(alarm, account):
        return unheard
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


def why_unheard(alarm: Alarm, account: Account) -> str | None:
    """Why nobody would hear of the alarm; ``None`` where somebody would. Raises ``FactUnreadableError``."""
    if not alarm.actions_enabled:
        return "its actions are off"
    if not alarm.actions:
        return "it has no action"
    if dead := [action for action in alarm.actions if not _is_live(action, alarm, account)]:
        return f"its action {dead[0]} leads nowhere"
    locked = [problem for action in alarm.actions if (problem := _locked_out(action, account))]
    return locked[0] if locked else None


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


def _locked_out(action: str, account: Account) -> str | None:
    """Why CloudWatch may not publish to a topic that is here, or not use its key.

    https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services: the
    key that AWS manages can't be opened to CloudWatch; a customer key's policy must name it.
    """
    topic = next((topic for topic in account.topics.items if topic.arn == action), None)
    if topic is None:
        return None
    # Without one of its own it has SNS's, which lets the account's alarms publish.
    policy = known(topic.policy)
    if policy is not None and not _cloudwatch_may(policy, account.id, ("sns:Publish",)):
        return f"the policy of {topic.name} does not let CloudWatch publish"
    if not known(topic.key):
        return None
    key = customer_key(known(topic.key), account)
    if key is None:
        return f"CloudWatch may not use the key of {topic.name}, which AWS manages"
    if key.state != "Enabled":
        return f"the key of {topic.name} is {key.state}"
    if not _cloudwatch_may(known(key.policy) or "", account.id, ("kms:Decrypt", "kms:GenerateDataKey")):
        return f"the policy of the key of {topic.name} does not let CloudWatch use it"
    return None


@lru_cache(maxsize=256)
def _cloudwatch_may(policy: str, account: str, actions: tuple[str, ...]) -> bool:
    given = {"aws:SourceAccount": account, "aws:SourceOwner": account}
    return all(
        could_allow([document(policy)], action, given, principal="cloudwatch.amazonaws.com")
        for action in actions
    )


def on_function(account: Account, function: Function, metric_name: str) -> list[Alarm]:
    """Alarms on a Lambda metric of this one function, or of all functions together."""
    alarms = account.lambda_alarms
    return [*alarms.get((metric_name, function.name), ()), *alarms.get((metric_name, None), ())]


@dataclass(frozen=True)
class Heard:
    """``alarms`` go off for an event; where there are none, ``problem`` says why."""

    alarms: tuple[str, ...]
    problem: str


def heard(account: Account, filters: Sequence[MetricFilter], event: Event) -> Heard:
    """Which alarms an event sets off, by way of metric filters. Raises ``FactUnreadableError``."""
    working, problem, odd = [], "", None
    for found in filters:
        try:
            counted = filter_pattern(found.pattern).matches(event)
            noisy = counted and any(filter_pattern(found.pattern).matches(one) for one in ORDINARY)
        except FilterPatternError as error:
            odd = Unreadable(f"reading the metric filter {found.name}", "UnexpectedPattern", str(error))
            continue
        if noisy:
            problem = problem or f"the filter {found.name} counts ordinary calls as well"
        for metric in found.metrics if counted and not noisy else ():
            for alarm in _on_metric(account, metric):
                silent = why_silent(alarm, account) or _too_little(alarm, metric, event)
                if silent is None:
                    working.append(alarm.name)
                problem = problem or f"{alarm.name} cannot work: {silent}"
    if not working and odd is not None:
        raise FactUnreadableError(odd)
    return Heard(tuple(working), problem or NO_ALARM)


def _on_metric(account: Account, counted: CountedMetric) -> list[Alarm]:
    return [
        alarm
        for alarm in account.alarms.complete()
        if any(
            (metric.namespace, metric.name) == (counted.namespace, counted.name)
            and tuple(name for name, _ in metric.dimensions) == counted.dimensions
            for metric in alarm.metrics
        )
    ]


def _too_little(alarm: Alarm, counted: CountedMetric, event: Event) -> str | None:
    """Why what the filter writes for the event does not set the alarm off."""
    looked_at = [m for m in alarm.metrics if (m.namespace, m.name) == (counted.namespace, counted.name)]
    statistic = looked_at[0].statistic
    if statistic == "SampleCount":
        return None
    amount = _amount(counted.value, event)
    if amount is None or amount <= 0:
        return f"its filter writes {counted.value}, which never adds up"
    if alarm.expression or alarm.threshold is None or statistic == "Sum":
        return None  # however few each event adds, enough of them do
    strictly = alarm.comparison == "GreaterThanThreshold"
    if amount < alarm.threshold or (strictly and amount == alarm.threshold):
        return f"its filter writes {amount:g}: the {statistic.lower()} never passes {alarm.threshold:g}"
    return None


def _amount(value: str, event: Event) -> float | None:
    found = selected(event, value) if value.startswith("$") else [value]
    try:
        return float(found[0]) if found else None
    except (TypeError, ValueError):
        return None


def trail_filters(account: Account) -> list[MetricFilter]:
    """The metric filters on the log groups of trails that are logging. Raises ``FactUnreadableError``."""
    groups = {
        trail.log_group_arn.split(":log-group:")[-1].removesuffix(":*")
        for trail in account.trails.complete()
        if trail.log_group_arn and known(trail.logging)
    }
    return [f for f in account.metric_filters.complete() if f.log_group in groups]


def named_like(account: Account, words: re.Pattern[str]) -> list[Alarm]:
    """Alarms on an application's own metric (not AWS's) whose name says what it counts."""
    return [
        alarm
        for alarm in account.alarms.complete()
        if any(words.search(m.name) and not m.namespace.startswith("AWS/") for m in alarm.metrics)
    ]
