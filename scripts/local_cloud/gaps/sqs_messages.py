"""SQS: what happens to messages. moto's own is wrong where consumers work side by side.

moto 5.2 receives and deletes without a lock (one message goes to two consumers, one that is sent meanwhile
is lost), delivers the second message of a FIFO group before the first once both are visible again, forgets
a deduplication id with its message, numbers FIFO messages at random, delivers to functions while the sender
waits, and reads the whole queue for every single call.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
"""

from __future__ import annotations

import copy
import secrets
import time
from collections.abc import Iterator
from typing import Any

from moto.core.utils import unix_time, unix_time_millis
from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import (
    DEDUPLICATION_TIME_IN_SECONDS,
    Queue,
    SQSBackend,
    _filter_message_attributes,
)

from scripts.local_cloud.gaps.patching import Method, wrap

# How often a consumer that waits looks for messages whose visibility timeout has passed.
LOOK_SECONDS = 0.1
# moto draws each letter of a handle by itself, which took a third of the time of receiving.
models.generate_receipt_handle = lambda: secrets.token_urlsafe(140)
FIRST_SEQUENCE_NUMBER = 18_850_000_000_000_000_000


class Messages:
    """A queue's messages in order, found by receipt handle as well. To be used with the queue's lock."""

    def __init__(self) -> None:
        self.by_id: dict[str, Any] = {}
        self.by_handle: dict[str, Any] = {}
        self.received: dict[str, Any] = {}
        self.deduplicated: dict[str, Any] = {}
        self.sent = 0

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self.by_id.values()))

    def __len__(self) -> int:
        return len(self.by_id)

    def append(self, message: Any) -> None:
        self.by_id[message.id] = message

    def remove(self, message: Any) -> None:
        self.by_id.pop(message.id, None)
        self.received.pop(message.id, None)
        for handle in message.all_receipt_handles:
            self.by_handle.pop(handle, None)

    def in_flight(self, now: float) -> list[Any]:
        """Those that a consumer holds; one whose visibility timeout has passed is nobody's any more."""
        for name in [name for name, message in self.received.items() if message.visible_at <= now]:
            del self.received[name]
        return list(self.received.values())


@wrap(Queue, "__init__")
def create_queue(original: Method, queue: Any, *args: Any, **kwargs: Any) -> None:
    original(queue, *args, **kwargs)
    queue._messages = Messages()


COUNT, COUNT_DELAYED, COUNT_NOT_VISIBLE = (
    f"ApproximateNumberOfMessages{kind}" for kind in ("", "Delayed", "NotVisible")
)


def counts(queue: Any) -> dict[str, int]:
    """All three at one moment: one after the other, none of them has the message that comes back between."""
    with queue._messages_lock:
        messages = queue._messages
        hidden = len(messages.in_flight(unix_time_millis()))
        # A queue whose messages were never delayed need not be read for it.
        delayed = sum(m.delayed for m in messages) if getattr(queue, "has_delayed", False) else 0
        visible = len(messages) - hidden - delayed
    return {COUNT: visible, COUNT_DELAYED: delayed, COUNT_NOT_VISIBLE: hidden}


Queue.approximate_number_of_messages = property(lambda queue: counts(queue)[COUNT])
Queue.approximate_number_of_messages_delayed = property(lambda queue: counts(queue)[COUNT_DELAYED])
Queue.approximate_number_of_messages_not_visible = property(lambda queue: counts(queue)[COUNT_NOT_VISIBLE])


@wrap(Queue, "add_message")
def add_message(_original: Method, queue: Any, message: Any) -> None:
    with queue._messages_lock:
        messages = queue._messages
        if queue.fifo_queue:
            first = duplicate_of(queue, message)
            if first is not None:  # accepted, answered as the first was, and not delivered
                message.id, message.sequence_number = first.id, first.sequence_number
                return
            messages.sent += 1
            message.sequence_number = str(FIRST_SEQUENCE_NUMBER + messages.sent * 256)
        if message.delayed_until:
            queue.has_delayed = True
        messages.append(message)
        queue._messages_lock.notify_all()


def duplicate_of(queue: Any, message: Any) -> Any:
    """The message that was sent with the same deduplication id in the last five minutes."""
    name = message.deduplication_id
    if name is None:
        return None
    scope = (queue.deduplication_scope == "messageGroup" and message.group_id) or ""
    known = queue._messages.deduplicated
    first = known.get(f"{scope}:{name}")
    age_ms = message.sent_timestamp - first.sent_timestamp if first else 0
    if first is not None and age_ms < DEDUPLICATION_TIME_IN_SECONDS * 1000:
        return first
    known[f"{scope}:{name}"] = message
    return None


