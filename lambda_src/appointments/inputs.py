"""What each operation is asked for, checked against openapi.yaml.

API Gateway checks no pattern, enum or range of a parameter, and lets unknown and repeated ones through.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from healthcare import tokens
from healthcare.patient_identity import PATIENT_ID
from healthcare.problems import FieldError, malformed
from healthcare.requests import Request, json_body, query_of
from healthcare.schemas import check_body

REASONS: Final = frozenset({"patient_request", "provider_unavailable", "no_longer_needed", "other"})
DEFAULT_LIMIT: Final = 50
LONGEST_RANGE: Final = timedelta(days=400)
DEFAULT_RANGE: Final = timedelta(days=90)

_LIMIT: Final = re.compile(r"[1-9][0-9]?|100", re.ASCII)
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_KEY: Final = re.compile(r"[!-~]{8,128}", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Book:
    """Book what the body says; `key` is what the caller calls this request by."""

    patient_id: str
    provider_id: str
    starts_at: str
    time_zone: str
    type: str
    minutes: int | None
    key: str | None
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """Read one appointment."""

    appointment_id: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Cancel one appointment."""

    appointment_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class List:
    """One page of a patient's appointments; `after` is where the page before ended."""

    patient_id: str
    since: datetime
    until: datetime
    limit: int
    after: str | None


def book(request: Request) -> Book:
    query_of(request, set())
    key = request.headers.get("idempotency-key")
    if "idempotency-key" in request.repeated or (key is not None and not _KEY.fullmatch(key)):
        raise malformed(FieldError("header.Idempotency-Key", "pattern"))
    body = check_body(json_body(request), "AppointmentRequest")
    minutes = body.get("minutes")
    return Book(
        patient_id=body["patient_id"],
        provider_id=body["provider_id"],
        starts_at=body["starts_at"],
        time_zone=body["time_zone"],
        type=body.get("type", "video"),
        minutes=None if minutes is None else int(minutes),  # JSON Schema takes 30.0 for an integer
        key=key,
        body=body,
    )


def read(request: Request) -> Read:
    query_of(request, set())
    return Read(_appointment_id(request))


def cancel(request: Request) -> Cancel:
    reason = query_of(request, {"reason"}).get("reason")
    if reason not in REASONS:
        raise malformed(FieldError("query.reason", "required" if reason is None else "enum"))
    return Cancel(_appointment_id(request), reason)


def list_of_patient(request: Request) -> List:
    query = query_of(request, {"patient_id", "from", "to", "limit", "next_token"})
    patient_id = query.get("patient_id", "")
    if not PATIENT_ID.fullmatch(patient_id):
        raise malformed(FieldError("query.patient_id", "pattern"))
    limit = query.get("limit", str(DEFAULT_LIMIT))
    if not _LIMIT.fullmatch(limit):
        raise malformed(FieldError("query.limit", "range"))
    token = query.get("next_token")
    if token is not None and not tokens.is_token(token):
        raise malformed(FieldError("query.next_token", "pattern"))
    since, until = _range(query.get("from"), query.get("to"))
    return List(patient_id, since, until, int(limit), None if token is None else tokens.event_id_of(token))


def _range(since: str | None, until: str | None) -> tuple[datetime, datetime]:
    first = datetime.now(UTC) if since is None else _moment("query.from", since)
    try:
        last = first + DEFAULT_RANGE if until is None else _moment("query.to", until)
    except OverflowError:
        raise malformed(FieldError("query.from", "range")) from None
    if not timedelta(0) < last - first <= LONGEST_RANGE:
        raise malformed(FieldError("query.to", "range"))
    return first, last


def _moment(place: str, text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise malformed(FieldError(place, "pattern"))
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise malformed(FieldError(place, "date")) from None


def _appointment_id(request: Request) -> str:
    appointment_id = request.path.get("appointment_id", "")
    if not _ID.fullmatch(appointment_id):
        raise malformed(FieldError("path.appointment_id", "pattern"))
    return appointment_id
