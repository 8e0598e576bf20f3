"""Evaluate metric alarms, and tell their topics when the state changes.

Periods end now, and do not begin at full minutes: an alarm is seen within seconds. Alarms on metric maths
and composite alarms are left as they are.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

from __future__ import annotations

import json
import logging
import operator
import statistics
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.service_principals import service_may, service_may_use_key
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
INTERVAL_SECONDS = 1.0
# Kept for alarms that are made after what they watch was measured.
KEPT_SECONDS = 3600
SERVICE = "cloudwatch.amazonaws.com"
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}
STATISTICS: dict[str, Callable[[Sequence[float]], float]] = {
    "Average": statistics.fmean,
    "Maximum": max,
    "Minimum": min,
    "SampleCount": len,
    "Sum": sum,
}


# Namespace, name and dimensions. They are exact: a metric with one more dimension is another metric.
Metric = tuple[str, str, frozenset[tuple[str, str]]]
Measured = tuple[datetime, float]


class Measurements:
    """moto's metric data by metric, as far back as alarms look. Each datum is sorted in once.

    Alarms are judged every second, and moto keeps all that was ever measured: to look at that each time took
    most of what the local cloud computes.
    """

    def __init__(self) -> None:
        self.seen = 0
        self.by_metric: dict[Metric, list[Measured]] = {}

    def update(self, metric_data: Sequence[Any], oldest: datetime) -> None:
        if len(metric_data) < self.seen:  # moto was reset
            self.seen, self.by_metric = 0, {}
        new = metric_data[self.seen :]
        self.seen += len(new)
        grown = set()
        for datum in new:
            if hasattr(datum, "value"):  # moto keeps sets of statistics as well
                metric = metric_of(datum.namespace, datum.name, datum.dimensions)
                self.by_metric.setdefault(metric, []).append((time_of(datum), float(datum.value)))
                grown.add(metric)
        for metric in grown:
            self.by_metric[metric] = [found for found in self.by_metric[metric] if found[0] >= oldest]

    def of(self, alarm: Any) -> Sequence[Measured]:
        return self.by_metric.get(metric_of(alarm.namespace, alarm.metric_name, alarm.dimensions), [])


def metric_of(namespace: str, name: str, dimensions: Sequence[Any]) -> Metric:
    return namespace, name, frozenset((dimension.name, dimension.value) for dimension in dimensions)


class AlarmLoop:
    """Looks at all alarms of a region again and again, in a thread."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.measurements = Measurements()
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, name="alarms", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.thread.join()

    def run(self) -> None:
        while not self.closing.wait(INTERVAL_SECONDS):
            try:
                evaluate_alarms(self.region, self.measurements)
            except Exception as error:  # noqa: BLE001  # logged; the next round may go better
                logger.error("alarms were not evaluated: %s", describe(error))


def evaluate_alarms(region: str, measurements: Measurements) -> None:
    backend = backend_of("cloudwatch", region)
    now = datetime.now(UTC).replace(tzinfo=None)
    alarms = [alarm for alarm in list(backend.alarms.values()) if is_simple(alarm)]
    spans = [int(alarm.period) * int(alarm.evaluation_periods) for alarm in alarms]
    kept = timedelta(seconds=max([*spans, KEPT_SECONDS]))
    measurements.update(backend.metric_data, now - kept)
    for alarm in alarms:
        state, reason = judge_alarm(alarm, measurements.of(alarm), now)
        if state != alarm.state_value:
            change_state(region, alarm, state, reason)


def is_simple(alarm: Any) -> bool:
    """On one metric, with a statistic and a threshold."""
    return alarm.statistic in STATISTICS and alarm.comparison_operator in COMPARISONS


def time_of(datum: Any) -> datetime:
    """moto's times are UTC, without saying so."""
    found: datetime = datum.timestamp.replace(tzinfo=None)
    return found


def judge_alarm(alarm: Any, measured: Sequence[Measured], now: datetime) -> tuple[str, str]:
    """The state that an alarm should be in by what its metric has measured, and why."""
    values = datapoints(alarm, measured, now)
    missing = alarm.treat_missing_data or "missing"
    threshold = float(alarm.threshold)
    compare = COMPARISONS[alarm.comparison_operator]
    found = [value for value in values if value is not None]
    if not found and missing == "missing":
        return "INSUFFICIENT_DATA", "Insufficient Data: no datapoints were received."
    if not found and missing == "ignore":
        return alarm.state_value, alarm.state_reason
    needed = int(alarm.datapoints_to_alarm or alarm.evaluation_periods)
    breaching = [compare(value, threshold) for value in found]
    if missing == "breaching":
        breaching += [True] * (len(values) - len(found))
    if sum(breaching) >= needed:
        last = ", ".join(str(value) for value in found)
        return "ALARM", f"Threshold Crossed: datapoints [{last}] against the threshold ({threshold})."
    return "OK", f"Threshold not crossed: {sum(breaching)} of {len(values)} datapoints breach {threshold}."


def datapoints(alarm: Any, measured: Sequence[Measured], now: datetime) -> list[float | None]:
    """The statistic of each period, the newest first; None where nothing was measured."""
    period = timedelta(seconds=int(alarm.period))
    by_period: list[list[float]] = [[] for _ in range(int(alarm.evaluation_periods))]
    for at, value in measured:
        index = (now - at) // period
        if 0 <= index < len(by_period):
            by_period[index].append(value)
    statistic = STATISTICS[alarm.statistic]
    return [float(statistic(values)) if values else None for values in by_period]


def change_state(region: str, alarm: Any, state: str, reason: str) -> None:
    before = alarm.state_value
    alarm.update_state(reason, json.dumps({"version": "1.0"}), state)
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }
    if not alarm.actions_enabled:
        return
    for arn in actions[state] or []:
        if arn.split(":")[2] == "sns":
            notify(region, alarm, arn, before)


def notify(region: str, alarm: Any, topic_arn: str, before: str) -> None:
    """Publish as CloudWatch, which the topic (and the key that encrypts it) must let do so."""
    topic = backend_of("sns", region).topics.get(topic_arn)
    if topic is None or not may_publish(region, alarm, topic):
        logger.warning("the alarm %s could not be published to %s", alarm.name, topic_arn)
        return
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT_ID,
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
        "OldStateValue": before,
        "AlarmArn": alarm.alarm_arn,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "Statistic": str(alarm.statistic).upper(),
            "Dimensions": [{"name": d.name, "value": d.value} for d in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
        },
    }
    subject = f'{alarm.state_value}: "{alarm.name}" in {region}'[:100]
    topic.publish(json.dumps(message), subject=subject)


def may_publish(region: str, alarm: Any, topic: Any) -> bool:
    context = {"aws:SourceAccount": ACCOUNT_ID, "aws:SourceArn": alarm.alarm_arn}
    allowed = service_may(SERVICE, "sns:Publish", topic.arn, context)
    uses = ("kms:Decrypt", "kms:GenerateDataKey")
    context["kms:CallerAccount"] = ACCOUNT_ID
    return allowed and service_may_use_key(SERVICE, uses, "sns", region, topic.kms_master_key_id, context)
