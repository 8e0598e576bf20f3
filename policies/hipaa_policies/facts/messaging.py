"""Queues, topics and event buses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class Queue:
    """``redrive_target`` is the ARN of its dead-letter queue."""

    TYPE: ClassVar[str] = "AWS::SQS::Queue"

    arn: str
    name: str
    key: str | Unreadable | None
    policy: str | Unreadable | None
    redrive_target: str | Unreadable | None


@dataclass(frozen=True)
class Topic:
    TYPE: ClassVar[str] = "AWS::SNS::Topic"

    arn: str
    name: str
    key: str | Unreadable | None
    policy: str | Unreadable | None


@dataclass(frozen=True)
class Subscription:
    """``endpoint`` is not kept: it may be a person's address. ``protocol`` is email, sms, lambda, sqs, ..."""

    TYPE: ClassVar[str] = "AWS::SNS::Subscription"

    arn: str
    topic_arn: str
    protocol: str
    confirmed: bool


@dataclass(frozen=True)
class EventBus:
    TYPE: ClassVar[str] = "AWS::Events::EventBus"

    arn: str
    name: str
    policy: str | None
    key: str | Unreadable | None = None
