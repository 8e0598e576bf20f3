"""Appointments: booked, read, listed, cancelled; and the e-mail that says that there is a message."""

from __future__ import annotations

from typing import Any

from scripts.demo.people import PROVIDER
from scripts.demo.story_appointments import ZONE, add_schedule, at, give_address
from tests.prove_iam.probes.patients import new_patient
from tests.prove_iam.world import Probe, World


def request(world: World, method: str, path: str, **options: Any) -> Any:
    return world.story.request(
        method, f"/appointments{path}", world.story.tokens[PROVIDER.username], **options
    )


def book(world: World, patient: str, **options: Any) -> dict[str, Any]:
    doctor = world.fresh("D-")
    add_schedule(world.story, doctor)
    body = {"patient_id": patient, "provider_id": doctor, "starts_at": at("09:30"), "time_zone": ZONE}
    booked = world.story.expect(201, request(world, "POST", "", json=body, **options))
    appointment: dict[str, Any] = booked.json()
    return appointment


def book_and_cancel(world: World) -> None:
    patient = new_patient(world, PROVIDER)
    key = {"Idempotency-Key": world.fresh("probe-")}
    appointment = book(world, patient, headers=key)
    path = f"/{appointment['appointment_id']}"
    world.story.expect(200, request(world, "GET", path))
    listed = world.story.expect(200, request(world, "GET", "", params={"patient_id": patient})).json()
    world.check(listed["appointments"] == [appointment], "the appointment is the patient's only one")
    world.story.expect(200, request(world, "DELETE", path, params={"reason": "patient_request"}))


def tell_by_mail(world: World) -> None:
    patient = new_patient(world, PROVIDER)
    address = f"{world.fresh('ada.')}@example.org"
    give_address(world.story, patient, address)
    appointment = book(world, patient)
    world.until(
        lambda: [address] in [letter["to"] for letter in world.control.mail()], "an e-mail to the patient"
    )
    table = world.deployment.outputs["tables"]["appointment_outbox"]

    def concluded() -> bool:
        rows = world.deployment.client("dynamodb").scan(TableName=table, ConsistentRead=True)["Items"]
        mine = [row for row in rows if appointment["appointment_id"] in str(row)]
        return bool(mine) and all("outcome" in row for row in mine)

    world.until(concluded, "the message is concluded")


PROBES = [
    Probe("an appointment is booked and cancelled", ("appointments",), book_and_cancel),
    Probe("an e-mail follows a booking", ("appointment_notifications", "appointments"), tell_by_mail),
]
