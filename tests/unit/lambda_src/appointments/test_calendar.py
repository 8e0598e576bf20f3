"""GET and DELETE: who sees and cancels appointments, and that what is cancelled is kept and free again."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.lambda_src.appointments.appointment_world import (
    JOHN,
    MONDAY,
    AppointmentWorld,
    booking,
    next_weekday,
)
from tests.unit.lambda_src.world import ADMIN, AUDITOR, JANE, PATIENT, PROVIDER, STRANGER, hooked

MINE = {"sub": PATIENT, "groups": "Patient"}
OFFICE = {"sub": ADMIN, "groups": "Admin"}


def booked(world: AppointmentWorld, **parts: object) -> str:
    """An appointment; the audit begins after it."""
    response = world.book(booking(**parts))
    assert response.status == 201
    world.forget()
    return str(response.body["appointment_id"])


@pytest.mark.parametrize(
    ("sub", "groups", "purpose"),
    [
        (PATIENT, "Patient", "self"),
        (PROVIDER, "Provider", "treatment"),
        (ADMIN, "Admin", "administration"),
    ],
)
def test_those_with_a_ground_read_and_it_is_on_record(
    world: AppointmentWorld, sub: str, groups: str, purpose: str
) -> None:
    appointment_id = booked(world)
    response = world.read(appointment_id, sub=sub, groups=groups)
    assert (response.status, response.body["appointment_id"]) == (200, appointment_id)
    assert "booked_by" not in response.body
    assert world.outcomes() == ["attempt", "success"]
    assert world.rows()[-1]["purpose"] == purpose
    assert world.rows()[-1]["disclosed"] == ["appointment"]


@pytest.mark.parametrize("groups", ["Provider", "Patient", "Auditor", ""])
def test_others_are_not_told_whether_it_exists(world: AppointmentWorld, groups: str) -> None:
    appointment_id = booked(world)
    answers = [
        ask(some_id, sub=STRANGER, groups=groups)
        for ask in (world.read, world.cancel)
        for some_id in (appointment_id, str(uuid.uuid4()))
    ]
    assert {answer.status for answer in answers} == {403}
    assert len({answer.body["detail"] for answer in answers}) == 1
    assert world.outcomes() == ["attempt", "denied"] * 2
    assert world.outcomes("-") == ["attempt", "denied"] * 2


def test_administration_is_told_that_there_is_none(world: AppointmentWorld) -> None:
    assert world.read(str(uuid.uuid4()), **OFFICE).status == 404
    assert world.cancel(str(uuid.uuid4()), **OFFICE).status == 404


@pytest.mark.parametrize("appointment_id", ["", "1", "x" * 36, "0B9D7A53-6F0E-4E0B-9D5C-3A6F6A9C2F11"])
def test_ids_that_are_none_are_malformed(world: AppointmentWorld, appointment_id: str) -> None:
    assert world.read(appointment_id, **OFFICE).status == 400


def test_cancelled_is_kept_with_who_and_why_and_its_time_is_free(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    response = world.cancel(appointment_id, "provider_unavailable", **OFFICE)
    assert response.status == 200
    assert response.body["status"] == "cancelled"
    assert response.body["cancel_reason"] == "provider_unavailable"
    assert world.read(appointment_id, **MINE).body == response.body
    (stored,) = [row for row in world.items("appointments") if "status" in row]
    assert stored["cancelled_by"] == ADMIN
    assert world.items("appointment-slots") == []
    assert sorted(row["kind"] for row in world.items("appointment-outbox")) == ["booked", "cancelled"]
    assert world.book(booking(patient_id=JOHN)).status == 201
    assert world.rows()[1]["action"] == "cancel_appointment"
    assert world.rows()[1]["outcome"] == "success"


def test_cancelling_twice_is_answered_as_once(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    first = world.cancel(appointment_id, "patient_request", **MINE)
    again = world.cancel(appointment_id, "other", **OFFICE)
    assert (again.status, again.body) == (200, first.body)
    assert len(world.items("appointment-outbox")) == 2


def test_two_who_cancel_at_once_get_one_cancellation(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    others = []
    with world.before(
        "TransactWriteItems", lambda: others.append(world.cancel(appointment_id, "other", **OFFICE))
    ):
        mine = world.cancel(appointment_id, **MINE)
    assert mine.body == others[0].body
    assert mine.body["cancel_reason"] == "other"
    assert sorted(world.outcomes()) == ["attempt", "attempt", "success", "success"]


def test_a_late_cancellation_does_not_free_the_time_of_the_next(world: AppointmentWorld) -> None:
    """Its row says booked, as to a reader who came before the cancellation; the slots say otherwise."""
    appointment_id = booked(world)
    (row,) = [row for row in world.items("appointments") if "status" in row]
    assert world.cancel(appointment_id, **MINE).status == 200
    assert world.book(booking(patient_id=JOHN)).status == 201
    slots = world.items("appointment-slots")
    world.put_appointment(row)
    assert world.cancel(appointment_id, **MINE).status == 409
    assert world.items("appointment-slots") == slots


def test_a_slot_that_is_lost_does_not_hold_the_appointment(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    lost = world.items("appointment-slots")[0]["slot"]
    world.dynamodb.delete_item(TableName="healthcare-appointment-slots", Key={"slot": {"S": lost}})
    assert world.cancel(appointment_id, **OFFICE).status == 200
    assert world.items("appointment-slots") == []


def test_what_becomes_a_patients_between_the_looks_is_not_shown(world: AppointmentWorld) -> None:
    from healthcare import aws

    appointment_id = booked(world)
    pointer = {"subject": {"S": f"appointment#{appointment_id}"}, "entry": {"S": "pointer"}}
    item = world.dynamodb.get_item(TableName="healthcare-appointments", Key=pointer)["Item"]
    world.dynamodb.delete_item(TableName="healthcare-appointments", Key=pointer)

    def come(**_: Any) -> None:
        world.dynamodb.put_item(TableName="healthcare-appointments", Item=item)

    # The attempt is written, as nobody's, between the first look at the pointer and the second.
    with hooked(aws.dynamodb(), "before-call.*.PutItem", come):
        assert world.read(appointment_id, **OFFICE).status == 404
    assert world.read(appointment_id, **OFFICE).status == 200


@pytest.mark.parametrize("reason", [None, "", "because", "Patient_request"])
def test_reasons_are_words_of_a_list(world: AppointmentWorld, reason: str | None) -> None:
    appointment_id = booked(world)
    assert world.cancel(appointment_id, reason, **MINE).status == 400
    assert world.read(appointment_id, **MINE).body["status"] == "booked"


def test_what_has_begun_is_not_cancelled(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    world.move(appointment_id, (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    response = world.cancel(appointment_id, **MINE)
    assert (response.status, response.body["code"]) == (409, "already_begun")


def test_nothing_is_cancelled_without_its_row(world: AppointmentWorld) -> None:
    appointment_id = booked(world)
    reasons = [{"Code": "None"}] * 14 + [{"Code": "ThrottlingError"}]
    with world.fails("TransactWriteItems", "TransactionCanceledException", reasons=reasons):
        response = world.cancel(appointment_id, **MINE)
    assert (response.status, response.body["code"]) == (503, "audit_unavailable")
    assert world.read(appointment_id, **MINE).body["status"] == "booked"


def test_calendar_is_in_the_order_of_time_and_pages(world: AppointmentWorld) -> None:
    clocks = ("10:30", "08:00", "15:00", "09:30", "13:00")
    ids = {clock: booked(world, starts_at=f"{MONDAY}T{clock}") for clock in clocks}
    world.cancel(ids["13:00"], **MINE)
    found: list[str] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = world.calendar(query=query, **MINE)
        assert page.status == 200
        assert len(page.body["appointments"]) <= 2
        found += [appointment["appointment_id"] for appointment in page.body["appointments"]]
        if "next_token" not in page.body:
            break
        query["next_token"] = page.body["next_token"]
    assert found == [ids[clock] for clock in sorted(clocks)]


def test_range_takes_its_first_moment_and_leaves_its_last(world: AppointmentWorld) -> None:
    for clock in ("08:00", "09:00", "10:00"):
        booked(world, starts_at=f"{MONDAY}T{clock}")
    all_of_them = world.calendar(**MINE).body["appointments"]
    first, last = all_of_them[0]["starts_at"], all_of_them[2]["starts_at"]
    page = world.calendar(query={"from": first, "to": last}, **MINE)
    assert [row["starts_at"] for row in page.body["appointments"]] == [first, all_of_them[1]["starts_at"]]


def test_calendar_holds_one_patient_alone(world: AppointmentWorld) -> None:
    booked(world)
    booked(world, patient_id=JOHN, starts_at=f"{next_weekday(1)}T09:00")
    assert [row["patient_id"] for row in world.calendar(**MINE).body["appointments"]] == [JANE]
    assert world.calendar(JOHN, **MINE).status == 403
    assert world.calendar(JANE, sub=AUDITOR, groups="Auditor").status == 403


def test_token_of_another_range_is_a_position_in_time(world: AppointmentWorld) -> None:
    booked(world, starts_at=f"{MONDAY}T08:00")
    booked(world, starts_at=f"{MONDAY}T09:00")
    token = world.calendar(query={"limit": "1"}, **MINE).body["next_token"]
    begins = datetime.fromisoformat(f"{MONDAY}T00:00:00+00:00")
    for days, expected in ((-10, 0), (5, 0)):
        start = begins + timedelta(days=days)
        query = {
            "from": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "to": (start + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "next_token": token,
        }
        page = world.calendar(query=query, **MINE)
        assert (page.status, len(page.body["appointments"])) == (200, expected)


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"from": "2027-02-30T00:00:00Z"},
        {"from": "2027-03-01T00:00:00"},
        {"from": "2027-03-02T00:00:00Z", "to": "2027-03-01T00:00:00Z"},
        {"from": "2027-03-01T00:00:00Z", "to": "2029-03-01T00:00:00Z"},
        {"from": "9999-12-31T00:00:00Z"},
        {"limit": "0"},
        {"limit": "101"},
        {"next_token": "x"},
        {"provider_id": "provider-0001"},
        {"patient_id": "../x"},
    ],
)
def test_queries_that_are_none_are_malformed(world: AppointmentWorld, query: dict[str, str]) -> None:
    assert world.calendar(query=query, **MINE).status == 400
