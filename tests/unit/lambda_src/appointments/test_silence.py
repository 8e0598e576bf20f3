"""Nothing of a patient in logs, metrics, the idempotency store or the outbox, whatever is sent."""

from __future__ import annotations

import json

from tests.unit.lambda_src.appointments.appointment_world import EMAIL, MONDAY, AppointmentWorld, booking
from tests.unit.lambda_src.world import JANE, PATIENT

MINE = {"sub": PATIENT, "groups": "Patient"}
KEY = "canary-key-6f4c0f5e"


def test_logs_and_metrics_hold_nothing_of_a_request(world: AppointmentWorld) -> None:
    canaries = ["canary-provider", "Canary/Zone", "CANARYTYPE", "canary-patient"]
    booked = world.book(key=KEY, **MINE)
    world.book(booking(provider_id="canary-provider"), **MINE)
    world.book(booking(time_zone="Canary/Zone"), **MINE)
    world.book(booking(type="CANARYTYPE"), **MINE)
    world.book(booking(patient_id="canary-patient"), **MINE)
    world.book("{canary-patient", **MINE)
    world.cancel(booked.body["appointment_id"], "canary-patient", **MINE)
    world.calendar("canary-patient", **MINE)
    with world.fails("TransactWriteItems", "InternalServerError"):
        world.book(booking(starts_at=f"{MONDAY}T10:00"), **MINE)
    output = world.output()
    for canary in [
        *canaries,
        JANE,
        "provider-0001",
        KEY,
        MONDAY,
        PATIENT,
        booked.body["appointment_id"],
        EMAIL,
    ]:
        assert canary not in output
    assert output.count("request refused") == 7


def test_idempotency_store_and_outbox_hold_nothing_of_a_patient(world: AppointmentWorld) -> None:
    assert world.book(key=KEY, **MINE).status == 201
    kept = json.dumps(world.items("appointment-requests") + world.items("appointment-outbox"))
    for telling in (JANE, "provider-0001", MONDAY, "video", "Chicago", PATIENT, KEY, EMAIL, "Doe"):
        assert telling not in kept
    (request,) = world.items("appointment-requests")
    assert set(request) == {"request_id", "body_code", "appointment_id", "expires_at"}


def test_same_body_under_another_key_has_another_code(world: AppointmentWorld) -> None:
    """Whoever reads the store can't try likely bodies: the code depends on what only the caller has."""
    from appointments.requests import identify

    codes = {identify(PATIENT, key, booking()).body_code for key in ("first-key", "second-key")}
    assert len(codes) == 2
