"""EventBridge: events -> rules -> targets, in the background, and rules that are fired by hand."""

from __future__ import annotations

import copy
import json
import logging
import uuid
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.service_principals import service_may
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.control import ControlError
from scripts.local_cloud.event_sources.inputs import InvalidInputError, input_of
from scripts.local_cloud.event_sources.targets import (
    KEY_ACTIONS,
    SERVICE,
    Accept,
    UndeliveredError,
    send,
    send_to_queue,
)
from scripts.local_cloud.functions.telemetry import put_metrics
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
Event = dict[str, Any]
NAMESPACE = "AWS/Events"
OWN_TARGETS = {"lambda", "sqs", "sns"}
WORKERS = 2
_moto_send_to_targets = Rule.send_to_targets


class Rules:
    """The rules of one region, as moto keeps them."""

    def __init__(self, region: str, accept: Accept) -> None:
        self.region = region
        self.accept = accept
        self.workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="events")

    def close(self) -> None:
        self.workers.shutdown(wait=True, cancel_futures=True)

    def offer(self, rule: Any, event: Event) -> None:
        """Send a rule's targets the event if the rule is for it."""
        if rule.state != "ENABLED" or not matches(rule, event):
            return
        if not bus_may_keep(self.region, rule.event_bus_name):
            logger.warning("the key of the bus %s does not let EventBridge use it", rule.event_bus_name)
            return
        count(rule, "MatchedEvents", "TriggeredRules")
        for target in list(rule.targets):
            if target["Arn"].split(":")[2] in OWN_TARGETS:
                self.workers.submit(self.deliver_quietly, rule, target, event)

    def publish(self, event: Event) -> None:
        """An event of AWS's own, which come to the default bus."""
        for rule in list(backend_of("events", self.region).event_buses["default"].rules.values()):
            self.offer(rule, event)

    def deliver_quietly(self, rule: Any, target: Mapping[str, Any], event: Event) -> None:
        try:
            self.deliver(rule, target, event)
        except UndeliveredError as error:
            logger.warning("rule %s: %s", rule.name, error)
        except Exception as error:  # noqa: BLE001  # the executor would keep it to itself
            logger.error("rule %s failed: %s", rule.name, describe(error))

    def deliver(self, rule: Any, target: Mapping[str, Any], event: Event) -> None:
        """Raises ``UndeliveredError`` once the target's dead letters have the event, if it has any."""
        try:
            body = input_of(target, event, rule.arn, timestamp(datetime.now(UTC)))
            send(target, rule.arn, body, self.accept)
        except (InvalidInputError, UndeliveredError) as error:
            count(rule, "FailedInvocations")
            failure = (
                error if isinstance(error, UndeliveredError) else UndeliveredError("INVALID_JSON", str(error))
            )
            self.keep(rule, target, event, failure)
            raise failure from error
        count(rule, "Invocations")

    def keep(self, rule: Any, target: Mapping[str, Any], event: Event, failure: UndeliveredError) -> None:
        arn = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not arn:
            return
        attributes = {
            "ERROR_CODE": failure.code,
            "ERROR_MESSAGE": failure.message,
            "RULE_ARN": rule.arn,
            "TARGET_ARN": target["Arn"],
        }
        try:
            send_to_queue(arn, rule.arn, json.dumps(event), attributes)
            count(rule, "InvocationsSentToDlq")
        except UndeliveredError as error:
            logger.warning("no dead letter of the rule %s: %s", rule.name, error)
            count(rule, "InvocationsFailedToBeSentToDlq")

    def fire(self, name: str, event: Event | None, bus: str) -> list[str]:
        """See ``control.Control.fire``."""
        found = backend_of("events", self.region).event_buses.get(bus)
        rule = found.rules.get(name) if found else None
        if rule is None:
            raise ControlError(f"there is no rule {name} on the bus {bus}")
        if rule.state != "ENABLED":
            raise ControlError(f"the rule {name} is disabled")
        if event is None and not rule.scheduled_expression:
            raise ControlError(f"the rule {name} has no schedule: say which event it is to get")
        sent = scheduled_event(rule) if event is None else complete(event, self.region)
        if event is not None and not matches(rule, sent):
            raise ControlError(f"the event does not match the pattern of the rule {name}")
        try:
            for target in rule.targets:
                self.deliver(rule, target, sent)
        except UndeliveredError as error:
            raise ControlError(f"the rule {name}: {error}") from error
        return [target["Arn"] for target in rule.targets]


def matches(rule: Any, event: Event) -> bool:
    """A rule with a schedule alone is for no event; moto takes it for one that is for all."""
    return bool(rule.event_pattern.get_pattern()) and bool(rule.event_pattern.matches_event(event))


def bus_may_keep(region: str, name: str) -> bool:
    """EventBridge encrypts what it holds with the bus's key.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
    """
    bus = backend_of("events", region).event_buses[name]
    if not bus.kms_key_identifier:
        return True
    keys = backend_of("kms", region)
    key = keys.keys.get(keys.any_id_to_key_id(bus.kms_key_identifier))
    context = {
        "aws:SourceAccount": ACCOUNT_ID,
        "aws:SourceArn": bus.arn,
        "kms:EncryptionContext:aws:events:event-bus:arn": bus.arn,
    }
    return key is not None and all(service_may(SERVICE, action, key.arn, context) for action in KEY_ACTIONS)


def scheduled_event(rule: Any) -> Event:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html"""
    event = {"detail-type": "Scheduled Event", "source": "aws.events", "resources": [rule.arn]}
    return complete(event, rule.region_name)


def complete(event: Mapping[str, Any], region: str) -> Event:
    """With the fields that every event has."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "",
        "source": "",
        "account": ACCOUNT_ID,
        "time": timestamp(datetime.now(UTC)),
        "region": region,
        "resources": [],
        "detail": {},
    } | dict(event)


def timestamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def count(rule: Any, *metrics: str) -> None:
    """By the rule's name; for a bus of one's own by the bus's as well."""
    dimensions = [{"Name": "RuleName", "Value": rule.name}]
    if rule.event_bus_name != "default":
        dimensions.insert(0, {"Name": "EventBusName", "Value": rule.event_bus_name})
    put_metrics(rule.region_name, NAMESPACE, [(name, 1.0, "Count", dimensions) for name in metrics])


def route_events(rules: Rules) -> None:
    """Let what comes to moto's buses go through ``rules``; moto keeps its own kinds of targets."""

    def send_to_targets(rule: Any, original_event: Event, transform_input: bool = True) -> None:
        given = original_event["time"]
        moment = datetime.fromtimestamp(float(given), UTC) if isinstance(given, int | float) else None
        event = {name: value for name, value in original_event.items() if name != "ingestion-time"}
        rules.offer(rule, {**event, "time": timestamp(moment) if moment else str(given)})
        others = [target for target in rule.targets if target["Arn"].split(":")[2] not in OWN_TARGETS]
        if others and rule.state == "ENABLED" and rule.event_pattern.get_pattern():
            rest = copy.copy(rule)
            rest.targets = others
            _moto_send_to_targets(rest, original_event, transform_input)

    Rule.send_to_targets = send_to_targets
