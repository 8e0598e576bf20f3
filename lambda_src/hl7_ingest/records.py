"""The rows of the patient-events table, from an event and what was known before it."""

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final

from healthcare.audit import machine_row

from hl7_ingest import states
from hl7_ingest.events import Event
from hl7_ingest.faults import Rejected

LARGEST_ROW: Final = 350_000
"""Characters of JSON; DynamoDB takes 400 KB:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One message of one delivery: `source` names it, `original` is the key of the delivery's bytes."""

    source: str
    original: str
    received_at: str
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known when the event was read; empty where nothing was."""

    state: dict[str, Any]
    visit: dict[str, Any]
    prior: dict[str, Any]


def next_states(event: Event, before: Snapshot) -> list[dict[str, Any]]:
    """The states that the event leaves: the patient's, and a visit's or a merged patient's."""
    subject = f"patient#{event.patient_id}"
    state = states.apply_demographics(
        _begun(before.state, subject, "state", event), event.demographics, event.stamp
    )
    changed = [state]
    if event.visit_number is not None:
        visit = _begun(before.visit, subject, f"visit#{event.visit_number}", event)
        changed.append(states.apply_visit(visit, event.trigger_event, event.visit, event.stamp))
    if event.prior_patient_id is not None:
        prior = _begun(before.prior, f"patient#{event.prior_patient_id}", "state", event)
        changed.append(states.apply_merge(prior, event.patient_id, event.event_id, event.stamp))
    for row in changed:
        _refuse_large(row)
    return changed


def event_row(event: Event, before: Snapshot, received: Received) -> dict[str, Any]:
    """The event as it is kept. Results that are too large for a row are left to the original, and that is
    said.
    """
    header = event.header
    row: dict[str, Any] = {
        "subject": f"patient#{event.patient_id}",
        "entry": f"event#{event.occurred_at}#{event.event_id}",
        "event_id": event.event_id,
        "patient_id": event.patient_id,
        "message_code": header.message_code,
        "trigger_event": header.trigger_event,
        "version_id": header.version_id,
        "sending_application": header.sending_application,
        "sending_facility": header.sending_facility,
        "message_control_id": header.message_control_id,
        "occurred_at": event.occurred_at,
        "stamp": event.stamp,
        "received_at": received.received_at,
        "original": received.original,
        "source": received.source,
        "demographics": {name: value for name, value in event.demographics.items() if value is not None},
        "deleted": sorted(name for name, value in event.demographics.items() if value is None),
        "documents": list(received.documents),
    }
    if event.visit_number is not None:
        row["visit_number"] = event.visit_number
        row["visit"] = {name: value for name, value in event.visit.items() if value is not None}
    if event.prior_patient_id is not None:
        row["prior_patient_id"] = event.prior_patient_id
    if "merged_into" in before.state:
        row["patient_was_merged_into"] = before.state["merged_into"]
    _refuse_large(row)
    if event.results:
        row["results"] = event.results
        if _size(row) > LARGEST_ROW:
            del row["results"]
            row["results_in_original"] = True
    return row


def receipt_row(event: Event, before: Snapshot, received: Received, days: int) -> dict[str, Any]:
    """What is needed to recognise the message when it comes again, and to announce its event.

    patient_key and merged_patient_key are the patients' random keys, which is how others hear of them.
    """
    row: dict[str, Any] = {
        "subject": f"message#{event.header.identity}",
        "entry": "receipt",
        # Not event_id: the index by that name leads to events alone.
        "event": event.event_id,
        "body_hash": event.body_hash,
        "source": received.source,
        "patient_id": event.patient_id,
        "patient_key": patient_key(before.state, event.event_id),
        "message_code": event.header.message_code,
        "trigger_event": event.trigger_event,
        "published": False,
        "stored_at": received.received_at,
        "expires_at": int(time.time()) + days * 86_400,
    }
    if event.prior_patient_id is not None:
        row["merged_patient_key"] = patient_key(before.prior, f"{event.event_id} prior")
    if "merged_into" in before.state:
        row["patient_was_merged"] = True
    return row


def audit_rows(event: Event) -> list[dict[str, Any]]:
    """Who changed the record, for each patient that the event is about: the sender is the function's, not a
    person.
    """
    patients = [event.patient_id, *([event.prior_patient_id] if event.prior_patient_id else [])]
    return [
        machine_row(patient_id, "store_hl7_message", "hl7-ingest", event.event_id) for patient_id in patients
    ]


def patient_key(state: dict[str, Any], first_event: str) -> str:
    """The patient's key outside of this table: kept once there is a state, made of the first event's id
    before.
    """
    known = state.get("patient_key")
    return str(known) if known else str(uuid.uuid5(uuid.NAMESPACE_OID, first_event))


def _begun(before: dict[str, Any], subject: str, entry: str, event: Event) -> dict[str, Any]:
    row = {**before, "subject": subject, "entry": entry, "version": before.get("version", 0) + 1}
    if entry == "state":
        seed = event.event_id if subject == f"patient#{event.patient_id}" else f"{event.event_id} prior"
        row["patient_id"] = subject.removeprefix("patient#")
        row["patient_key"] = patient_key(before, seed)
    return row


def _refuse_large(row: dict[str, Any]) -> None:
    if _size(row) > LARGEST_ROW:
        raise Rejected("too_large")


def _size(row: dict[str, Any]) -> int:
    return len(json.dumps(row, ensure_ascii=False).encode())
