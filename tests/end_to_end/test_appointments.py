"""Appointments through the deployed gateway, under the deployed roles: doubles, the outbox, permissions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scripts.demo.people import ADMIN, MARIA, MARIA_HERSELF, PROVIDER, SAM
from scripts.demo.story import Story
from scripts.demo.story_appointments import AppointmentStory, add_schedule, at, give_address, in_utc
from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from tests.end_to_end.waiting import eventually


@pytest.fixture(scope="module")
def appointments(story: Story) -> AppointmentStory:
    """A doctor with hours; Maria has an address of e-mail, Sam has none."""
    told = AppointmentStory(story, "D-3001")
    told.prepare()
    return told


def rows(appointments: AppointmentStory, table: str) -> list[dict[str, Any]]:
    deployment = appointments.story.deployment
    pages = deployment.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=deployment.outputs["tables"][table])
    return [item for page in found for item in page["Items"]]


def is_at(row: dict[str, Any], clock: str) -> bool:
    return "status" in row and row["starts_at"]["S"] == in_utc(clock) and row["provider_id"]["S"] == "D-3001"


def test_of_200_simultaneous_requests_for_one_slot_exactly_one_is_booked(
    appointments: AppointmentStory,
) -> None:
    print(appointments.at_once(200, "08:00"))
    assert len([row for row in rows(appointments, "appointments") if is_at(row, "08:00")]) == 1


def test_no_booking_is_lost_or_doubled_while_aws_throttles_and_loses_answers(
    appointments: AppointmentStory,
) -> None:
    """Each is sent again with its key until it is answered: one appointment a request, whatever happens."""
    control = Control(appointments.story.deployment.state)
    role = appointments.story.deployment.outputs["role_names"]["appointments"]
    faults = [
        Fault("lost_answer", "dynamodb", "TransactWriteItems", role=role, probability=0.3),
        Fault("throttle", "dynamodb", "TransactWriteItems", role=role, probability=0.3),
    ]
    clocks = [f"{hour:02}:{minute:02}" for hour in (9, 10, 11, 13, 15) for minute in (0, 30)][:8]
    before = {row["entry"]["S"] for row in rows(appointments, "appointments") if "status" in row}
    control.set_faults(faults, seed=7)
    try:
        for clock in clocks:
            headers = {"Idempotency-Key": f"faulty-{clock}"}
            for _ in range(30):
                answer = appointments.book(ADMIN, SAM, clock, headers=headers)
                if answer.status_code == 201:
                    break
                assert answer.status_code in (429, 503), answer.text
            assert answer.status_code == 201
        print(control.describe_faults())
        assert all(fault["injected"] for fault in control.faults()["faults"])
    finally:
        control.set_faults([])
    after = {row["entry"]["S"] for row in rows(appointments, "appointments") if "status" in row}
    assert len(after - before) == len(clocks)


def settled(appointments: AppointmentStory) -> bool:
    """Whether every message of the outbox has been dealt with."""
    return all("outcome" in row for row in rows(appointments, "appointment_outbox"))


def test_mail_that_fails_undoes_no_booking_and_is_sent_later(appointments: AppointmentStory) -> None:
    control = Control(appointments.story.deployment.state)
    role = appointments.story.deployment.outputs["role_names"]["appointment_notifications"]
    address = "maria.later@example.org"
    assert eventually(lambda: settled(appointments)), "earlier messages are sent"
    give_address(appointments.story, MARIA, address)
    control.set_faults([Fault("error", "sesv2", role=role, calls=(1, 2, 3))])
    try:
        add_schedule(appointments.story, "D-3002")
        other = replace(appointments)
        body = {
            "patient_id": MARIA,
            "provider_id": "D-3002",
            "starts_at": at("16:00"),
            "time_zone": "America/Chicago",
        }
        booked = other.request("POST", "", PROVIDER, json=body)
        assert booked.status_code == 201
        assert eventually(lambda: settled(appointments)), "the message is sent"
        assert [letter["to"] for letter in control.mail()].count([address]) == 1
        assert control.faults()["faults"][0]["injected"] == 3
    finally:
        control.set_faults([])
    path = f"/{booked.json()['appointment_id']}"
    assert other.request("GET", path, MARIA_HERSELF).json()["status"] == "booked"


def test_mail_that_never_goes_is_a_dead_letter_without_the_patient(appointments: AppointmentStory) -> None:
    deployment = appointments.story.deployment
    control = Control(deployment.state)
    role = deployment.outputs["role_names"]["appointment_notifications"]
    sqs = deployment.client("sqs")
    queue = sqs.get_queue_url(QueueName="healthcare-appointment-notifications-dead-letters")["QueueUrl"]
    control.set_faults([Fault("error", "sesv2", role=role, probability=1.0)])
    letters: list[Any] = []

    def arrived() -> bool:
        answer = sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])
        letters.extend(answer.get("Messages", []))
        return bool(letters)

    try:
        assert appointments.book(MARIA_HERSELF, MARIA, "16:30").status_code == 201
        assert eventually(arrived), "a dead letter"
    finally:
        control.set_faults([])
    text = str(letters)
    for telling in (MARIA, "Maria", "maria", "D-3001", at("16:30")[:10]):
        assert telling not in text


def test_booking_role_reads_of_patients_no_more_than_that_they_are(appointments: AppointmentStory) -> None:
    """Taken from the policy as deployed: the condition on attributes is judged by the local cloud's IAM."""
    iam = appointments.story.deployment.client("iam")
    role = appointments.story.deployment.outputs["role_names"]["appointments"]
    names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    documents = [iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"] for name in names]
    statements = [
        statement
        for document in documents
        for statement in document["Statement"]
        if any(str(resource).endswith("table/healthcare-patients") for resource in statement["Resource"])
    ]
    assert [statement["Condition"]["ForAllValues:StringEquals"] for statement in statements] == [
        {"dynamodb:Attributes": ["patient_id"]}
    ] or [statement["Condition"]["ForAllValues:StringEquals"] for statement in statements] == [
        {"dynamodb:Attributes": "patient_id"}
    ]
