"""Starts a poller for each enabled event source mapping, and ends it with the mapping."""

from __future__ import annotations

import logging
import threading
from typing import Protocol

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.event_sources.mapping import Host
from scripts.local_cloud.event_sources.queues import QueuePoller
from scripts.local_cloud.event_sources.streams import StreamPoller
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
LOOK_SECONDS = 0.2


class Poller(Protocol):
    def stop(self) -> None: ...
    def close(self) -> None: ...


class EventSourceMappings:
    """Looks at moto's mappings again and again, in a thread."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.pollers: dict[str, Poller] = {}
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.run, name="event-source-mappings", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.closing.set()
        for poller in list(self.pollers.values()):
            poller.stop()

    def close(self) -> None:
        self.stop()
        self.thread.join()
        self.stop()  # the thread may have started one meanwhile
        for poller in self.pollers.values():
            poller.close()

    def run(self) -> None:
        while not self.closing.wait(LOOK_SECONDS):
            try:
                self.reconcile()
            except Exception as error:  # noqa: BLE001  # logged; the next round may go better
                logger.error("event source mappings were not read: %s", describe(error))

    def reconcile(self) -> None:
        mappings = backend_of("lambda", self.host.region)._event_source_mappings
        enabled = {uuid: mapping for uuid, mapping in list(mappings.items()) if mapping.enabled}
        for uuid in [uuid for uuid in self.pollers if uuid not in enabled]:
            self.pollers[uuid].close()
            del self.pollers[uuid]
        for uuid, mapping in enabled.items():
            if uuid not in self.pollers and not self.closing.is_set():
                make = StreamPoller if ":dynamodb:" in mapping.event_source_arn else QueuePoller
                self.pollers[uuid] = make(mapping, self.host)
