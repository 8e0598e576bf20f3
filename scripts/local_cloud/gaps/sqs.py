"""SQS: attributes of a queue that moto changes, drops or does not know, and characters that SQS refuses."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.sqs.exceptions import SQSException
from moto.sqs.models import Queue, SQSBackend

from scripts.local_cloud.gaps.patching import Method, wrap
from scripts.local_cloud.gaps.sqs_messages import counts

# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
ALLOWED = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")
_moto_attributes = Queue.attributes.fget


def attributes(queue: Any) -> dict[str, Any]:
    """moto writes RedrivePolicy with spaces, and Terraform compares the text; RedriveAllowPolicy it drops."""
    found: dict[str, Any] = _moto_attributes(queue)
    if found.get("RedrivePolicy"):
        found["RedrivePolicy"] = json.dumps(json.loads(found["RedrivePolicy"]), separators=(",", ":"))
    if getattr(queue, "redrive_allow_policy", None):
        found["RedriveAllowPolicy"] = queue.redrive_allow_policy
    return found


Queue.attributes = property(attributes)


@wrap(Queue, "_set_attributes")
def set_attributes(original: Method, queue: Any, given: dict[str, Any], now: float | None = None) -> None:
    """moto forgets the queue's policy whenever another attribute is set."""
    policy = getattr(queue, "policy", None)
    original(queue, given, now)
    if "Policy" not in given:
        queue.policy = policy


@wrap(SQSBackend, "get_queue_attributes")
def get_queue_attributes(
    original: Method, backend: Any, queue_name: str, attribute_names: list[str]
) -> dict[str, Any]:
    """moto refuses the names Policy, RedrivePolicy and RedriveAllowPolicy, which AWS takes.

    It also asks for each name anew: counts of different moments, which do not add up.
    """
    unlisted = {"Policy", "RedriveAllowPolicy", "RedrivePolicy"} & set(attribute_names)
    known = [name for name in attribute_names if name not in unlisted]
    found: dict[str, Any] = original(backend, queue_name, known) if known or not unlisted else {}
    queue = backend.get_queue(queue_name)
    existing = queue.attributes
    found |= {name: existing[name] for name in unlisted if existing.get(name)}
    return found | {name: count for name, count in counts(queue).items() if name in found}


@wrap(SQSBackend, "_validate_message")
def validate_message(
    original: Method, backend: Any, queue: Any, message_body: str, *args: Any, **kwargs: Any
) -> None:
    """moto takes every character: frames of MLLP (0x0B, 0x1C), too, which SQS refuses."""
    if not ALLOWED.fullmatch(message_body):
        raise SQSException("InvalidMessageContents", "Invalid characters found in the message body.")
    original(backend, queue, message_body, *args, **kwargs)
