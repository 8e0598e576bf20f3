"""Alarms, budgets and cost anomaly subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.monitoring import ROW_LEVEL_SECURITY, Alarm, AnomalySubscription, Budget, Metric
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader


@reader("alarms", operations={"cloudwatch": ("DescribeAlarms",)})
def read_alarms(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("cloudwatch", "DescribeAlarms", "MetricAlarms", AlarmTypes=["MetricAlarm"])
    return {"alarms": Listing(tuple(map(_alarm, listed.items)), listed.problem)}


def _alarm(answer: Mapping[str, Any]) -> Alarm:
    queries = answer.get("Metrics") or ()
    stats = [query["MetricStat"] for query in queries if query.get("MetricStat")]
    metrics = tuple(_metric(s["Metric"], s["Stat"], s["Period"]) for s in stats)
    if answer.get("MetricName"):
        statistic = answer.get("Statistic") or answer.get("ExtendedStatistic") or ""
        metrics = (_metric(answer, statistic, answer["Period"]),)
    periods = answer["EvaluationPeriods"]
    return Alarm(
        arn=answer["AlarmArn"],
        name=answer["AlarmName"],
        metrics=metrics,
        expression=any(query.get("Expression") for query in queries),
        comparison=answer["ComparisonOperator"],
        threshold=answer.get("Threshold"),
        evaluation_periods=periods,
        datapoints_to_alarm=answer.get("DatapointsToAlarm") or periods,
        missing_data=answer.get("TreatMissingData") or "missing",
        actions_enabled=bool(answer.get("ActionsEnabled", True)),
        actions=tuple(answer.get("AlarmActions") or ()),
        state=answer["StateValue"] if any(m.name == ROW_LEVEL_SECURITY for m in metrics) else None,
    )


def _metric(answer: Mapping[str, Any], statistic: str, period: int) -> Metric:
    dimensions = tuple(sorted((d["Name"], d["Value"]) for d in answer.get("Dimensions") or ()))
    return Metric(answer["Namespace"], answer["MetricName"], dimensions, statistic, period)


@reader(
    "budgets",
    operations={
        "budgets": ("DescribeBudgets", "DescribeNotificationsForBudget", "DescribeSubscribersForNotification")
    },
)
def read_budgets(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("budgets", "DescribeBudgets", "Budgets", AccountId=where.account)
    found = tuple(
        Budget(
            arn=where.arn("budgets", f"budget/{answer['BudgetName']}", region=""),
            name=answer["BudgetName"],
            kind=answer["BudgetType"],
            notified=_notified(aws, answer["BudgetName"], where),
        )
        for answer in listed.items
    )
    return {"budgets": Listing(found, listed.problem)}


def _notified(aws: Aws, budget: str, where: Where) -> bool | Unreadable:
    named = {"AccountId": where.account, "BudgetName": budget}
    notifications = aws.pages("budgets", "DescribeNotificationsForBudget", "Notifications", **named)
    problem = notifications.problem
    for notification in notifications.items:
        subscribers = aws.pages(
            "budgets",
            "DescribeSubscribersForNotification",
            "Subscribers",
            Notification=notification,
            **named,
        )
        if subscribers.items:
            return True
        problem = problem or subscribers.problem
    return problem or False


@reader("anomaly_subscriptions", operations={"ce": ("GetAnomalySubscriptions",)})
def read_anomaly_subscriptions(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("ce", "GetAnomalySubscriptions", "AnomalySubscriptions")
    found = tuple(
        AnomalySubscription(
            arn=answer.get("SubscriptionArn", answer["SubscriptionName"]),
            name=answer["SubscriptionName"],
            notified=bool(answer.get("Subscribers")),
        )
        for answer in listed.items
    )
    return {"anomaly_subscriptions": Listing(found, listed.problem)}
