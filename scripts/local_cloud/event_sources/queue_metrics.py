"""What SQS tells CloudWatch of its queues, so that alarms on dead letters and on waiting messages go off.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from typing import Any

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.functions.telemetry import put_metrics
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
NAMESPACE = "AWS/SQS"
# SQS measures once a minute.
LOOK_SECONDS = 2.0
UNITS = {"ApproximateAgeOfOldestMessage": "Seconds"}


class QueueMetrics:
    """In a thread. A queue that stays empty is measured once: moto keeps every datum for good."""

    def __init__(self, region: str) -> None:
        self.region = region
        self.empty: set[str] = set()
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, name="queue-metrics", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.thread.join()

    def run(self) -> None:
        while not self.closing.wait(LOOK_SECONDS):
            try:
                self.measure()
            except Exception as error:  # noqa: BLE001  # logged; the next round may go better
                logger.error("queues were not measured: %s", describe(error))

    def measure(self) -> None:
        for name, queue in list(backend_of("sqs", self.region).queues.items()):
            values = values_of(queue)
            was_empty, is_empty = name in self.empty, not any(values.values())
            (self.empty.add if is_empty else self.empty.discard)(name)
            if not (was_empty and is_empty):
                self.put(name, values)

    def put(self, name: str, values: Mapping[str, float]) -> None:
        dimensions = [{"Name": "QueueName", "Value": name}]
        data = [(key, value, UNITS.get(key, "Count"), dimensions) for key, value in values.items()]
        put_metrics(self.region, NAMESPACE, data)


def values_of(queue: Any) -> dict[str, float]:
    with queue._messages_lock:
        oldest = next(iter(queue._messages.by_id.values()), None)
        age = time.time() - oldest.sent_timestamp / 1000 if oldest else 0.0
    return {
        "ApproximateAgeOfOldestMessage": max(age, 0.0),
        "ApproximateNumberOfMessagesDelayed": float(queue.approximate_number_of_messages_delayed),
        "ApproximateNumberOfMessagesNotVisible": float(queue.approximate_number_of_messages_not_visible),
        "ApproximateNumberOfMessagesVisible": float(queue.approximate_number_of_messages),
    }
