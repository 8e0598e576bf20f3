"""Breaks of monitoring."""

from __future__ import annotations

from hipaa_policies.facts.messaging import Queue, Subscription

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    NO_DEAD_LETTERS,
    SOURCE,
    SOURCE_QUEUE,
    Break,
    added,
    alarm_with,
    both,
    changed,
    fn,
    listed,
    without_alarm,
)

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
