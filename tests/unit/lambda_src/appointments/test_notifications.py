"""The outbox: the one patient is told once, that there is a message and not what it says."""

from __future__ import annotations

import logging
from typing import Any

import jsonschema
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from tests.unit.lambda_src.appointments.appointment_world import EMAIL, JOHN, AppointmentWorld, booking
from tests.unit.lambda_src.world import JANE, PATIENT, Stdout

MINE = {"sub": PATIENT, "groups": "Patient"}


@pytest.fixture
def notify(world: AppointmentWorld) -> Any:
    """The function, given the outbox's rows as the stream gives them."""
    from appointments.notifications_handler import build, each_record
    from appointments.settings import NotificationSettings
    from healthcare.logs import function_logger
    from healthcare.metrics import Signals

    notifier, logger = build(NotificationSettings.from_environment()), function_logger()
    for handler in logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = Stdout()

    def run(event: object = None) -> Any:
        return each_record(event or stream(world), notifier, logger, Signals())

    return run


def stream(world: AppointmentWorld, name: str = "INSERT") -> dict[str, Any]:
    return {
        "Records": [
            {
                "eventSource": "aws:dynamodb",
                "eventName": name,
                "eventID": f"{number:032x}",
                "dynamodb": {
                    "Keys": {"message_id": {"S": row["message_id"]}},
                    "SequenceNumber": str(100 + number),
                },
            }
            for number, row in enumerate(world.items("appointment-outbox"))
        ]
    }


def letters() -> list[Any]:
    return list(sesv2_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].core_backend.sent_messages)


def test_the_one_patient_is_told_and_nothing_of_it_said(world: AppointmentWorld, notify: Any) -> None:
    response = world.book(**MINE)
    assert notify() == {"batchItemFailures": []}
    (letter,) = letters()
    assert letter.destinations == {"ToAddresses": [EMAIL]}
    text = f"{letter.subject} {letter.body}".lower()
    assert "https://portal.example.org" in text
    for telling in (
        JANE, "jane", "doe", "provider", "appointment", "video", "doctor", "health", "book",
        response.body["appointment_id"], response.body["starts_at"][:10], "america",
    ):  # fmt: skip
        assert telling.lower() not in text
    (message,) = world.items("appointment-outbox")
    assert message["outcome"] == "sent"


def test_reading_the_address_is_on_record_before_and_after(world: AppointmentWorld, notify: Any) -> None:
    world.book(**MINE)
    world.forget()
    notify()
    assert world.outcomes() == ["attempt", "success"]
    row = world.rows()[-1]
    assert (row["action"], row["actor"]) == ("notify_patient", "appointment-notifications")
    assert row["disclosed"] == ["email"]
    # The accounting shows it, so it must be as the API says that the accounting is.
    schema = world.document["components"]["schemas"]["Disclosure"]
    shown = {name: row[name] for name in schema["required"]}
    jsonschema.Draft4Validator({**schema, "components": world.document["components"]}).validate(shown)


def test_without_an_attempt_on_record_no_address_is_read(world: AppointmentWorld, notify: Any) -> None:
    world.book(**MINE)
    with world.fails("PutItem", "InternalServerError", "healthcare-audit"):
        assert len(notify()["batchItemFailures"]) == 1
    assert letters() == []
    assert notify() == {"batchItemFailures": []}
    assert len(letters()) == 1


def test_booked_and_cancelled_read_the_same(world: AppointmentWorld, notify: Any) -> None:
    booked = world.book(**MINE)
    world.cancel(booked.body["appointment_id"], **MINE)
    notify()
    first, second = letters()
    assert (first.subject, first.body) == (second.subject, second.body)


def test_delivered_again_is_sent_once(world: AppointmentWorld, notify: Any) -> None:
    world.book(**MINE)
    event = stream(world)
    notify(event)
    notify(event)
    assert len(letters()) == 1


def test_what_is_not_new_is_no_message(world: AppointmentWorld, notify: Any) -> None:
    world.book(**MINE)
    for name in ("MODIFY", "REMOVE"):
        assert notify(stream(world, name)) == {"batchItemFailures": []}
    assert letters() == []


def test_patient_without_an_address_is_counted_and_not_retried(world: AppointmentWorld, notify: Any) -> None:
    world.book(booking(patient_id=JOHN))
    world.forget()
    assert notify() == {"batchItemFailures": []}
    assert letters() == []
    assert world.metrics() == ["NotificationWithoutChannel"]
    assert [row["outcome"] for row in world.items("appointment-outbox")] == ["no_channel"]


def test_failure_touches_no_booking_and_comes_back_alone(
    world: AppointmentWorld, notify: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from appointments.notifications import Email

    booked = world.book(**MINE)
    assert world.book(booking(patient_id=JOHN, starts_at=booking()["starts_at"][:11] + "10:00")).status == 201
    send = Email.send

    def fail(self: Email, address: str) -> None:
        raise RuntimeError(f"canary {address}")

    event = stream(world)
    monkeypatch.setattr(Email, "send", fail)
    failed = notify(event)["batchItemFailures"]
    assert len(failed) == 1  # John has no address, and is done
    assert world.read(booked.body["appointment_id"], **MINE).body["status"] == "booked"
    assert "NotificationFailed" in world.metrics()
    assert EMAIL not in world.output()
    monkeypatch.setattr(Email, "send", send)
    assert notify(event) == {"batchItemFailures": []}
    assert len(letters()) == 1


def test_throttled_mail_comes_back(world: AppointmentWorld, notify: Any) -> None:
    from botocore.awsrequest import AWSResponse
    from botocore.compat import HTTPHeaders
    from healthcare import aws

    from tests.unit.lambda_src.world import hooked

    world.book(**MINE)
    event = stream(world)

    def throttle(**_: Any) -> Any:
        error = {"Error": {"Code": "TooManyRequestsException", "Message": f"canary {EMAIL}"}}
        return AWSResponse("https://aws.invalid", 429, HTTPHeaders(), None), error

    with hooked(aws.sesv2(), "before-call.*.SendEmail", throttle):
        assert notify(event)["batchItemFailures"] == [{"itemIdentifier": "100"}]
    assert EMAIL not in world.output()
    assert notify(event) == {"batchItemFailures": []}


def test_other_events_are_refused_and_not_lost(world: AppointmentWorld, notify: Any) -> None:
    from healthcare.requests import UnsupportedEventError

    events: list[object] = [{}, {"Records": []}, {"Records": [{"eventSource": "aws:sqs"}]}, "x"]
    for event in events:
        with pytest.raises(UnsupportedEventError):
            notify(event)
