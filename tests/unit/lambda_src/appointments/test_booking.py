"""POST /appointments: who may book what, and that nobody is ever booked twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.lambda_src.appointments.appointment_world import (
    CHICAGO,
    COLLEAGUE,
    DOCTOR,
    JOHN,
    MONDAY,
    AppointmentWorld,
    booking,
    next_weekday,
)
from tests.unit.lambda_src.world import ADMIN, AUDITOR, JANE, PATIENT, PROVIDER, STRANGER

MINE = {"sub": PATIENT, "groups": "Patient"}
KEY = "6f4c0f5e-3c1a-4b57-8a55-0e7f2a1d9c10"


def test_patient_books_a_video_call_in_utc_with_the_zone_and_it_is_on_record(world: AppointmentWorld) -> None:
    response = world.book(**MINE)
    assert response.status == 201
    begins = datetime.fromisoformat(f"{MONDAY}T09:30").replace(tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)
    assert (
        response.body.items()
        >= {
            "patient_id": JANE,
            "provider_id": DOCTOR,
            "type": "video",
            "status": "booked",
            "starts_at": begins.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "ends_at": (begins + timedelta(minutes=30)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "time_zone": CHICAGO,
        }.items()
    )
    assert world.outcomes() == ["attempt", "success"]
    assert (
        world.rows()[-1].items()
        >= {
            "action": "book_appointment",
            "actor": PATIENT,
            "purpose": "self",
            "disclosed": ["appointment"],
        }.items()
    )
    (stored,) = [row for row in world.items("appointments") if "status" in row]
    assert stored["booked_by"] == PATIENT
    assert world.written_tables() == {
        "appointments": 2,  # and a pointer
        "appointment-slots": 12,  # six times five minutes, of two people
        "appointment-requests": 0,
        "appointment-outbox": 1,
    }


def test_treating_provider_and_administration_book_for_the_patient(world: AppointmentWorld) -> None:
    assert world.book().status == 201
    assert world.book(booking(starts_at=f"{MONDAY}T10:00"), sub=ADMIN, groups="Admin").status == 201
    assert [row["purpose"] for row in world.rows() if row["outcome"] == "success"] == [
        "treatment",
        "administration",
    ]


@pytest.mark.parametrize(
    ("sub", "groups", "patient_id"),
    [
        (STRANGER, "Provider", JANE),
        (PATIENT, "Patient", JOHN),
        (AUDITOR, "Auditor", JANE),
        (PROVIDER, "", JANE),
        (ADMIN, "admin", JANE),
    ],
)
def test_others_may_not_book_and_that_is_on_record(
    world: AppointmentWorld, sub: str, groups: str, patient_id: str
) -> None:
    before = world.written_tables()
    assert world.book(booking(patient_id=patient_id), sub=sub, groups=groups).status == 403
    assert world.outcomes(patient_id) == ["attempt", "denied"]
    assert world.written_tables() == before


def test_provider_is_not_booked_twice(world: AppointmentWorld) -> None:
    assert world.book().status == 201
    before = world.written_tables()
    response = world.book(booking(patient_id=JOHN))
    assert (response.status, response.body["code"]) == (409, "slot_taken")
    assert world.outcomes(JOHN) == ["attempt", "conflict"]
    assert world.written_tables() == before


def test_patient_is_not_booked_with_two_providers_whose_slots_overlap(world: AppointmentWorld) -> None:
    """The colleague's 45 minutes begin at 10:15 in New York: 09:15 in Chicago, until 10:00."""
    overlapping = booking(provider_id=COLLEAGUE, starts_at=f"{MONDAY}T10:15", time_zone="America/New_York")
    assert world.book(**MINE).status == 201
    assert world.book(overlapping, **MINE).status == 409
    assert world.book(overlapping | {"patient_id": JOHN}).status == 201


def test_neighbours_do_not_overlap(world: AppointmentWorld) -> None:
    for clock in ("09:00", "09:30", "10:00"):
        assert world.book(booking(starts_at=f"{MONDAY}T{clock}"), **MINE).status == 201


