"""SQS queue -> function: receive, invoke, delete what went well.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-concepts.html
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.event_sources.mapping import (
    PAUSE_SECONDS,
    Host,
    Ran,
    RoleClients,
    failed_identifiers,
    function_of,
    note_result,
    reports_failures,
    wanted,
)
from scripts.local_cloud.event_sources.queue_records import filtered_data, record_of
from scripts.local_cloud.functions.credentials import new_request_id
from scripts.local_cloud.gaps.sqs_messages import show_again
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
Message = Mapping[str, Any]
# Lambda waits 20 seconds; the end of the cloud would have to wait as long.
LONG_POLL_SECONDS = 1
# "Lambda reads up to five batches and sends them to the function"; a laptop gets no more by itself.
CONCURRENT_BATCHES = 5
MOST_CONCURRENT_BATCHES = 20
RECEIVED_AT_ONCE = 10
WINDOW_LOOK_SECONDS = 0.2
# A batch of 6 MB goes at once; what one more call may bring has to fit still.
MAXIMUM_BATCH_BYTES = 6 * 1024 * 1024
MAXIMUM_MESSAGE_BYTES = 1024 * 1024
THROTTLED_WAIT_SECONDS = 0.2


class QueuePoller:
    """One event source mapping. ``mapping`` is moto's own: a change of it holds from the next poll."""

    def __init__(self, mapping: Any, host: Host) -> None:
        self.mapping = mapping
        self.host = host
        self.clients = RoleClients(host.endpoint_url)
        self.queue_name = mapping.event_source_arn.rpartition(":")[2]
        self.queue_url = f"{host.endpoint_url}/{mapping.account_id}/{self.queue_name}"
        self.closing = threading.Event()
        self.free = threading.Condition()
        self.running = 0
        self.workers = ThreadPoolExecutor(MOST_CONCURRENT_BATCHES, thread_name_prefix="queue-batch")
        self.thread = threading.Thread(target=self.poll, name="queue-poller", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ask for the end; ``close`` waits for it."""
        self.closing.set()

    def close(self) -> None:
        self.stop()
        with self.free:
            self.free.notify_all()
        self.thread.join()
        self.workers.shutdown(wait=True)
        self.clients.close()

    def poll(self) -> None:
        while not self.closing.is_set():
            try:
                self.wait_for_room()
                messages = self.collect()
            except (AwsError, BotoCoreError, ClientError) as error:
                note_result(self.mapping, f"PROBLEM: {problem(error)}")
                self.closing.wait(PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001  # logged; the next poll may go better
                logger.error("the queue %s was not polled: %s", self.queue_name, describe(error))
                self.closing.wait(PAUSE_SECONDS)
            else:
                if messages:
                    self.begin(messages)

    def wait_for_room(self) -> None:
        scaling = self.mapping.scaling_config or {}
        limit = min(int(scaling.get("MaximumConcurrency") or CONCURRENT_BATCHES), MOST_CONCURRENT_BATCHES)
        with self.free:
            self.free.wait_for(lambda: self.running < limit or self.closing.is_set())

    def begin(self, messages: Sequence[Message]) -> None:
        with self.free:
            self.running += 1
        self.workers.submit(self.work, messages)

    def work(self, messages: Sequence[Message]) -> None:
        try:
            self.process(messages)
        except (AwsError, BotoCoreError, ClientError) as error:
            note_result(self.mapping, f"PROBLEM: {problem(error)}")
        except Exception as error:  # noqa: BLE001  # the executor would keep it to itself
            logger.error("a batch of %s failed: %s", self.queue_name, describe(error))
        finally:
            with self.free:
                self.running -= 1
                self.free.notify_all()

    def collect(self) -> list[Message]:
        """The messages of one batch: what is there, or what comes within the batch window."""
        size, window = int(self.mapping.batch_size), int(self.mapping.max_batch_window or 0)
        client = self.clients.client(function_of(self.mapping), "sqs")
        messages = self.receive(client, size, LONG_POLL_SECONDS)
        end = time.monotonic() + window
        while messages and window and len(messages) < size and not self.closing.is_set():
            seconds = end - time.monotonic()
            room = MAXIMUM_BATCH_BYTES - sum(len(message["Body"]) for message in messages)
            if seconds <= 0 or room < MAXIMUM_MESSAGE_BYTES:
                break
            more = self.receive(client, size - len(messages), 0)
            if not more:
                self.closing.wait(min(seconds, WINDOW_LOOK_SECONDS))
            messages += more
        return messages

    def receive(self, client: Any, count: int, wait_seconds: int) -> list[Message]:
        answer = client.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=min(count, RECEIVED_AT_ONCE),
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
            WaitTimeSeconds=wait_seconds,
        )
        found: list[Message] = answer.get("Messages", [])
        return found

    def process(self, messages: Sequence[Message]) -> None:
        records = {m["MessageId"]: record_of(m, self.mapping.event_source_arn) for m in messages}
        chosen = {
            name: record for name, record in records.items() if wanted(self.mapping, filtered_data(record))
        }
        failed: set[str] = set()
        if chosen:
            failed = self.invoke(list(chosen.values()))
        self.delete([message for message in messages if message["MessageId"] not in failed])
        seconds = self.host.settings.failed_messages_after_seconds
        if failed and seconds is not None:
            handles = [records[name]["receiptHandle"] for name in failed]
            show_again(backend_of("sqs", self.host.region).queues[self.queue_name], handles, seconds)

    def invoke(self, records: Sequence[Mapping[str, Any]]) -> set[str]:
        """The ids of the messages that stay in the queue."""
        everything = [str(record["messageId"]) for record in records]
        result = self.run(json.dumps({"Records": records}).encode())
        if result is None or result.error_type is not None:
            note_result(self.mapping, "PROBLEM: Function call failed")
            return set(everything)
        note_result(self.mapping, "OK")
        if not reports_failures(self.mapping):
            return set()
        failed = failed_identifiers(result.payload, everything)
        return set(everything) if failed is None else failed

    def run(self, payload: bytes) -> Ran | None:
        """Try while the messages are hidden, as Lambda does while the function is throttled."""
        function = function_of(self.mapping)
        queue = backend_of("sqs", self.host.region).queues[self.queue_name]
        end = time.monotonic() + queue.visibility_timeout
        while not self.closing.is_set():
            try:
                return self.host.run(function, payload, new_request_id())
            except AwsError as error:
                if error.code != "TooManyRequestsException" or time.monotonic() > end:
                    raise
            self.closing.wait(THROTTLED_WAIT_SECONDS)
        return None

    def delete(self, messages: Sequence[Message]) -> None:
        client = self.clients.client(function_of(self.mapping), "sqs")
        for first in range(0, len(messages), RECEIVED_AT_ONCE):
            part = messages[first : first + RECEIVED_AT_ONCE]
            entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(part)]
            client.delete_message_batch(QueueUrl=self.queue_url, Entries=entries)


def problem(error: Exception) -> str:
    """AWS's code and message; they name actions and resources, and nothing of the messages."""
    if isinstance(error, ClientError):
        return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"
    return f"{error.code}: {error.message}" if isinstance(error, AwsError) else type(error).__name__
