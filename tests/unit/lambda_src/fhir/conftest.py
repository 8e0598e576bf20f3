"""fhir-ingest and fhir-api on an in-process AWS: tables, bucket, bus, key, and all that they write."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto import mock_aws

from tests.unit.lambda_src.fhir.fhir_world import BUCKET, FhirWorld, client
from tests.unit.lambda_src.world import PATIENT, PROVIDER, Stdout, create_table

TABLES = {
    "healthcare-fhir-resources": ["resource", "version"],
    "healthcare-fhir-messages": ["message_id"],
    "healthcare-audit": ["patient_id", "event_id"],
    "healthcare-relationships": ["principal", "patient_id"],
}
SETTINGS = {
    "FHIR_TABLE": "healthcare-fhir-resources",
    "FHIR_MESSAGE_TABLE": "healthcare-fhir-messages",
    "MESSAGE_BUCKET": BUCKET,
    "EVENT_BUS": "healthcare-clinical-events",
    "PATIENT_IDENTIFIER": json.dumps(
        {"namespace_id": "MAIN", "oid": "", "system": "https://hospital.example/mrn", "type": "MR"}
    ),
    "POWERTOOLS_SERVICE_NAME": "fhir",
}


@pytest.fixture
def fhir(
    environment: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[FhirWorld]:
    """The two functions, a provider who treats Jane, and Jane herself."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield _made(capfd, monkeypatch)


def _made(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> FhirWorld:
    dynamodb, bus, queue = client("dynamodb"), client("events"), client("sqs")
    for table, keys in TABLES.items():
        create_table(dynamodb, table, keys)
    client("s3").create_bucket(Bucket=BUCKET)
    monkeypatch.setenv("KMS_KEY_ID", client("kms").create_key()["KeyMetadata"]["Arn"])
    bus.create_event_bus(Name="healthcare-clinical-events")
    url = queue.create_queue(QueueName="heard")["QueueUrl"]
    arn = queue.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(
        Name="all",
        EventBusName="healthcare-clinical-events",
        EventPattern=json.dumps({"source": ["healthcare.fhir"]}),
    )
    bus.put_targets(
        Rule="all", EventBusName="healthcare-clinical-events", Targets=[{"Id": "heard", "Arn": arn}]
    )

    from fhir_ingest import api_handler
    from fhir_ingest.handler import build
    from fhir_ingest.settings import ApiSettings, IngestSettings

    ingest = build(IngestSettings.from_environment())
    api = api_handler.build(ApiSettings.from_environment())
    # Powertools keeps the stdout of the first test, which pytest has closed.
    for handler in ingest.logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = Stdout()
    document = json.loads((Path(os.environ["LAMBDA_TASK_ROOT"]) / "openapi.json").read_text(encoding="utf-8"))
    made = FhirWorld(ingest, api, capfd, dynamodb, url, document)
    made.relate(PROVIDER, "treatment")
    made.relate(PATIENT, "self", seconds=None)
    made.output()
    return made