def test_whoever_comes_between_the_look_and_the_booking_wins(world: AppointmentWorld) -> None:
    """Two hundred at once are tried end to end, where moto takes one request after the other."""
    others = []
    with world.before("TransactWriteItems", lambda: others.append(world.book(booking(patient_id=JOHN)))):
        response = world.book(**MINE)
    assert [other.status for other in others] == [201]
    assert response.status == 409
    assert world.outcomes() == ["attempt", "conflict"]
    assert world.written_tables()["appointment-slots"] == 12


@pytest.mark.parametrize(
    ("parts", "refusal"),
    [
        ({"provider_id": "provider-9999"}, ("body.provider_id", "unknown")),
        ({"time_zone": "America/Springfield"}, ("body.time_zone", "unknown")),
        ({"time_zone": "../etc/passwd"}, None),
        ({"starts_at": "2020-03-02T09:30"}, ("body.starts_at", "past")),
        ({"starts_at": "2099-12-31T09:30"}, ("body.starts_at", "too_far")),
        ({"starts_at": "2027-02-30T09:30"}, ("body.starts_at", "date")),
        ({"starts_at": f"{MONDAY}T25:30"}, ("body.starts_at", "date")),
        ({"starts_at": f"{MONDAY}T09:40"}, ("body.starts_at", "no_slot")),
        ({"starts_at": f"{MONDAY}T07:30"}, ("body.starts_at", "outside_hours")),
        ({"starts_at": f"{MONDAY}T12:00"}, ("body.starts_at", "outside_hours")),
        ({"starts_at": f"{MONDAY}T17:00"}, ("body.starts_at", "outside_hours")),
        ({"starts_at": f"{next_weekday(6)}T09:30"}, ("body.starts_at", "outside_hours")),
        ({"starts_at": f"{MONDAY}T09:30+09:00"}, ("body.starts_at", "offset")),
        ({"minutes": 45}, ("body.minutes", "slot_length")),
        ({"type": "phone"}, ("body.type", "not_offered")),
    ],
)
def test_what_cannot_be_booked_is_422_with_the_field(
    world: AppointmentWorld, parts: dict[str, str], refusal: tuple[str, str] | None
) -> None:
    if refusal is None:
        assert world.book(booking(**parts), **MINE).status == 400  # no zone's name looks like that
    else:
        assert world.refusal(**parts) == refusal


def test_unknown_patient_is_told_to_the_administration_alone(world: AppointmentWorld) -> None:
    body = booking(patient_id="patient-9999")
    response = world.book(body, sub=ADMIN, groups="Admin")
    assert response.status == 422
    assert response.body["errors"] == [{"path": "body.patient_id", "rule": "unknown"}]
    assert world.book(body).status == 403


@pytest.mark.parametrize("minutes", [4, 181, "30", 30.5, None])
def test_lengths_that_are_none_are_malformed(world: AppointmentWorld, minutes: object) -> None:
    assert world.book(booking(minutes=minutes), **MINE).status == 400


@pytest.mark.parametrize("said", ["tomorrow", "", f"{MONDAY}", f"{MONDAY} 09:30", f"{MONDAY}T09:30:30"])
def test_times_that_are_none_are_malformed(world: AppointmentWorld, said: str) -> None:
    assert world.book(booking(starts_at=said), **MINE).status == 400


def test_closed_days_have_no_slots(world: AppointmentWorld) -> None:
    world.schedule(closed=[MONDAY])
    assert world.refusal() == ("body.starts_at", "outside_hours")


