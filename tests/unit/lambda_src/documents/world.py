"""The world of one test: document_ingest on an in-process AWS, and objects in its bucket."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from healthcare.attributes import from_item

from tests.unit.lambda_src.documents.samples import JANE
from tests.unit.lambda_src.world import Context, hooked

AUDIT_TABLE = "healthcare-audit"
TABLE = "healthcare-documents"
BUCKET = "healthcare-documents-123456789012"
BUS = "healthcare-clinical-events"
KEY = "incoming/2026/a b+c%41.bin"

_numbers = itertools.count(1)


def sequencer(number: int | None = None) -> str:
    return f"{0x0063A1 + (next(_numbers) if number is None else number):018X}"


@dataclass
class DocumentWorld:
    """The function, its stores, and all that it has written to stdout and stderr."""

    ingest: Any
    handle: Any
    aws: Mapping[str, Any]
    capture: pytest.CaptureFixture[str]
    announced: list[dict[str, Any]] = field(default_factory=list)
    written: str = ""

    def put(
        self, content: bytes, key: str = KEY, *, patient: str | None = JANE, label: str = "N", **more: Any
    ) -> str:
        """Upload an object, and return its version."""
        metadata = {} if patient is None else {"patient-id": patient}
        if label:
            metadata["access-label"] = label
        answer = self.aws["s3"].put_object(
            Bucket=BUCKET, Key=key, Body=content, Metadata=metadata | more.pop("metadata", {}), **more
        )
        return str(answer["VersionId"])

    def delete(self, key: str = KEY, version: str | None = None) -> str:
        which = {} if version is None else {"VersionId": version}
        answer = self.aws["s3"].delete_object(Bucket=BUCKET, Key=key, **which)
        return str(answer.get("VersionId", version))

    def tell(self, event: object) -> Any:
        return self.handle(event, Context())

    def drop(self, content: bytes, key: str = KEY, **more: Any) -> dict[str, Any]:
        """Upload an object, tell of it, and return the document's current row."""
        version = self.put(content, key, **more)
        self.tell(created(version, key))
        return self.current(key)

    def rows(self) -> list[dict[str, Any]]:
        items = self.aws["dynamodb"].scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return sorted((from_item(item) for item in items), key=lambda row: (row["document_id"], row["entry"]))

    def audited(self) -> list[tuple[str, str]]:
        """Patient and action of each row of the audit table, in the order of time."""
        items = self.aws["dynamodb"].scan(TableName=AUDIT_TABLE, ConsistentRead=True)["Items"]
        rows = sorted((from_item(item) for item in items), key=lambda row: str(row["event_id"]))
        return [(row["patient_id"], row["action"]) for row in rows]

    def current(self, key: str = KEY) -> dict[str, Any]:
        (found,) = [row for row in self.rows() if row["entry"] == "current" and row["key"] == key]
        return found

    def versions(self) -> list[dict[str, Any]]:
        return [row for row in self.rows() if row["entry"].startswith("version#")]

    def objects(self, prefix: str) -> dict[str, Any]:
        listed = self.aws["s3"].list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
        return {entry["Key"]: self.aws["s3"].get_object(Bucket=BUCKET, Key=entry["Key"]) for entry in listed}

    def derived(self) -> tuple[str, list[dict[str, Any]]]:
        """Text and chunks of the one document that has some."""
        found = self.objects("derived/")
        (text,) = [entry["Body"].read().decode() for key, entry in found.items() if key.endswith("text.txt")]
        (lines,) = [entry["Body"].read() for key, entry in found.items() if key.endswith("chunks.jsonl")]
        return text, [json.loads(line) for line in lines.splitlines()]

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
    def fails(self, service: str, operation: str, code: str, *, after: int = 0) -> Iterator[None]:
        """AWS answers `operation` with `code`, once `after` calls have gone through."""
        from healthcare import aws

        client = {"s3": aws.s3, "dynamodb": aws.dynamodb, "events": aws.events}[service]()
        seen = 0
        error = {"Error": {"Code": code, "Message": "canary-message Jane Doe P-1001"}}

        def fail(**_: Any) -> Any:
            nonlocal seen
            seen += 1
            return (
                (AWSResponse("https://aws.invalid", 503, HTTPHeaders(), None), error)
                if seen > after
                else None
            )

        with hooked(client, f"before-call.*.{operation}", fail):
            yield


def created(
    version: str, key: str = KEY, at: str | None = None, bucket: str = BUCKET, **more: Any
) -> dict[str, Any]:
    """EventBridge's event of an upload: the key as it is."""
    return _event("Object Created", version, key, at, bucket, {"reason": "PutObject"} | more)


def marked(version: str, key: str = KEY, at: str | None = None) -> dict[str, Any]:
    more = {"reason": "DeleteObject", "deletion-type": "Delete Marker Created"}
    return _event("Object Deleted", version, key, at, BUCKET, more)


def deleted(version: str, key: str = KEY, at: str | None = None) -> dict[str, Any]:
    more = {"reason": "DeleteObject", "deletion-type": "Permanently Deleted"}
    return _event("Object Deleted", version, key, at, BUCKET, more)


def _event(
    kind: str, version: str, key: str, at: str | None, bucket: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    found = {"key": key, "version-id": version, "sequencer": sequencer() if at is None else at, "size": 1}
    return {
        "version": "0",
        "source": "aws.s3",
        "detail-type": kind,
        "detail": {"version": "0", "bucket": {"name": bucket}, "object": found, **more},
    }


def notification(version: str, key: str = KEY, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    """S3's own notification: the key URL-encoded, a space as "+"."""
    found = {"key": quote_plus(key, safe="/"), "versionId": version, "sequencer": sequencer(), "size": 1}
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {"bucket": {"name": BUCKET}, "object": found},
    }
    return {"Records": [record]}


def by_queue(*bodies: object) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:documents",
            }
            for number, body in enumerate(bodies)
        ]
    }


TEST_EVENT = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "2026-01-31T09:30:00.000Z",
    "Bucket": BUCKET,
    "RequestId": "5582815E1AEA5ADF",
    "HostId": "host",
}
