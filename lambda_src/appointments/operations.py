"""The operations: each is allowed, then done, and says on the access what it gave out."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from healthcare.api import NO_PATIENT, Reply
from healthcare.audit import SUCCESS, Access, AuditTable
from healthcare.aws import problem_for
from healthcare.problems import AuditUnavailable, FieldError, Problem, not_found, unprocessable
from healthcare.relationships import Relationships
from healthcare.tokens import token_of
from healthcare.transactions import CONDITION_FAILED, UNHARMED, transact

from appointments import outbox, slots
from appointments.access import allow
from appointments.bookings import BOOKED, CANCELLED, Bookings, Pointer, document_of, entry_of
from appointments.inputs import Book, Cancel, List, Read
from appointments.patients import Patients
from appointments.requests import Identified, Requests, identify
from appointments.schedules import Schedules
from appointments.settings import Tables
from appointments.times import STARTS_AT, text_of, utc_of, zone_of

FURTHEST: Final = timedelta(days=400)


def slot_taken() -> Problem:
    """One answer for both: whose time it is that is taken is not told."""
    detail = "The provider or the patient is taken at that time. Choose another."
    return Problem(409, "slot_taken", detail, outcome="conflict")


def cannot_be_cancelled() -> Problem:
    return Problem(409, "already_begun", "The appointment has begun or is over.", outcome="conflict")


@dataclass(frozen=True, slots=True)
class Operations:
    """Each method takes an access whose attempt is on record, and raises Problem where it is refused."""

    tables: Tables
    bookings: Bookings
    schedules: Schedules
    requests: Requests
    patients: Patients
    relationships: Relationships
    audit: AuditTable

    def patient(self, asked: Read | Cancel) -> str:
        """Whose the appointment is, by the pointer alone; NO_PATIENT where there is none."""
        pointer = self.bookings.pointer(asked.appointment_id)
        return NO_PATIENT if pointer is None else pointer.patient_id

    def book(self, access: Access, asked: Book) -> Reply:
        """Take the time of both in one transaction with the audit row and the message to the patient."""
        allow(access, self.relationships)
        identified = asked.key and identify(access.caller.subject, asked.key, asked.body)
        if identified and (known := self.requests.appointment_of(identified)):
            return self._again(access, known)
        row, starts_at, ends_at = self._new(access, asked)
        reasons = self._write(access, row, starts_at, ends_at, identified or None)
        if reasons is None:
            return Reply(201, document_of(row))
        # The same request, sent twice at once: the other was first.
        if identified and (known := self.requests.appointment_of(identified)):
            return self._again(access, known)
        raise _refusal(reasons)

    def read(self, access: Access, asked: Read) -> Reply:
        """One appointment."""
        allow(access, self.relationships)
        row = self._existing(access, asked.appointment_id)
        access.ground.disclosed = ["appointment"]
        return Reply(200, document_of(row))

    def list_of_patient(self, access: Access, asked: List) -> Reply:
        """One page of a patient's appointments, in the order of their time."""
        allow(access, self.relationships)
        rows, after = self.bookings.page(asked.patient_id, asked.since, asked.until, asked.after, asked.limit)
        access.ground.disclosed = ["appointments"] if rows else []
        page: dict[str, object] = {
            "patient_id": asked.patient_id,
            "appointments": [document_of(row) for row in rows],
        }
        if after is not None:
            page["next_token"] = token_of(after)
        return Reply(200, page)

    def cancel(self, access: Access, asked: Cancel) -> Reply:
        """Give the time back and keep the appointment. Cancelled already: answered as at first."""
        allow(access, self.relationships)
        row = self._existing(access, asked.appointment_id)
        access.ground.disclosed = ["appointment"]
        if row["status"] == CANCELLED:
            return Reply(200, document_of(row))
        if _moment(row["starts_at"]) <= datetime.now(UTC):
            raise cannot_be_cancelled()
        changes = {
            "cancelled_at": text_of(datetime.now(UTC)),
            "cancelled_by": access.caller.subject,
            "cancel_reason": asked.reason,
        }
        reasons = transact(self.bookings.client, self._cancellation(access, row, changes))
        if reasons is None:
            access.closed = True
            return Reply(200, document_of({**row, **changes, "status": CANCELLED}))
        if reasons[0] == CONDITION_FAILED:  # somebody else has cancelled it meanwhile
            return Reply(200, document_of(self._existing(access, asked.appointment_id)))
        raise _refusal(reasons)

    def _new(self, access: Access, asked: Book) -> tuple[dict[str, Any], datetime, datetime]:
        starts_at = utc_of(asked.starts_at, zone_of(asked.time_zone))
        now = datetime.now(UTC)
        if not self.patients.has(asked.patient_id):
            raise unprocessable(FieldError("body.patient_id", "unknown"))
        schedule = self.schedules.of(asked.provider_id)
        if not now < starts_at <= now + FURTHEST:
            raise unprocessable(FieldError(STARTS_AT, "past" if starts_at <= now else "too_far"))
        schedule.check(starts_at, asked.minutes, asked.type)
        ends_at = starts_at + schedule.slot
        row = {
            "appointment_id": str(uuid.uuid4()),
            "patient_id": asked.patient_id,
            "provider_id": asked.provider_id,
            "type": asked.type,
            "status": BOOKED,
            "starts_at": text_of(starts_at),
            "ends_at": text_of(ends_at),
            "time_zone": asked.time_zone,
            "booked_at": text_of(now),
            "booked_by": access.caller.subject,
        }
        return row, starts_at, ends_at

    def _write(
        self,
        access: Access,
        row: dict[str, Any],
        starts_at: datetime,
        ends_at: datetime,
        identified: Identified | None,
    ) -> list[str] | None:
        """None where it went through, otherwise what stopped each item: the audit row's is the last."""
        appointment_id = row["appointment_id"]
        items = self.bookings.add(row, entry_of(starts_at, appointment_id))
        items += [
            slots.claim(self.tables.slots, key, appointment_id, ends_at)
            for key in slots.keys(row["provider_id"], row["patient_id"], starts_at, ends_at)
        ]
        items.append(outbox.message(self.tables.outbox, "booked", appointment_id))
        if identified:
            items.append(self.requests.remember(identified, appointment_id))
        access.ground.disclosed = ["appointment"]
        items.append({"Put": self.audit.put(access.row(SUCCESS))})
        reasons = transact(self.bookings.client, items)
        access.closed = reasons is None
        return reasons

    def _cancellation(self, access: Access, row: dict[str, Any], changes: dict[str, Any]) -> list[Any]:
        appointment_id = row["appointment_id"]
        starts_at, ends_at = _moment(row["starts_at"]), _moment(row["ends_at"])
        pointer = Pointer(row["patient_id"], entry_of(starts_at, appointment_id))
        return [
            self.bookings.cancel(pointer, changes),
            *(
                slots.release(self.tables.slots, key, appointment_id)
                for key in slots.keys(row["provider_id"], row["patient_id"], starts_at, ends_at)
            ),
            outbox.message(self.tables.outbox, "cancelled", appointment_id),
            {"Put": self.audit.put(access.row(SUCCESS))},
        ]

    def _existing(self, access: Access, appointment_id: str) -> dict[str, Any]:
        """The appointment, if it is of the patient that the access was judged by and is on record for."""
        pointer = self.bookings.pointer(appointment_id)
        ours = pointer is not None and pointer.patient_id == access.patient_id
        row = self.bookings.read(pointer) if pointer is not None and ours else None
        if row is None:
            raise not_found()
        return row

    def _again(self, access: Access, appointment_id: str) -> Reply:
        """The first answer to the request: of the appointment as it was booked, whatever became of it."""
        row = self._existing(access, appointment_id)
        later = ("cancelled_at", "cancel_reason")
        first = {name: value for name, value in row.items() if name not in later} | {"status": BOOKED}
        access.ground.disclosed = ["appointment"]
        return Reply(201, document_of(first))


def _refusal(reasons: list[str]) -> Problem:
    *items, audit = reasons
    if CONDITION_FAILED in items:
        return slot_taken()
    stopped = next((reason for reason in items if reason != UNHARMED), None)
    return AuditUnavailable(audit) if stopped is None else problem_for(stopped)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
