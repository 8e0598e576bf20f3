"""Queues, topics, subscriptions and event buses, as planned."""

from __future__ import annotations

import json
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.messaging import EventBus, Queue, Subscription, Topic
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.identity import is_made_of_address
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.policies import Attached, merged, policy_text
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.plan.strangers import named_elsewhere, stranger

_KEYS = ("aws_kms_key", "aws_kms_alias")
# Subscriptions that a person, or a foreign endpoint, must confirm; AWS confirms the others itself.
_CONFIRMED_LATER = frozenset({"email", "email-json", "http", "https", "sms"})


@reader("queues", types=("aws_sqs_queue", "aws_sqs_queue_policy", "aws_sqs_queue_redrive_policy"))
def read_queues(plan: Plan) -> Facts:
    policies = Attached(plan, "aws_sqs_queue_policy", "queue_url", ("aws_sqs_queue",))
    redrives = {
        redrive.reference("queue_url", ("aws_sqs_queue",), "name"): _redrive(redrive)
        for redrive in plan.of("aws_sqs_queue_redrive_policy")
    }
    made = plan.of("aws_sqs_queue")
    names = {name for planned in made for name in (planned.name, planned.id)}
    others = named_elsewhere(plan, "aws_sqs_queue_policy", "queue_url", ("aws_sqs_queue",), "name", names)
    strangers = [
        stranger(Queue, p, plan.arn("sqs", url.rpartition("/")[2]), policy=policy_text(p, "policy"))
        for url, p in others.items()
    ]
    return {"queues": Listing((*(_queue(p, policies, redrives) for p in made), *strangers))}


def _queue(planned: Planned, policies: Attached, redrives: dict[Any, Any]) -> Queue:
    own = {planned.name, planned.id}
    return partial(
        Queue,
        arn=planned.arn,
        name=planned.name,
        key=_key(planned, "kms_master_key_id"),
        policy=policies.to(planned, *own),
        redrive_target=next((redrives[n] for n in own if n in redrives), None) or _redrive(planned),
    )


def _redrive(planned: Planned) -> Any:
    text = planned.text("redrive_policy")
    if isinstance(text, str):
        return json.loads(text).get("deadLetterTargetArn")
    return planned.reference("redrive_policy", ("aws_sqs_queue",)) if text is not None else None


def _key(planned: Planned, name: str) -> Any:
    key = planned.reference(name, _KEYS)
    # An alias that is planned names itself, as the live account would.
    if isinstance(key, str) and is_made_of_address(key):
        targets = planned.targets(name, ("aws_kms_alias",))
        if not isinstance(targets, Unreadable) and targets[0].values.get("name"):
            return targets[0].values["name"]
    return key


@reader(
    "topics", "subscriptions", types=("aws_sns_topic", "aws_sns_topic_policy", "aws_sns_topic_subscription")
)
def read_topics(plan: Plan) -> Facts:
    policies = Attached(plan, "aws_sns_topic_policy", "arn", ("aws_sns_topic",), form="arn")
    topics = tuple(
        partial(
            Topic,
            arn=planned.arn,
            name=planned.name,
            key=_key(planned, "kms_master_key_id"),
            policy=policies.to(planned, planned.arn),
        )
        for planned in plan.of("aws_sns_topic")
    )
    made = {topic.arn for topic in topics}
    others = named_elsewhere(plan, "aws_sns_topic_policy", "arn", ("aws_sns_topic",), "arn", made)
    topics += tuple(stranger(Topic, p, arn, policy=policy_text(p, "policy")) for arn, p in others.items())
    subscriptions = tuple(map(_subscription, plan.of("aws_sns_topic_subscription")))
    return {"topics": Listing(topics), "subscriptions": Listing(subscriptions)}


def _subscription(planned: Planned) -> Subscription:
    protocol = planned.get("protocol")
    confirmed: Any = True
    if isinstance(protocol, Unreadable) or protocol in _CONFIRMED_LATER:
        confirmed = planned.undecided("pending_confirmation", "a plan does not show who confirmed")
        if planned.values.get("pending_confirmation") is False and not planned.created:
            confirmed = True
    return partial(
        Subscription,
        arn=planned.arn,
        topic_arn=planned.reference("topic_arn", ("aws_sns_topic",)),
        protocol=protocol,
        confirmed=confirmed,
    )


@reader(
    "event_buses",
    types=("aws_cloudwatch_event_bus", "aws_cloudwatch_event_bus_policy", "aws_cloudwatch_event_permission"),
)
def read_event_buses(plan: Plan) -> Facts:
    bus = ("aws_cloudwatch_event_bus",)
    given: dict[str, list[Any]] = {}
    for kind in ("aws_cloudwatch_event_bus_policy", "aws_cloudwatch_event_permission"):
        for planned in plan.of(kind):
            name = planned.reference("event_bus_name", bus, "name") or "default"
            text = policy_text(planned, "policy") if kind.endswith("policy") else _permission(planned)
            given.setdefault(name if isinstance(name, str) else planned.address, []).append(text)
    found = [
        partial(
            EventBus,
            arn=p.arn,
            name=p.name,
            policy=_together(given.pop(p.name, [])),
            key=_key(p, "kms_key_identifier"),
        )
        for p in plan.of(*bus)
    ]
    # What is given to a bus that the plan does not make, the default one above all.
    found += [
        partial(EventBus, arn=plan.arn("events", f"event-bus/{name}"), name=name, policy=_together(texts))
        for name, texts in sorted(given.items())
    ]
    return {"event_buses": Listing(tuple(found))}


def _together(texts: list[Any]) -> Any:
    unknown = next((text for text in texts if isinstance(text, Unreadable)), None)
    return unknown or (merged(*(t for t in texts if t)) if texts else None)


def _permission(planned: Planned) -> Any:
    principal = planned.get("principal")
    if isinstance(principal, Unreadable):
        return principal
    condition = planned.block("condition")
    if isinstance(condition, Unreadable):
        return condition
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": planned.values.get("action") or "events:PutEvents",
        "Principal": "*" if principal == "*" else {"AWS": principal},
        "Resource": "*",
    }
    if condition is not None:
        values = condition.values
        statement["Condition"] = {values.get("type"): {values.get("key"): values.get("value")}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