@wrap(SQSBackend, "receive_message")
def receive_message(
    _original: Method,
    backend: Any,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Any]:
    queue = backend.get_queue(queue_name)
    end = time.monotonic() + wait_seconds_timeout
    with queue._messages_lock:
        while True:
            found = take(queue, count, visibility_timeout)
            remaining = end - time.monotonic()
            if found or remaining <= 0:
                break
            queue._messages_lock.wait(min(remaining, LOOK_SECONDS))
    for message in found:
        _filter_message_attributes(message, message_attribute_names or [])
    return found


def take(queue: Any, count: int, visibility_timeout: int) -> list[Any]:
    """Up to ``count`` messages in order, as copies; those received too often move to the dead letters."""
    now, messages = unix_time_millis(), queue._messages
    in_flight = messages.in_flight(now)
    held = {message.group_id for message in in_flight} if queue.fifo_queue else set()
    found: list[Any] = []
    gone: list[Any] = []
    for message in messages.by_id.values():
        if len(found) == count:
            break
        if message.id in messages.received or (queue.fifo_queue and message.group_id in held):
            continue
        if message.delayed_until > now:
            # The rest of a FIFO group waits for it as well.
            held.add(message.group_id)
            continue
        gone_for = reason_to_go(queue, message)
        if gone_for:
            gone.append((message, gone_for))
            continue
        found.append(message)
    for message, gone_for in gone:
        messages.remove(message)
        if gone_for == "received too often":
            move_to_dead_letters(queue, message)
    return [receive(messages, message, visibility_timeout) for message in found]


def reason_to_go(queue: Any, message: Any) -> str | None:
    if message.sent_timestamp / 1000 + queue.message_retention_period <= unix_time():
        return "kept too long"
    limit = (queue.redrive_policy or {}).get("maxReceiveCount") if queue.dead_letter_queue else None
    return "received too often" if limit and message.approximate_receive_count >= limit else None


def move_to_dead_letters(queue: Any, message: Any) -> None:
    target = queue.dead_letter_queue
    with target._messages_lock:
        message.visible_at = 0.0
        target._messages.append(message)
        target._messages_lock.notify_all()


def receive(messages: Messages, message: Any, visibility_timeout: int) -> Any:
    message.mark_received(visibility_timeout=visibility_timeout)
    messages.by_handle[message.receipt_handle] = message
    if message.visible_at > unix_time_millis():
        messages.received[message.id] = message
    return copy.copy(message)


@wrap(Queue, "delete_message")
def delete_message(_original: Method, queue: Any, receipt_handle: str) -> None:
    with queue._messages_lock:
        message = queue._messages.by_handle.get(receipt_handle)
        if message is None:
            if receipt_handle in queue.deleted_messages:
                return
            raise ReceiptHandleIsInvalid
        queue.deleted_messages.update(message.all_receipt_handles)
        queue._messages.remove(message)
        # The rest of its FIFO group may go now.
        queue._messages_lock.notify_all()


@wrap(SQSBackend, "change_message_visibility")
def change_message_visibility(
    original: Method, backend: Any, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    queue = backend.get_queue(queue_name)
    with queue._messages_lock:
        # moto's own checks of the value come first.
        original(backend, queue_name, receipt_handle, visibility_timeout)
        message = queue._messages.by_handle.get(receipt_handle)
        if message is not None and message.visible_at > unix_time_millis():
            queue._messages.received[message.id] = message
        queue._messages_lock.notify_all()


@wrap(SQSBackend, "purge_queue")
def purge_queue(original: Method, backend: Any, queue_name: str) -> None:
    queue = backend.get_queue(queue_name)
    with queue._messages_lock:
        original(backend, queue_name)
        queue._messages = Messages()


def show_again(queue: Any, receipt_handles: list[str], seconds: float) -> None:
    """Let messages that a consumer failed on come back sooner than the queue would let them."""
    with queue._messages_lock:
        for handle in receipt_handles:
            message = queue._messages.by_handle.get(handle)
            if message is not None:
                message.visible_at = min(message.visible_at, unix_time_millis() + seconds * 1000)
        queue._messages_lock.notify_all()
