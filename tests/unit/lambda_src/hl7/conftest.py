"""hl7_ingest on an in-process AWS: table, bucket, bus and acknowledgement queue."""

from __future__ import annotations

import json
import logging
from functools import cache
from typing import Any

import boto3
import pytest

from tests.unit.lambda_src.hl7.world import AUDIT_TABLE, BUCKET, BUS, TABLE, Hl7World
from tests.unit.lambda_src.world import Stdout, create_table, hooked

ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-hl7-ingest",
    "HL7_TABLE": TABLE,
    "AUDIT_TABLE": AUDIT_TABLE,
    "MESSAGE_BUCKET": BUCKET,
    "EVENT_BUS": BUS,
    "PATIENT_IDENTIFIER": json.dumps(
        {"namespace_id": "HOSP", "oid": "1.2.3.4", "system": "https://hosp.example.org/mrn", "type": "MR"}
    ),
    "PROCESSING_IDS": "P",
    "TIME_ZONE": "UTC",
    "CONTROL_ID_DAYS": "365",
    "MAXIMUM_MESSAGE_BYTES": "20000000",
    "POWERTOOLS_SERVICE_NAME": "healthcare-hl7-ingest",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Messages",
}


@cache
def client(service: Any) -> Any:
    """The tests' own client, apart from the function's."""
    return boto3.client(service)


@pytest.fixture
def hl7(aws: None, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function with empty stores, and the acknowledgement queue."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    services = {name: client(name) for name in ("dynamodb", "s3", "sqs", "events")}
    for table, keys in ((TABLE, ("subject", "entry")), (AUDIT_TABLE, ("patient_id", "event_id"))):
        create_table(services["dynamodb"], table, keys)
    services["s3"].create_bucket(Bucket=BUCKET)
    services["s3"].put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    services["events"].create_event_bus(Name=BUS)
    queue = services["sqs"].create_queue(QueueName="healthcare-hl7-acknowledgements")["QueueUrl"]
    monkeypatch.setenv("ACK_QUEUE_URL", queue)

    from healthcare import aws as function_aws
    from healthcare.queues import each_message
    from hl7_ingest import handler
    from hl7_ingest.settings import Settings

    ingest = handler.build(Settings.from_environment())
    for stream in ingest.logger.handlers:
        assert isinstance(stream, logging.StreamHandler)
        stream.stream = Stdout()
    world = Hl7World(
        ingest,
        lambda event, context: each_message(event, context, ingest.process, ingest.logger),
        services,
        capfd,
    )
    world.ack_queue_url = queue

    def see(params: Any, **_: Any) -> None:
        for entry in json.loads(params["body"])["Entries"]:
            world.announced.append({**entry, "Detail": json.loads(entry["Detail"])})

    with hooked(function_aws.events(), "before-call.events.PutEvents", see):
        yield world
