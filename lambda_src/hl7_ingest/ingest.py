"""One delivery from the queue to the stores.

    keep the bytes -> take them apart -> for each message: read -> store once -> announce -> acknowledge

What can never be stored goes to quarantine at once, and the rest of its batch goes on. Whatever AWS refuses
raises Problem: the delivery comes again, and finds done what was done.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from healthcare.metrics import Signal, Signals
from healthcare.problems import RETRY_SOON, unavailable

from hl7_ingest import er7, framing, times
from hl7_ingest.acknowledgements import Acknowledgements
from hl7_ingest.announcements import Announcements
from hl7_ingest.deliveries import Delivery, content_of, delivery_of
from hl7_ingest.events import Event, Rules, event_of
from hl7_ingest.faults import Rejected
from hl7_ingest.headers import Header, header_of
from hl7_ingest.originals import Originals
from hl7_ingest.records import Received
from hl7_ingest.store import EventExists, PatientEvents, ReceiptExists


@dataclass(slots=True)
class Ingest:
    """The stores, and what this deployment takes."""

    originals: Originals
    store: PatientEvents
    announcements: Announcements
    acknowledgements: Acknowledgements
    rules: Rules
    logger: Logger
    signals: Signals = field(default_factory=Signals)

    def process(self, record: dict[str, Any], out_of_time: Callable[[], bool]) -> None:
        """Everything that an SQS record holds, stored or in quarantine; Problem where it must come again.

        So must what `out_of_time` interrupts: a batch is gone on with where it was left.
        """
        delivery = delivery_of(record)
        try:
            content = content_of(str(delivery.content), self.originals)
        except Rejected as rejected:
            key = self.originals.keep(delivery.path, delivery.content)
            self._quarantine(delivery.path, delivery.content, rejected, key, delivery.message_id)
            return
        key = self.originals.keep(delivery.path, content)
        parts = framing.take_apart(content).parts
        for number, part in enumerate(parts):
            if number and out_of_time():
                raise unavailable("OutOfTime", RETRY_SOON)
            # A batch's messages are told apart by their number in it.
            suffix = "" if len(parts) == 1 else f"-{number:05d}"
            received = Received(delivery.message_id + suffix, key, times.text_of(delivery.sent_at))
            if isinstance(part, framing.Piece):
                self._message(part, delivery, suffix, received)
            else:
                self._quarantine(delivery.path + suffix, *part, key, received.source)

    def _message(self, piece: framing.Piece, delivery: Delivery, suffix: str, received: Received) -> None:
        header: Header | None = None
        try:
            message = er7.parse(piece.text, piece.codec)
            header = header_of(message)
            event = event_of(message, header, self.rules)
            self._store(event, received)
        except Rejected as rejected:
            path = delivery.path + suffix
            self._quarantine(path, piece.text, rejected, received.original, received.source)
            if header is not None:
                self.acknowledgements.send(header, received.source, rejected)
            return
        self.acknowledgements.send(header, received.source)

    def _store(self, event: Event, received: Received) -> None:
        receipt = self.store.receipt(event.header.identity)
        if receipt is None:
            keys = self.originals.documents(event.event_id, event.documents)
            received = Received(received.source, received.original, received.received_at, tuple(keys))
            try:
                receipt = self.store.save(event, received)
            except EventExists:  # replayed after control_id_days: announced long ago
                self._duplicate(event, received)
                return
            except ReceiptExists:
                receipt = self.store.receipt(event.header.identity)
                if receipt is None:  # it has expired within this very moment
                    raise
            else:
                self._announce(event, receipt, received)
                return
        self._again(event, receipt, received)

    def _again(self, event: Event, receipt: dict[str, Any], received: Received) -> None:
        """A message whose control id is there: the same delivery again, a duplicate, or another message."""
        if receipt["body_hash"] != event.body_hash:
            self.signals.count("HL7ControlIdReused")
            raise Rejected("control_id_reused", "MSH", 10)
        if receipt["source"] == received.source:
            self._line("message known", event, received)
        else:
            self._duplicate(event, received)
        if not receipt["published"]:
            self._announce(event, receipt, received)

    def _duplicate(self, event: Event, received: Received) -> None:
        self.store.duplicate(event.header.identity, received.source, received)
        self._count("HL7Duplicate", "message duplicate", event, received)

    def _announce(self, event: Event, receipt: dict[str, Any], received: Received) -> None:
        """Count what is stored and put it on the bus, then note that: all of it again until that is noted."""
        # Not where the write succeeds: its answer may be lost, and nobody would hear of a merged patient.
        self._count("HL7Stored", "message stored", event, received)
        if receipt.get("patient_was_merged"):
            self.signals.count("HL7MergedPatientUsed")
        self.announcements.announce(receipt)
        self.store.published(event.header.identity)

    def _quarantine(
        self, path: str, content: bytes | str, rejected: Rejected, received: str, source: str
    ) -> None:
        self.originals.quarantine(path, content, rejected, received)
        self.signals.count("HL7Quarantined")
        self.logger.info(
            "message quarantined",
            extra={
                "message_id": source,
                "code": rejected.code,
                "segment": rejected.segment or "none",
                "field": rejected.field,
            },
        )

    def _count(self, signal: Signal, message: str, event: Event, received: Received) -> None:
        self.signals.count(signal)
        self._line(message, event, received)

    def _line(self, message: str, event: Event, received: Received) -> None:
        self.logger.info(
            message,
            extra={
                "message_id": received.source,
                "event_id": event.event_id,
                "trigger_event": event.trigger_event,
            },
        )
