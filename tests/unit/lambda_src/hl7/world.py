"""The world of one test: hl7_ingest on an in-process AWS, and messages. Everyone in them is invented."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from healthcare.attributes import from_item

from tests.unit.lambda_src.world import Context, hooked

TABLE = "healthcare-patient-events"
AUDIT_TABLE = "healthcare-audit"
BUCKET = "healthcare-123456789012-hl7-messages"
BUS = "healthcare-clinical-events"
JANE = "P-1001"
JOHN = "P-2002"
STANDARD = "arn:aws:sqs:us-east-1:123456789012:healthcare-hl7"
FIFO = STANDARD + ".fifo"
SENT_MS = int(datetime(2026, 2, 1, 12, 0, tzinfo=UTC).timestamp() * 1000)
DAY = "2026/02/01"


def mrn(patient_id: str) -> str:
    return f"{patient_id}^^^HOSP&1.2.3.4&ISO^MR"


def msh(
    event: str = "ADT^A01",
    control_id: str | None = None,
    *,
    sent: str = "20260131093000",
    version: str = "2.5.1",
    charset: str = "",
    acks: str = "|",
    processing_id: str = "P",
    sender: str = "EPIC|MAIN",
) -> str:
    control_id = uuid.uuid4().hex[:20] if control_id is None else control_id
    head = f"MSH|^~\\&|{sender}|STORE|AWS|{sent}||{event}|{control_id}|{processing_id}|{version}"
    return f"{head}|||{acks}||{charset}"


def evn(at: str, code: str = "") -> str:
    return f"EVN|{code}|{at}"


def pid(
    patient_id: str = JANE,
    name: str = "Doe^Jane^Q",
    born: str = "19700131",
    *,
    rest: str = "F",
    ids: str = "",
) -> str:
    """PID-5 is `name`, PID-7 `born`, and `rest` goes on from PID-8."""
    return f"PID|1||{ids or mrn(patient_id)}||{name}||{born}|{rest}"


def pv1(visit: str = "V1", location: str = "3W^301^A", patient_class: str = "I") -> str:
    return f"PV1|1|{patient_class}|{location}" + "|" * 16 + visit


def message(*segments: str, end: str = "\r") -> str:
    return end.join(segments) + end


def adt(
    event: str,
    at: str,
    patient_id: str = JANE,
    *,
    visit: str = "V1",
    control_id: str | None = None,
    **more: Any,
) -> str:
    """An ADT message that happened and was sent `at`; `more` goes to pid() and pv1()."""
    location = {"location": more.pop("location")} if "location" in more else {}
    header = msh(f"ADT^{event}", control_id, sent=at, acks=more.pop("acks", "|"))
    segments = [header, evn(at), pid(patient_id, **more)]
    if event not in ("A28", "A31", "A40"):
        segments.append(pv1(visit, **location))
    return message(*segments)


def oru(*results: str, at: str = "20260131120000", control_id: str | None = None) -> str:
    return message(msh("ORU^R01", control_id, sent=at), pid(), "OBR|1|PO1|FO1|24323-8^Panel^LN", *results)


def pdf_result(content: bytes, set_id: int = 1) -> str:
    data = base64.b64encode(content).decode()
    return f"OBX|{set_id}|ED|11502-2^Report^LN||LAB^application^PDF^Base64^{data}||||||F"


def record(
    body: str, *, message_id: str | None = None, source: str = STANDARD, group: str | None = None
) -> dict[str, Any]:
    """An SQS record as Lambda's poller gives it."""
    attributes = {"SentTimestamp": str(SENT_MS), "ApproximateReceiveCount": "1"}
    if group is not None:
        attributes["MessageGroupId"] = group
    return {
        "messageId": message_id or str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": body,
        "attributes": attributes,
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": source,
    }


def as_bytes(content: bytes) -> str:
    """The body for bytes as they came from the wire."""
    return json.dumps({"hl7v2": {"base64": base64.b64encode(content).decode()}})


