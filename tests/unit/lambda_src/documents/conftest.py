"""document_ingest on an in-process AWS: table, bucket and bus."""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

import boto3
import pytest

from tests.unit.lambda_src.documents.samples import NAMESPACE, OID
from tests.unit.lambda_src.documents.world import AUDIT_TABLE, BUCKET, BUS, TABLE, DocumentWorld
from tests.unit.lambda_src.world import Stdout, create_table, hooked

ENVIRONMENT = {
    "AUDIT_TABLE": AUDIT_TABLE,
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-document-ingest",
    "DEFAULT_ACCESS_LABEL": "R",
    "DOCUMENT_BUCKET": BUCKET,
    "DOCUMENT_TABLE": TABLE,
    "EVENT_BUS": BUS,
    "MAXIMUM_MEGABYTES": '{"ccda":2,"pdf":5,"text":1}',
    "PATIENT_IDENTIFIER": json.dumps(
        {"namespace_id": NAMESPACE, "oid": OID, "system": "https://hosp.example.org/mrn", "type": "MR"}
    ),
    "READER_MEGABYTES": "768",
    "READER_SECONDS": "20",
    "POWERTOOLS_SERVICE_NAME": "healthcare-document-ingest",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Messages",
}


@cache
def client(service: Any) -> Any:
    """The tests' own client, apart from the function's."""
    return boto3.client(service)


@pytest.fixture
def documents(aws: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function with empty stores."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    services = {name: client(name) for name in ("dynamodb", "s3", "events")}
    for table, keys in ((TABLE, ("document_id", "entry")), (AUDIT_TABLE, ("patient_id", "event_id"))):
        create_table(services["dynamodb"], table, keys)
    services["s3"].create_bucket(Bucket=BUCKET)
    services["s3"].put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    services["events"].create_event_bus(Name=BUS)

    from document_ingest import events, handler
    from document_ingest.settings import Settings
    from healthcare import aws as function_aws

    ingest = handler.build(Settings.from_environment())
    for stream in ingest.logger.handlers:
        assert isinstance(stream, logging.StreamHandler)
        stream.stream = Stdout()
    world = DocumentWorld(
        ingest, lambda event, context: events.handle(ingest, event, context), services, capfd
    )

    def see(params: Any, **_: Any) -> None:
        for entry in json.loads(params["body"])["Entries"]:
            world.announced.append({**entry, "Detail": json.loads(entry["Detail"])})

    with hooked(function_aws.events(), "before-call.events.PutEvents", see):
        yield world
