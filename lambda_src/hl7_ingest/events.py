"""A parsed message as the one event that it reports, or Rejected with the place that is wrong."""

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from healthcare.patient_identity import PatientIdentifier

from hl7_ingest import headers, times
from hl7_ingest.demographics import Changes, demographics_of
from hl7_ingest.er7 import Message, Segment
from hl7_ingest.faults import Rejected
from hl7_ingest.headers import Header
from hl7_ingest.identifiers import patient_id_of
from hl7_ingest.observations import Document, results_of

VISIT_EVENTS: Final = frozenset({"A01", "A02", "A03", "A04", "A05", "A11", "A13"})
"""Those that happen to a visit, and need PV1."""

UNNUMBERED: Final = "unnumbered"
"""The visit of messages that number none: PV1-19 and PID-18 are both empty."""

_LONGEST_VISIT_NUMBER: Final = 200
_CLOCKS_APART: Final = timedelta(days=1)
_VISIT_FIELDS: Final = {"patient_class": 2, "hospital_service": 10, "discharge_disposition": 36}
_VISIT_TIMES: Final = {"admit_date_time": 44, "discharge_date_time": 45}
_LOCATION_PARTS: Final = {"point_of_care": 1, "room": 2, "bed": 3, "facility": 4}


@dataclass(frozen=True, slots=True)
class Rules:
    """What this deployment takes: its patients' authority, processing ids (MSH-11), and its clocks' zone."""

    identifier: PatientIdentifier
    processing_ids: frozenset[str]
    zone: tzinfo


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one patient.

    `stamp` orders the events of a patient: when it happened (EVN-2, else MSH-7), then when it was sent
    (MSH-7). `visit_number` is None where the message is about no visit. Changes are those of
    demographics.py.
    """

    header: Header
    event_id: str
    body_hash: str
    occurred_at: str
    stamp: str
    patient_id: str
    prior_patient_id: str | None = None
    demographics: Changes = field(default_factory=dict)
    visit_number: str | None = None
    visit: Changes = field(default_factory=dict)
    results: list[dict[str, Any]] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    @property
    def trigger_event(self) -> str:
        return self.header.trigger_event


def event_of(message: Message, header: Header, rules: Rules) -> Event:
    """The event; Rejected where the message is not one that can be stored."""
    headers.check(header, rules.processing_ids)
    if len(message.all("PID")) > 1:
        raise Rejected("several_patients", "PID")
    pid = message.one("PID")
    occurred_at, sent_at = _when(message, header, rules.zone)
    body_hash = hashlib.sha256(message.text.encode()).hexdigest()
    event: dict[str, Any] = {
        "header": header,
        "event_id": str(uuid.UUID(bytes=_digest(header.identity, body_hash), version=5)),
        "body_hash": body_hash,
        "occurred_at": occurred_at,
        "stamp": f"{occurred_at} {sent_at}",
        "patient_id": patient_id_of(pid, 3, rules.identifier),
    }
    if header.message_code == "ORU":
        event["results"], event["documents"] = results_of(message)
        if not event["results"]:
            raise Rejected("segment_sequence", "OBX")
        return Event(**event)
    event["demographics"] = demographics_of(pid)
    if header.trigger_event == "A40":
        event["prior_patient_id"] = _prior(message, event["patient_id"], rules.identifier)
    elif header.trigger_event in VISIT_EVENTS or (header.trigger_event == "A08" and message.first("PV1")):
        pv1 = message.one("PV1")
        event["visit_number"] = _visit_number(pv1, pid)
        event["visit"] = _visit(pv1, rules.zone)
    return Event(**event)


def _digest(*parts: str) -> bytes:
    return hashlib.sha256("\x1f".join(parts).encode()).digest()[:16]


def _when(message: Message, header: Header, zone: tzinfo) -> tuple[str, str]:
    """When it happened, and when it was sent."""
    evn = message.first("EVN")
    recorded = "" if evn is None else evn.text(2)
    if not (recorded or header.date_time):
        raise Rejected("required", "MSH", 7)
    # A clock that is far ahead would win against every later message: nothing would ever change again.
    latest = times.text_of(datetime.now(UTC) + _CLOCKS_APART)
    found = {}
    for segment, number, stamp in (("EVN", 2, recorded), ("MSH", 7, header.date_time)):
        found[segment] = times.instant(stamp, zone)
        if stamp and found[segment] is None:
            raise Rejected("data_type", segment, number)
        if (found[segment] or "") > latest:
            raise Rejected("future_time", segment, number)
    occurred_at = found["EVN"] or found["MSH"] or ""
    return occurred_at, found["MSH"] or occurred_at


def _prior(message: Message, patient_id: str, ours: PatientIdentifier) -> str:
    if len(message.all("MRG")) > 1:
        raise Rejected("several_patients", "MRG")
    prior = patient_id_of(message.one("MRG"), 1, ours)
    if prior == patient_id:
        raise Rejected("merge_cycle", "MRG", 1)
    return prior


def _visit_number(pv1: Segment, pid: Segment) -> str:
    for segment, number in ((pv1, 19), (pid, 18)):
        value = segment.text(number)
        if len(value) > _LONGEST_VISIT_NUMBER:
            raise Rejected("data_type", segment.name, number)
        if value and not segment.first(number).deletes(1):
            return value
    return UNNUMBERED


def _visit(pv1: Segment, zone: tzinfo) -> Changes:
    changes: Changes = {}
    for name, number in _VISIT_FIELDS.items():
        if pv1.deletes(number):
            changes[name] = None
        elif value := pv1.text(number):
            changes[name] = value
    for name, number in _VISIT_TIMES.items():
        stamp = pv1.text(number)
        if pv1.deletes(number):
            changes[name] = None
        elif stamp:
            changes[name] = times.instant(stamp, zone)
            if changes[name] is None:
                raise Rejected("data_type", "PV1", number)
    place = pv1.first(3)
    location = {
        part: place.text(component)
        for part, component in _LOCATION_PARTS.items()
        if not place.deletes(component)
    }
    if pv1.deletes(3):
        changes["location"] = None
    elif any(location.values()):
        changes["location"] = {part: value for part, value in location.items() if value}
    return changes