@dataclass
class Hl7World:
    """The function, its stores, and all that it has written to stdout and stderr."""

    ingest: Any
    handler: Any
    aws: Mapping[str, Any]
    capture: pytest.CaptureFixture[str]
    announced: list[dict[str, Any]] = field(default_factory=list)
    ack_queue_url: str = ""
    written: str = ""

    def send(self, *bodies: str) -> list[str]:
        """Deliver bodies in one batch; the message ids that come back."""
        return self.deliver(*[record(body) for body in bodies])

    def deliver(self, *records: dict[str, Any], context: object = None) -> list[str]:
        answer = self.handler({"Records": list(records)}, context or Context())
        assert set(answer) == {"batchItemFailures"}
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def rows(self) -> list[dict[str, Any]]:
        items = self.aws["dynamodb"].scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return sorted((from_item(item) for item in items), key=lambda row: (row["subject"], row["entry"]))

    def entries(self, kind: str) -> list[dict[str, Any]]:
        return [row for row in self.rows() if row["entry"].startswith(kind)]

    def events(self) -> list[dict[str, Any]]:
        return self.entries("event#")

    def state(self, patient_id: str = JANE) -> dict[str, Any]:
        (found,) = [row for row in self.entries("state") if row["subject"] == f"patient#{patient_id}"]
        return found

    def visit(self, number: str = "V1", patient_id: str = JANE) -> dict[str, Any]:
        (found,) = [
            row for row in self.entries(f"visit#{number}") if row["subject"] == f"patient#{patient_id}"
        ]
        return found

    def audit(self) -> list[dict[str, Any]]:
        items = self.aws["dynamodb"].scan(TableName=AUDIT_TABLE, ConsistentRead=True)["Items"]
        return sorted(
            (from_item(item) for item in items), key=lambda row: (row["patient_id"], row["event_id"])
        )

    def objects(self, prefix: str) -> dict[str, Any]:
        """Objects by key: body, metadata, content type."""
        s3 = self.aws["s3"]
        listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {entry["Key"]: s3.get_object(Bucket=BUCKET, Key=entry["Key"]) for entry in listed}

    def quarantined(self) -> list[tuple[str, str, int]]:
        """Code, segment and field of what is in quarantine."""
        metadata = [found["Metadata"] for found in self.objects("quarantine/").values()]
        return sorted((m["error-code"], m["segment"], int(m["field"])) for m in metadata)

    def acknowledgements(self) -> list[str]:
        found: list[str] = []
        while True:
            got = self.aws["sqs"].receive_message(QueueUrl=self.ack_queue_url, MaxNumberOfMessages=10)
            if not got.get("Messages"):
                return found
            for entry in got["Messages"]:
                found.append(entry["Body"])
                self.aws["sqs"].delete_message(
                    QueueUrl=self.ack_queue_url, ReceiptHandle=entry["ReceiptHandle"]
                )

    def output(self) -> str:
        captured = self.capture.readouterr()
        self.written += captured.out + captured.err
        return self.written

    def metrics(self) -> list[str]:
        names = []
        for line in map(json.loads, self.output().splitlines()):
            for metric in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert (metric["Namespace"], metric["Dimensions"]) == ("Healthcare/Messages", [["service"]])
                names += [entry["Name"] for entry in metric["Metrics"]]
        return names

    @contextmanager
    def fails(
        self, client: Any, operation: str, code: str, *, after: int = 0, lost_answer: bool = False
    ) -> Iterator[None]:
        """AWS answers `operation` with `code`, once `after` calls have gone through.

        With `lost_answer` the call is made, and its answer never arrives.
        """
        seen = 0
        error = {"Error": {"Code": code, "Message": "canary-message Jane Doe P-1001"}}
        failed = (AWSResponse("https://aws.invalid", 503, HTTPHeaders(), None), error)

        def fail(**_: Any) -> Any:
            nonlocal seen
            seen += 1
            return failed if seen > after else None

        def lose(http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
            nonlocal seen
            seen += 1
            if seen > after:
                parsed.clear()
                parsed.update(error, ResponseMetadata={"HTTPStatusCode": 503})
                http_response.status_code = 503

        if lost_answer:
            with hooked(client, f"after-call.*.{operation}", lose):
                yield
        else:
            with hooked(client, f"before-call.*.{operation}", fail):
                yield
