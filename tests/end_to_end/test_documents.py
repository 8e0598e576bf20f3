"""Medical documents through the deployed bucket, rule and function: under its own role, while AWS fails."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from scripts.local_deployment import LocalDeployment
from tests.end_to_end.waiting import eventually
from tests.unit.lambda_src.documents.samples import LAUGHS, ccda, dicom, pdf, section

pytestmark = pytest.mark.deployment
CANARY = f"Canary{uuid.uuid4().hex[:12]}"
MASTER_OID = "2.16.840.1.113883.19.5"


class Archive:
    """Somebody who uploads documents, and somebody who looks into the stores."""

    def __init__(self, deployment: LocalDeployment) -> None:
        self.bucket = str(deployment.outputs["documents_bucket"])
        self.table = str(deployment.outputs["tables"]["documents"])
        self.role = str(deployment.outputs["role_names"]["document_ingest"])
        self.s3, self.dynamodb = deployment.client("s3"), deployment.client("dynamodb")
        self.control = Control(deployment.state)

    def put(self, content: bytes, name: str, patient: str | None = None) -> str:
        key = f"incoming/{CANARY}/{uuid.uuid4().hex}/{name}"
        metadata = {"access-label": "N"} | ({} if patient is None else {"patient-id": patient})
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=content, Metadata=metadata)
        return key

    def current(self, key: str) -> dict[str, Any]:
        pages = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        found = [item for item in items if item["entry"]["S"] == "current" and item["key"]["S"] == key]
        return {name: next(iter(value.values())) for name, value in found[0].items()} if found else {}

    def status(self, key: str, *wanted: str) -> dict[str, Any]:
        """The document's row, once it is announced in one of the states that are wanted."""
        assert eventually(lambda: self.is_announced(key, wanted)), (wanted, self.current(key).get("status"))
        return self.current(key)

    def is_announced(self, key: str, wanted: tuple[str, ...]) -> bool:
        row = self.current(key)
        return bool(row) and row["published"] is True and row["status"] in wanted

    def chunks(self, row: dict[str, Any]) -> list[dict[str, Any]]:
        body = self.s3.get_object(Bucket=self.bucket, Key=f"{row['folder']}chunks.jsonl")["Body"].read()
        return [json.loads(line) for line in body.splitlines()]


@pytest.fixture(scope="module")
def archive(deployment: LocalDeployment) -> Iterator[Archive]:
    found = Archive(deployment)
    yield found
    found.control.set_faults([])


def test_each_kind_of_document(archive: Archive) -> None:
    keys = {
        "pdf": archive.put(pdf(f"Discharge summary of {CANARY}"), "summary.pdf", "E2E-1"),
        "text": archive.put(f"Note on {CANARY}".encode(), "note.txt", "E2E-1"),
        "ccda": archive.put(ccda(section("Course", CANARY), patient="E2E-1", root=MASTER_OID), "ccda.xml"),
        "dicom": archive.put(dicom(PatientID="E2E-1", IssuerOfPatientID="MAIN"), "image.dcm"),
    }
    for kind, key in keys.items():
        row = archive.status(key, "stored")
        assert (row["kind"], row["patient_id"]) == (kind, "E2E-1")
        if kind == "dicom":
            assert row["dicom"]["modality"] == {"S": "CT"}
        else:
            assert any(CANARY in chunk["text"] for chunk in archive.chunks(row))


def test_a_bomb_and_a_strangers_document_are_refused(archive: Archive) -> None:
    bomb = archive.put(ccda(section("x", "&lol9;"), prolog=LAUGHS), "bomb.xml", "E2E-2")
    assert archive.status(bomb, "quarantined")["reason"] == "xml_doctype"
    strangers = archive.put(b"Whose?", "note.txt")
    assert archive.status(strangers, "quarantined")["reason"] == "no_patient"


def test_a_document_comes_and_goes(archive: Archive) -> None:
    key = archive.put(b"The first.", "note.txt", "E2E-3")
    first = archive.status(key, "stored")
    archive.s3.put_object(
        Bucket=archive.bucket, Key=key, Body=b"The second.", Metadata={"patient-id": "E2E-3"}
    )
    assert eventually(lambda: archive.current(key)["version_id"] != first["version_id"])
    second = archive.status(key, "stored")
    assert [chunk["text"] for chunk in archive.chunks(second)] == ["The second."]
    with pytest.raises(ClientError, match="NoSuchKey"):
        archive.chunks(first)
    marker = archive.s3.delete_object(Bucket=archive.bucket, Key=key)["VersionId"]
    archive.status(key, "removed")
    with pytest.raises(ClientError, match="NoSuchKey"):
        archive.chunks(second)
    archive.s3.delete_object(Bucket=archive.bucket, Key=key, VersionId=marker)
    assert [chunk["text"] for chunk in archive.chunks(archive.status(key, "stored"))] == ["The second."]


def test_nothing_is_lost_while_aws_fails(archive: Archive) -> None:
    role = archive.role
    archive.control.set_faults(
        [
            Fault("throttle", "dynamodb", "TransactWriteItems", role=role, probability=0.1),
            Fault("lost_answer", "dynamodb", "TransactWriteItems", role=role, probability=0.1),
            Fault("error", "events", "PutEvents", role=role, probability=0.1),
            Fault("throttle", "s3", "PutObject", role=role, probability=0.1),
        ],
        seed=1,
    )
    keys = [archive.put(f"Note {number}.".encode(), "note.txt", f"E2E-F{number}") for number in range(12)]
    for number, key in enumerate(keys):
        row = archive.status(key, "stored")
        assert [chunk["text"] for chunk in archive.chunks(row)] == [f"Note {number}."]
    archive.control.set_faults([])


def test_the_log_says_nothing_of_patients(archive: Archive, deployment: LocalDeployment) -> None:
    archive.status(archive.put(f"Note on {CANARY}".encode(), "note.txt", "E2E-4"), "stored")
    logs = deployment.client("logs")
    group = f"/aws/lambda/{deployment.outputs['function_names']['document_ingest']}"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    text = "\n".join(event["message"] for page in pages for event in page["events"])
    assert "document stored" in text
    assert CANARY not in text
    assert "E2E-" not in text
