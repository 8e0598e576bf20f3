"""Queues, topics, subscriptions and event buses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.messaging import EventBus, Queue, Subscription, Topic
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader


@reader("queues", operations={"sqs": ("GetQueueAttributes", "ListQueues")})
def read_queues(aws: Aws, where: Where) -> Facts:
    # Without a limit SQS lists a thousand, and does not tell that there are more:
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/list-all-queues-pagination.html
    listed = aws.pages("sqs", "ListQueues", "QueueUrls", MaxResults=1000)
    return {"queues": Listing(aws.each(listed.items, lambda url: _queue(aws, url, where)), listed.problem)}


def _queue(aws: Aws, url: str, where: Where) -> Queue:
    answer = aws.optional("sqs", "GetQueueAttributes", [], QueueUrl=url, AttributeNames=["All"])
    name = url.rpartition("/")[2]
    arn = where.arn("sqs", name)
    if isinstance(answer, Unreadable):
        return Queue(arn, name, answer, answer, answer)
    attributes = (answer or {}).get("Attributes") or {}
    redrive = json.loads(attributes.get("RedrivePolicy") or "{}")
    return Queue(
        arn=attributes.get("QueueArn", arn),
        name=name,
        key=attributes.get("KmsMasterKeyId") or None,
        policy=attributes.get("Policy") or None,
        redrive_target=redrive.get("deadLetterTargetArn"),
    )


@reader(
    "topics", "subscriptions", operations={"sns": ("GetTopicAttributes", "ListSubscriptions", "ListTopics")}
)
def read_topics(aws: Aws, _: Where) -> Facts:
    topics = aws.pages("sns", "ListTopics", "Topics")
    subscriptions = aws.pages("sns", "ListSubscriptions", "Subscriptions")
    return {
        "topics": Listing(aws.each(topics.items, lambda t: _topic(aws, t["TopicArn"])), topics.problem),
        "subscriptions": Listing(tuple(map(_subscription, subscriptions.items)), subscriptions.problem),
    }


def _topic(aws: Aws, arn: str) -> Topic:
    answer = aws.optional("sns", "GetTopicAttributes", [], TopicArn=arn)
    name = arn.rpartition(":")[2]
    if isinstance(answer, Unreadable):
        return Topic(arn, name, answer, answer)
    attributes = (answer or {}).get("Attributes") or {}
    return Topic(arn, name, attributes.get("KmsMasterKeyId") or None, attributes.get("Policy") or None)


def _subscription(answer: Mapping[str, Any]) -> Subscription:
    arn = answer["SubscriptionArn"]
    return Subscription(
        arn=arn,
        topic_arn=answer["TopicArn"],
        protocol=answer["Protocol"],
        confirmed=arn.startswith("arn:"),  # else "PendingConfirmation", or "Deleted"
    )


@reader("event_buses", operations={"events": ("DescribeEventBus", "ListEventBuses")})
def read_event_buses(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("events", "ListEventBuses", "EventBuses")
    return {"event_buses": Listing(aws.each(listed.items, lambda b: _bus(aws, b)), listed.problem)}


def _bus(aws: Aws, answer: Mapping[str, Any]) -> EventBus:
    described = aws.optional("events", "DescribeEventBus", [], Name=answer["Name"])
    key = described if isinstance(described, Unreadable) else (described or {}).get("KmsKeyIdentifier")
    return EventBus(answer["Arn"], answer["Name"], answer.get("Policy") or None, key or None)