@pytest.mark.parametrize(
    "parts",
    [
        {"slot_minutes": 0},
        {"slot_minutes": 7},
        {"slot_minutes": 600},
        {"time_zone": "Nowhere"},
        {"weekly": {"someday": ["09:00-10:00"]}},
        {"weekly": {"monday": ["10:00-09:00"]}},
        {"weekly": {"monday": ["9-17"]}},
        {"closed": ["yesterday"]},
    ],
)
def test_malformed_schedule_books_nothing(world: AppointmentWorld, parts: dict[str, Any]) -> None:
    world.schedule(**parts)
    response = world.book(**MINE)
    assert response.status == 500
    assert any(line.get("aws_error") == "ScheduleMalformed" for line in world.lines())
    assert world.written_tables()["appointments"] == 0


def test_same_key_is_answered_as_at_first_and_books_nothing(world: AppointmentWorld) -> None:
    first = world.book(key=KEY, **MINE)
    written = world.written_tables()
    again = world.book(key=KEY, **MINE)
    assert (again.status, again.body) == (201, first.body)
    assert world.cancel(first.body["appointment_id"], **MINE).status == 200
    assert world.book(key=KEY, **MINE).body == first.body
    assert world.written_tables()["appointments"] == written["appointments"]


def test_same_key_with_another_body_is_422(world: AppointmentWorld) -> None:
    assert world.book(key=KEY, **MINE).status == 201
    response = world.book(booking(starts_at=f"{MONDAY}T10:00"), key=KEY, **MINE)
    assert response.status == 422
    assert response.body["errors"] == [{"path": "header.Idempotency-Key", "rule": "reused"}]
    assert world.written_tables()["appointments"] == 2


def test_same_key_of_two_callers_are_two(world: AppointmentWorld) -> None:
    assert world.book(key=KEY, **MINE).status == 201
    assert world.book(key=KEY).status == 409


def test_same_key_at_once_is_booked_once_and_answered_alike(world: AppointmentWorld) -> None:
    """Both find nothing of the request before either writes."""
    answers = []
    with world.before("TransactWriteItems", lambda: answers.append(world.book(key=KEY, **MINE))):
        answers.append(world.book(key=KEY, **MINE))
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].body == answers[1].body
    assert world.written_tables()["appointments"] == 2


def test_refused_bookings_may_be_tried_again_with_their_key(world: AppointmentWorld) -> None:
    other = world.book(booking(patient_id=JOHN))
    assert world.book(key=KEY, **MINE).status == 409
    assert world.cancel(other.body["appointment_id"]).status == 200
    assert world.book(key=KEY, **MINE).status == 201


@pytest.mark.parametrize("key", ["short", "with space", "ä" * 10, "x" * 129])
def test_keys_that_are_none_are_malformed(world: AppointmentWorld, key: str) -> None:
    assert world.book(key=key, **MINE).status == 400
    assert world.written_tables()["appointments"] == 0


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("healthcare-relationships", "unavailable"),
        ("healthcare-provider-schedules", "unavailable"),
        ("healthcare-patients", "unavailable"),
    ],
)
def test_tables_that_cannot_be_read_book_nothing(world: AppointmentWorld, table: str, code: str) -> None:
    with world.fails("GetItem", "InternalServerError", table):
        response = world.book(**MINE)
    assert (response.status, response.body["code"]) == (503, code)
    assert world.written_tables()["appointments"] == 0
    assert world.outcomes() == ["attempt", "failed"]


def test_without_an_attempt_on_record_nothing_is_booked(world: AppointmentWorld) -> None:
    with world.fails("PutItem", "InternalServerError", "healthcare-audit"):
        response = world.book(**MINE)
    assert (response.status, response.body["code"]) == (503, "audit_unavailable")
    assert world.written_tables()["appointments"] == 0


def test_contention_is_tried_again_and_then_told(
    world: AppointmentWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("healthcare.transactions.time.sleep", lambda _: None)
    reasons = [{"Code": "None"}, {"Code": "TransactionConflict"}, *[{"Code": "None"}] * 14]
    with world.fails("TransactWriteItems", "TransactionCanceledException", reasons=reasons):
        response = world.book(**MINE)
    assert response.status == 503
    assert response.headers["Retry-After"] == "1"
