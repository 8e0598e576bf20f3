"""One message from the queue to the store.

    keep the bytes -> read and validate -> for each unit: plan -> write with the message's row -> announce

What can never be stored goes to quarantine at once. Whatever AWS refuses raises Problem: the message comes
again, and finds done what was done.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aws_lambda_powertools import Logger
from healthcare.metrics import Signals
from healthcare.problems import RETRY_SOON, unavailable

from fhir_ingest import fhir_json
from fhir_ingest.announcements import Announcements
from fhir_ingest.changes import Unit, units_of
from fhir_ingest.deliveries import Delivery, delivery_of
from fhir_ingest.messages import QUARANTINED, STORED, Done, Messages
from fhir_ingest.originals import Originals
from fhir_ingest.outcome import RefusedError, refused
from fhir_ingest.patients import AwaitedError
from fhir_ingest.planning import Planner
from fhir_ingest.transactions import KnownError, MovedError, Transactions, Write

WAITS: Final = 3
"""Deliveries for which a message may wait for the patient that it names: a queue keeps no order."""
_TRIES: Final = 3


@dataclass(slots=True)
class Ingest:
    """The stores."""

    originals: Originals
    messages: Messages
    planner: Planner
    transactions: Transactions
    announcements: Announcements
    logger: Logger
    signals: Signals = field(default_factory=Signals)

    def process(self, record: dict[str, Any], out_of_time: Callable[[], bool]) -> None:
        """All that an SQS record holds, stored or in quarantine; Problem where it must come again.

        So must what `out_of_time` interrupts: a batch Bundle is gone on with where it was left.
        """
        delivery = delivery_of(record)
        original = self.originals.keep(delivery.path, delivery.content)
        body_hash = hashlib.sha256(delivery.content).hexdigest()
        try:
            units = units_of(_document(delivery.content))
        except RefusedError as refusal:
            units = [Unit(refusal=refusal)]
        waiting = False
        for position, unit in enumerate(units):
            if position and out_of_time():
                raise unavailable("OutOfTime", RETRY_SOON)
            suffix = "" if len(units) == 1 else f"#{position}"
            try:
                self._unit(unit, delivery, suffix, body_hash, original)
            except AwaitedError as awaited:
                if delivery.receives >= WAITS:
                    missing = refused(awaited.place, "not-found", "reference-not-stored")
                    self._refuse(missing, delivery, suffix, body_hash, original)
                waiting = waiting or delivery.receives < WAITS
        if waiting:
            raise unavailable("AwaitedReference", RETRY_SOON)

    def _unit(self, unit: Unit, delivery: Delivery, suffix: str, body_hash: str, original: str) -> None:
        message_id = delivery.message_id + suffix
        done = self.messages.done(message_id)
        changes: list[dict[str, Any]] = []
        try:
            if done is None:
                if unit.refusal is not None:
                    raise unit.refusal
                changes = self._stored(unit, message_id, body_hash)
        except RefusedError as refusal:
            # Another delivery of the message may have stored it meanwhile: then it is itself what it meets.
            done = self.messages.done(message_id)
            if done is None or done.outcome != STORED:
                self._refuse(refusal, delivery, suffix, body_hash, original)
                return
        except KnownError:  # the answer to a write was lost, or another delivery was quicker
            done = self.messages.done(message_id)
        if done is not None:
            self._again(done, delivery, suffix, body_hash, original)
            return
        for _ in changes:
            self.signals.count("FHIRStored")
        self._line("message stored", message_id)
        self._announce(changes, message_id)

    def _stored(self, unit: Unit, message_id: str, body_hash: str) -> list[dict[str, Any]]:
        for left in reversed(range(_TRIES)):
            writes = self.planner.plan(unit.changes, message_id)
            changes = [_change(write) for write in writes]
            try:
                self.transactions.write(writes, self.messages.row(message_id, body_hash, STORED, changes))
            except MovedError:
                if left == 0:
                    raise unavailable("ResourceMoved", RETRY_SOON) from None
            else:
                return changes
        raise AssertionError  # the last try returns or raises

    def _again(self, done: Done, delivery: Delivery, suffix: str, body_hash: str, original: str) -> None:
        message_id = delivery.message_id + suffix
        if done.body_hash != body_hash:
            refusal = refused("", "duplicate", "message-id-reused")
            self._quarantine(refusal, delivery.path + suffix + "-" + body_hash[:16], message_id, original)
            return
        self._line("message known", message_id)
        if done.outcome == STORED and not done.announced:
            self._announce(done.changes, message_id)

    def _announce(self, changes: list[dict[str, Any]], message_id: str) -> None:
        if changes:
            self.announcements.announce(changes)
            self.messages.announced(message_id)

    def _refuse(
        self, refusal: RefusedError, delivery: Delivery, suffix: str, body_hash: str, original: str
    ) -> None:
        message_id = delivery.message_id + suffix
        self._quarantine(refusal, delivery.path + suffix, message_id, original)
        self.messages.add(self.messages.row(message_id, body_hash, QUARANTINED, []))

    def _quarantine(self, refusal: RefusedError, path: str, message_id: str, original: str) -> None:
        self.originals.quarantine(path.replace("#", "-"), refusal.issues, original)
        self.signals.count("FHIRQuarantined")
        first = refusal.issues[0]
        self.logger.info(
            "message quarantined",
            extra={"message_id": message_id.replace("#", "-"), "code": first.rule, "field": first.path},
        )

    def _line(self, message: str, message_id: str) -> None:
        self.logger.info(message, extra={"message_id": message_id.replace("#", "-")})


def _document(content: bytes) -> object:
    try:
        return fhir_json.loads(content)
    except fhir_json.NotJsonError:
        raise refused("", "invalid", "json") from None


def _change(write: Write) -> dict[str, Any]:
    kind, _, logical_id = write.resource.partition("/")
    change = "deleted" if write.body is None else "created" if write.number == 1 else "updated"
    return {"resource_type": kind, "id": logical_id, "version": write.number, "change": change}
