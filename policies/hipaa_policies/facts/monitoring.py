"""Alarms and budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable

# 1 where row-level security is as it must be, 0 where it is not: told by what can look into the database.
ROW_LEVEL_SECURITY = "RowLevelSecurityForced"


@dataclass(frozen=True)
class Metric:
    """A metric that an alarm looks at. ``statistic`` is Sum, Average, p99, ...; ``period`` in seconds."""

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]
    statistic: str
    period: int


@dataclass(frozen=True)
class Alarm:
    """A metric alarm. ``expression`` tells that it judges metric maths over ``metrics``.

    ``state`` is OK, ALARM or INSUFFICIENT_DATA where the alarm looks at ROW_LEVEL_SECURITY. Of others it is
    not kept: they come and go while the account stays as it is, and the facts' hash would change with them.
    """

    TYPE: ClassVar[str] = "AWS::CloudWatch::Alarm"

    arn: str
    name: str
    metrics: tuple[Metric, ...]
    expression: bool
    comparison: str
    threshold: float | None
    evaluation_periods: int
    datapoints_to_alarm: int
    missing_data: str
    actions_enabled: bool
    actions: tuple[str, ...]
    state: str | Unreadable | None = None


@dataclass(frozen=True)
class Budget:
    """``notified`` tells that at least one of its notifications has a subscriber."""

    TYPE: ClassVar[str] = "AWS::Budgets::Budget"

    arn: str
    name: str
    kind: str
    notified: bool | Unreadable


@dataclass(frozen=True)
class AnomalySubscription:
    """A subscription to cost anomalies; ``notified`` as for a budget."""

    TYPE: ClassVar[str] = "AWS::CE::AnomalySubscription"

    arn: str
    name: str
    notified: bool
