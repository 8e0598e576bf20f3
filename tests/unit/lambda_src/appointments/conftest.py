"""appointments and its notifications on an in-process AWS."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
from moto import mock_aws

from tests.unit.lambda_src.appointments.appointment_world import (
    COLLEAGUE,
    EMAIL,
    JOHN,
    AppointmentWorld,
)
from tests.unit.lambda_src.world import DEMOGRAPHICS, JANE, PATIENT, PROVIDER, Stdout, create_table

TABLES = {
    "healthcare-appointments": ["subject", "entry"],
    "healthcare-appointment-slots": ["slot"],
    "healthcare-provider-schedules": ["provider_id"],
    "healthcare-appointment-requests": ["request_id"],
    "healthcare-appointment-outbox": ["message_id"],
    "healthcare-patients": ["patient_id"],
    "healthcare-audit": ["patient_id", "event_id"],
    "healthcare-relationships": ["principal", "patient_id"],
}
SETTINGS = {
    "APPOINTMENT_TABLE": "healthcare-appointments",
    "SLOT_TABLE": "healthcare-appointment-slots",
    "SCHEDULE_TABLE": "healthcare-provider-schedules",
    "REQUEST_TABLE": "healthcare-appointment-requests",
    "OUTBOX_TABLE": "healthcare-appointment-outbox",
    "SENDER": "no-reply@example.org",
    "CONFIGURATION_SET": "healthcare-appointments",
    "PORTAL_URL": "https://portal.example.org",
    "POWERTOOLS_SERVICE_NAME": "patient_api",
}


@cache
def client(service: Literal["dynamodb", "sesv2"]) -> Any:
    """The tests' own client, kept: making one takes longer than a test."""
    return boto3.client(service)


@pytest.fixture
def world(
    environment: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppointmentWorld]:
    """Two providers with hours, Jane (her own account, and treated by PROVIDER) and John."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield _made(capfd)


def _made(capfd: pytest.CaptureFixture[str]) -> AppointmentWorld:
    for table, keys in TABLES.items():
        create_table(client("dynamodb"), table, keys)
    client("sesv2").create_email_identity(EmailIdentity="example.org")
    client("sesv2").create_configuration_set(ConfigurationSetName="healthcare-appointments")

    from appointments.handler import build
    from appointments.settings import ApiSettings

    api = build(ApiSettings.from_environment())
    for handler in api.logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = Stdout()
    document = json.loads((Path(os.environ["LAMBDA_TASK_ROOT"]) / "openapi.json").read_text(encoding="utf-8"))
    made = AppointmentWorld(api, document, capfd, client("dynamodb"))
    made.save({"patient_id": JANE, "demographics": {**DEMOGRAPHICS, "email": EMAIL}})
    made.save({"patient_id": JOHN, "demographics": DEMOGRAPHICS})
    made.relate(PROVIDER, "treatment")
    made.relate(PROVIDER, "treatment", JOHN)
    made.relate(PATIENT, "self", seconds=None)
    made.schedule()
    made.schedule(COLLEAGUE, slot_minutes=45, time_zone="America/New_York")
    return made
