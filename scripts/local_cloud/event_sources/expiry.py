"""DynamoDB's time to live: expired items go within seconds here, within days in AWS."""

from __future__ import annotations

import logging
import threading

from scripts.local_cloud.backends import backend_of, one_at_a_time
from scripts.local_cloud.gaps.dynamodb_streams import delete_expired_items
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
LOOK_SECONDS = 2.0


class Expiry:
    def __init__(self, region: str) -> None:
        self.region = region
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, name="expiry", daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.closing.set()
        self.thread.join()

    def run(self) -> None:
        while not self.closing.wait(LOOK_SECONDS):
            try:
                with one_at_a_time("dynamodb"):
                    delete_expired_items(backend_of("dynamodb", self.region))
            except Exception as error:  # noqa: BLE001  # logged; the next round may go better
                logger.error("expired items were not deleted: %s", describe(error))
