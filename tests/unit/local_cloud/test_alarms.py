"""Alarms fire on what was measured, as CloudWatch has them do, and tell their topic."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from scripts.local_cloud.alarms import Measurements, judge_alarm
from tests.unit.local_cloud.support import Cloud, document, unique

NOW = datetime(2025, 6, 1, 12, 0, 0)  # noqa: DTZ001  # moto's times have no zone


def alarm(**changed: Any) -> Any:
    defaults = {
        "namespace": "N",
        "metric_name": "M",
        "dimensions": [SimpleNamespace(name="service", value="api")],
        "statistic": "Sum",
        "period": 60,
        "evaluation_periods": 1,
        "datapoints_to_alarm": None,
        "threshold": 5,
        "comparison_operator": "GreaterThanThreshold",
        "treat_missing_data": "notBreaching",
        "state_value": "OK",
        "state_reason": "before",
    }
    return SimpleNamespace(**{**defaults, **changed})


def datum(value: float, seconds_ago: float, **changed: Any) -> Any:
    defaults = {
        "namespace": "N",
        "name": "M",
        "dimensions": [SimpleNamespace(name="service", value="api")],
        "timestamp": NOW - timedelta(seconds=seconds_ago),
        "value": value,
    }
    return SimpleNamespace(**{**defaults, **changed})


@pytest.mark.parametrize(
    ("changed", "data", "state"),
    [
        ({}, [datum(3, 1), datum(3, 59)], "ALARM"),
        ({}, [datum(3, 1), datum(2, 59)], "OK"),
        ({}, [datum(9, 61)], "OK"),
        ({}, [datum(9, 1, dimensions=[])], "OK"),
        ({}, [datum(9, 1, name="other")], "OK"),
        ({"dimensions": []}, [datum(9, 1)], "OK"),
        ({"statistic": "Average"}, [datum(9, 1), datum(1, 2)], "OK"),
        ({"statistic": "Maximum"}, [datum(9, 1), datum(1, 2)], "ALARM"),
        ({"statistic": "SampleCount", "threshold": 1}, [datum(0, 1), datum(0, 2)], "ALARM"),
        ({"comparison_operator": "LessThanThreshold"}, [datum(1, 1)], "ALARM"),
        ({"evaluation_periods": 2}, [datum(9, 1)], "OK"),
        ({"evaluation_periods": 2}, [datum(9, 1), datum(9, 61)], "ALARM"),
        ({"evaluation_periods": 3, "datapoints_to_alarm": 2}, [datum(9, 1), datum(9, 121)], "ALARM"),
        ({"treat_missing_data": "missing"}, [], "INSUFFICIENT_DATA"),
        ({"treat_missing_data": None}, [], "INSUFFICIENT_DATA"),
        ({"treat_missing_data": "breaching"}, [], "ALARM"),
        ({"treat_missing_data": "ignore", "state_value": "ALARM"}, [], "ALARM"),
        ({}, [], "OK"),
    ],
)
def test_the_state_follows_from_the_data(changed: Any, data: Any, state: str) -> None:
    measurements = Measurements()
    measurements.update(data, NOW - timedelta(hours=1))
    looked_at = alarm(**changed)
    assert judge_alarm(looked_at, measurements.of(looked_at), NOW)[0] == state


def test_what_is_measured_later_counts_and_what_is_too_old_goes() -> None:
    measurements, data = Measurements(), [datum(9, 1)]
    for oldest in (NOW - timedelta(seconds=10), NOW):
        measurements.update(data, oldest)
        data.append(datum(7, 0))
    measurements.update(data[:1], NOW)  # moto was reset
    assert measurements.of(alarm()) == []
    measurements.update(data, NOW)
    assert [value for _, value in measurements.of(alarm())] == [7.0, 7.0]


@pytest.mark.parametrize("allowed", [True, False])
def test_a_fired_alarm_reaches_the_topics_subscribers_if_the_topic_lets_it(
    cloud: Cloud, eventually: Callable[[Callable[[], Any]], Any], allowed: bool
) -> None:
    sns, sqs, cloudwatch = (cloud.client(name) for name in ("sns", "sqs", "cloudwatch"))
    name = unique("alarm")
    topic = sns.create_topic(Name=name)["TopicArn"]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=cloud.arn("sqs", name))
    publisher = "cloudwatch.amazonaws.com" if allowed else "events.amazonaws.com"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": publisher},
        "Action": "sns:Publish",
        "Resource": topic,
        "Condition": {"StringEquals": {"aws:SourceAccount": cloud.state.account_id}},
    }
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document([statement]))
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Healthcare/Test",
        MetricName=name,
        Dimensions=[{"Name": "service", "Value": "patient_api"}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )
    cloudwatch.put_metric_data(
        Namespace="Healthcare/Test",
        MetricData=[
            {
                "MetricName": name,
                "Dimensions": [{"Name": "service", "Value": "patient_api"}],
                "Value": 1,
                "Unit": "Count",
            }
        ],
    )

    def state() -> str:
        found: str = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]
        return found

    assert eventually(lambda: state() == "ALARM")
    if not allowed:
        assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)
        return
    received = eventually(lambda: sqs.receive_message(QueueUrl=url).get("Messages"))
    message = json.loads(json.loads(received[0]["Body"])["Message"])
    assert (message["AlarmName"], message["NewStateValue"]) == (name, "ALARM")
