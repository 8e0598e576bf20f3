"""Log groups and the metrics that are drawn from them; trails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class LogGroup:
    """``retention`` in days; ``None`` keeps events forever. ``masked`` tells that a data protection policy
    holds for it, its own or the account's."""

    TYPE: ClassVar[str] = "AWS::Logs::LogGroup"

    arn: str
    name: str
    key: str | None
    retention: int | None
    masked: bool = False


@dataclass(frozen=True)
class LogExport:
    """Log events that leave CloudWatch as they come. ``log_group`` is ``None`` for all groups of the account
    but those ``left_out``; ``bucket`` where they end up, ``None`` where that is in another account."""

    TYPE: ClassVar[str] = "AWS::Logs::SubscriptionFilter"

    arn: str
    log_group: str | None
    left_out: tuple[str, ...]
    pattern: str
    bucket: str | Unreadable | None

    def takes(self, log_group: str) -> bool:
        """Whether it takes all events of a group."""
        taken = self.log_group == log_group or (self.log_group is None and log_group not in self.left_out)
        return taken and not self.pattern.strip()


@dataclass(frozen=True)
class CountedMetric:
    """What a filter writes for each event that it matches: ``value`` is a number, or a selector of one
    (``$.bytes``); with ``dimensions`` (their names) it writes nothing without them."""

    namespace: str
    name: str
    value: str
    dimensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricFilter:
    TYPE: ClassVar[str] = "AWS::Logs::MetricFilter"

    arn: str
    name: str
    log_group: str
    pattern: str
    metrics: tuple[CountedMetric, ...]


@dataclass(frozen=True)
class DataEvents:
    """One selector of data events: of ``resource_type`` (AWS::S3::Object, AWS::Lambda::Function,
    AWS::DynamoDB::Table), on ARNs that begin with one of ``arn_prefixes`` or are one of ``arns`` (neither:
    all are), and that begin with none of ``left_out``."""

    resource_type: str
    arn_prefixes: tuple[str, ...]
    left_out: tuple[str, ...]
    reads: bool
    writes: bool
    arns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trail:
    """``logging`` tells that it is on, and that its bucket takes what it records; ``log_group_arn`` is
    ``None`` also where the group does not."""

    TYPE: ClassVar[str] = "AWS::CloudTrail::Trail"

    arn: str
    name: str
    bucket: str
    log_group_arn: str | None
    key: str | None
    validation: bool
    multi_region: bool
    logging: bool | Unreadable
    management_events: bool | Unreadable
    data_events: tuple[DataEvents, ...] | Unreadable
