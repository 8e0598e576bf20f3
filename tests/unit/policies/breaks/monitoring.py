"""Breaks of monitoring."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts.logs import CountedMetric, MetricFilter
from hipaa_policies.facts.messaging import Queue, Subscription
from hipaa_policies.facts.monitoring import Metric

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    NO_DEAD_LETTERS,
    SOURCE,
    SOURCE_QUEUE,
    Break,
    Change,
    added,
    alarm_with,
    both,
    changed,
    fn,
    listed,
    without_alarm,
)

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def _filter_with(name: str, **values: Any) -> Change:
    return changed("metric_filters", c.arn("logs", f"log-group:/trail:metric-filter:{name}"), **values)


def _counts(value: str, *dimensions: str, metric: str = "root-use") -> tuple[CountedMetric, ...]:
    return (CountedMetric("Security", metric, value, dimensions),)


AWS_KEY = changed("topics", c.TOPIC, key="alias/aws/sns")


MONITORING = (
    Break("ALM-01", "none", c.FUNCTION, "Errors: no alarm", without_alarm("reader-errors")),
    Break("ALM-01", "no action", c.FUNCTION, "no action", alarm_with("reader-errors", actions=())),
    Break(
        "ALM-01",
        "actions off",
        c.FUNCTION,
        "actions are off",
        alarm_with("reader-errors", actions_enabled=False),
    ),
    Break(
        "ALM-01",
        "lost topic",
        c.FUNCTION,
        "leads nowhere",
        alarm_with("reader-throttles", actions=(f"{c.TOPIC}x",)),
    ),
    Break(
        "ALM-01",
        "mean of errors",
        c.FUNCTION,
        "never passes",
        alarm_with("reader-errors", metrics=(c.lambda_metric("Errors", "reader", "Average"),)),
    ),
    Break(
        "ALM-01",
        "past the timeout",
        c.FUNCTION,
        "no call lasts",
        alarm_with("reader-duration", threshold=30000.0),
    ),
    Break(
        "ALM-01",
        "missing data",
        c.FUNCTION,
        "always on",
        alarm_with("reader-errors", missing_data="breaching"),
    ),
    Break(
        "ALM-01",
        "downwards",
        c.FUNCTION,
        "LessThan",
        alarm_with("reader-errors", comparison="LessThanThreshold"),
    ),
    Break("ALM-02", "none", c.ACCOUNT, "not alarmed", without_alarm("refusals")),
    *(
        Break("ALM-03", name, c.ACCOUNT, words, without_alarm(name))
        for name, words in {
            "root-use": "root user: no alarm",
            "key-removal": "deletion of keys",
            "policy-changes": "changes of policies",
            "trail-changes": "changes of trails",
        }.items()
    ),
    Break(
        "ALM-03",
        "another log group",
        c.ACCOUNT,
        "root user",
        changed("metric_filters", c.arn("logs", "log-group:/trail:metric-filter:root-use"), log_group="/x"),
    ),
    *(
        Break("ALM-03", name, c.ACCOUNT, words, _filter_with("trail-changes", pattern=pattern))
        for name, words, pattern in (
            (
                "the words, but unequal",
                "changes of trails: no alarm (StopLogging, DeleteTrail, UpdateTrail)",
                "{ $.eventName != StopLogging && $.eventName != DeleteTrail && $.eventName != UpdateTrail "
                "&& $.eventName != DescribeTable && $.eventName != GetObject && $.eventName != AssumeRole }",
            ),
            (
                "every event",
                "trail-changes counts ordinary calls as well",
                "{ $.eventName = StopLogging || $.eventName = DeleteTrail || $.eventName != UpdateTrail }",
            ),
            (
                "and for or",
                "changes of trails: no alarm (StopLogging, DeleteTrail, UpdateTrail)",
                "{ $.eventName = StopLogging && $.eventName = DeleteTrail && $.eventName = UpdateTrail }",
            ),
            (
                "a field that events have not",
                "changes of trails: no alarm",
                "{ ($.event = StopLogging) || ($.event = DeleteTrail) || ($.event = UpdateTrail) }",
            ),
            (
                "one call forgotten",
                "changes of trails: no alarm (UpdateTrail)",
                "{ ($.eventName = StopLogging) || ($.eventName = DeleteTrail) }",
            ),
            ("columns", "changes of trails: no alarm", "[StopLogging, DeleteTrail, UpdateTrail]"),
        )
    ),
    Break("ALM-03", "counts nothing", c.ACCOUNT, "writes 0", _filter_with("root-use", metrics=_counts("0"))),
    Break(
        "ALM-03",
        "counts what events have not",
        c.ACCOUNT,
        "writes $.size",
        _filter_with("root-use", metrics=_counts("$.size")),
    ),
    Break(
        "ALM-03",
        "its alarm has not its dimensions",
        c.ACCOUNT,
        "root user: no alarm",
        _filter_with("root-use", metrics=_counts("1", "User")),
    ),
    Break(
        "ALM-03",
        "a mean that never passes",
        c.ACCOUNT,
        "the average never passes 1",
        alarm_with("root-use", metrics=(Metric("Security", "root-use", (), "Average", 300),), threshold=1.0),
    ),
    Break(
        "ALM-02",
        "refusals left out",
        c.ACCOUNT,
        "not alarmed",
        _filter_with(
            "refusals", pattern='{ ($.errorCode != "AccessDenied*") && ($.errorCode != "*Unauthorized*") }'
        ),
    ),
    Break(
        "ALM-02",
        "refusals that cannot be",
        c.ACCOUNT,
        "not alarmed",
        both(
            added(
                "metric_filters",
                MetricFilter(
                    c.arn("logs", "log-group:/app:metric-filter:denied"),
                    "denied",
                    "/app",
                    "{ ($.code = AccessDenied) && ($.code = Served) }",
                    (CountedMetric("Security", "refusals", "1"),),
                ),
            ),
            _filter_with("refusals", metrics=()),
        ),
    ),
    Break(
        "ALM-02",
        "counts nothing",
        c.ACCOUNT,
        "writes 0",
        _filter_with("refusals", metrics=(CountedMetric("Security", "refusals", "0"),)),
    ),
    Break("ALM-03", "AWS's key", c.ACCOUNT, "which AWS manages", AWS_KEY),
    Break("ALM-02", "AWS's key", c.ACCOUNT, "which AWS manages", AWS_KEY),
    Break(
        "ALM-03",
        "a key that CloudWatch may not use",
        c.ACCOUNT,
        "does not let CloudWatch use it",
        changed("keys", c.KEY, policy=c.policy(c.allow("kms:*", "*", Principal={"AWS": c.ACCOUNT}))),
    ),
    Break(
        "ALM-03",
        "a key that CloudWatch may only decrypt with",
        c.ACCOUNT,
        "does not let CloudWatch use it",
        changed("keys", c.KEY, policy=c.policy(c.allow("kms:Decrypt", "*", Principal=CLOUDWATCH))),
    ),
    Break("ALM-04", "nobody", c.TOPIC, "no subscriber", listed("subscriptions")),
    Break(
        "ALM-04",
        "unconfirmed",
        c.TOPIC,
        "wait for confirmation",
        listed("subscriptions", Subscription("PendingConfirmation", c.TOPIC, "email", False)),
    ),
    Break("CST-01", "none", c.ACCOUNT, "no cost budget", listed("budgets")),
    Break(
        "CST-01",
        "unheard",
        c.ACCOUNT,
        "no cost budget",
        changed("budgets", c.arn("budgets", "budget/monthly", ""), notified=False),
    ),
    Break("LAM-03", "lost", c.FUNCTION, "are lost", NO_DEAD_LETTERS),
    Break(
        "LAM-03",
        "queue without redrive",
        c.FUNCTION,
        "has no dead-letter queue",
        both(added("event_sources", SOURCE), added("queues", Queue(SOURCE_QUEUE, "in", c.KEY, None, None))),
    ),
    fn("LAM-06", "old", "deprecated since 2025-12-15", runtime="python3.9"),
    fn("LAM-08", "none", "nothing is reserved", reserved_concurrency=None),
    fn("LAM-08", "zero", "switched off", reserved_concurrency=0),
    fn("LAM-10", "unsigned", "unsigned", code_signing_config=None),
)
