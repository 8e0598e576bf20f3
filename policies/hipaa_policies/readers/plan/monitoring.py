"""Alarms, budgets and cost anomaly subscriptions, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.monitoring import Alarm, AnomalySubscription, Budget, Metric
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, elsewhere, reader

_TOPIC = ("aws_sns_topic",)
_DIMENSIONS = {
    "FunctionName": ("aws_lambda_function",),
    "QueueName": ("aws_sqs_queue",),
    "TableName": ("aws_dynamodb_table",),
}


@reader("alarms", types=("aws_cloudwatch_metric_alarm",))
def read_alarms(plan: Plan) -> Facts:
    return {"alarms": Listing(tuple(map(_alarm, plan.of("aws_cloudwatch_metric_alarm"))))}


def _alarm(planned: Planned) -> Alarm:
    queries = planned.blocks("metric_query")
    periods = planned.get("evaluation_periods")
    points = planned.get("datapoints_to_alarm")
    return partial(
        Alarm,
        arn=planned.arn,
        name=planned.name,
        metrics=queries if isinstance(queries, Unreadable) else _metrics(planned, queries),
        expression=False if isinstance(queries, Unreadable) else any(q.text("expression") for q in queries),
        comparison=planned.get("comparison_operator"),
        threshold=planned.get("threshold"),
        evaluation_periods=periods,
        datapoints_to_alarm=periods if points in (None, 0) else points,
        missing_data=planned.get("treat_missing_data") or "missing",
        actions_enabled=planned.flag("actions_enabled", True),
        actions=_actions(planned),
        state=planned.undecided("state", "nothing has been measured"),
    )


def _actions(planned: Planned) -> Any:
    """Not decided where a topic of this account is not in the plan: another one may make it."""
    actions = planned.all_references("alarm_actions", _TOPIC)
    if isinstance(actions, Unreadable):
        return actions
    topics = {topic.arn for topic in planned.plan.of(*_TOPIC)}
    own = planned.plan.arn("sns", "")
    lost = next((action for action in actions if action.startswith(own) and action not in topics), None)
    return actions if lost is None else NotDecided(planned.address, lost, "is not in the plan")


def _metrics(planned: Planned, queries: tuple[Block, ...]) -> Any:
    found: list[Any] = []
    if planned.text("metric_name"):
        statistic = planned.text("statistic") or planned.text("extended_statistic") or ""
        found.append(_metric(planned, statistic))
    for query in queries:
        metric = query.block("metric")
        if isinstance(metric, Unreadable):
            return metric
        if metric is not None:
            found.append(_metric(metric, metric.get("stat") or ""))
    return next((m for m in found if isinstance(m, Unreadable)), None) or tuple(found)


def _metric(block: Block, statistic: Any) -> Any:
    namespace, name, period = block.get("namespace"), block.get("metric_name"), block.get("period")
    dimensions = _dimensions(block)
    for value in (namespace, name, period, dimensions, statistic):
        if isinstance(value, Unreadable):
            return value
    return partial(Metric, namespace or "", name, dimensions, statistic, period or 0)


def _dimensions(block: Block) -> Any:
    """Name and value pairs. A value that is not known is the name of the one resource that it refers to."""
    values = block.values.get("dimensions") or {}
    unknown = block.unknown.get("dimensions")
    if not unknown:
        return tuple(sorted(values.items()))
    names = [key for key in unknown if unknown[key] is True] if isinstance(unknown, dict) else []
    found = {key: value for key, value in values.items() if value is not None}
    for name in names:
        targets = block.targets("dimensions", _DIMENSIONS.get(name, ()))
        if isinstance(targets, Unreadable) or len(targets) != 1:
            return block.undecided(f"dimensions.{name}")
        found[name] = targets[0].name
    return (
        tuple(sorted(found.items())) if names or isinstance(unknown, dict) else block.undecided("dimensions")
    )


@reader("budgets", types=("aws_budgets_budget",))
def read_budgets(plan: Plan) -> Facts:
    found = tuple(
        partial(
            Budget,
            arn=planned.arn,
            name=planned.name,
            kind=planned.get("budget_type"),
            notified=_notified(planned),
        )
        for planned in plan.of("aws_budgets_budget")
    )
    return {"budgets": Listing(found, None if found else elsewhere("budgets"))}


def _notified(planned: Planned) -> Any:
    notifications = planned.blocks("notification")
    if isinstance(notifications, Unreadable):
        return notifications
    unknown = None
    for notification in notifications:
        addresses = notification.get("subscriber_email_addresses")
        topics = notification.all_references("subscriber_sns_topic_arns", _TOPIC)
        if isinstance(addresses, Unreadable) or isinstance(topics, Unreadable):
            unknown = notification.undecided("subscriber_sns_topic_arns")
        elif addresses or topics:
            return True
    return unknown or False


@reader("anomaly_subscriptions", types=("aws_ce_anomaly_subscription",))
def read_anomaly_subscriptions(plan: Plan) -> Facts:
    found = []
    for planned in plan.of("aws_ce_anomaly_subscription"):
        subscribers = planned.blocks("subscriber")
        notified = subscribers if isinstance(subscribers, Unreadable) else bool(subscribers)
        found.append(partial(AnomalySubscription, arn=planned.arn, name=planned.name, notified=notified))
    watched = found or plan.of("aws_budgets_budget")
    return {
        "anomaly_subscriptions": Listing(
            tuple(found), None if watched else elsewhere("cost anomaly subscriptions")
        )
    }
