"""From the upload to the answer: document_ingest writes what rag-ingest reads, and tells what it hears."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from healthcare import aws as function_aws
from rag_retrieval.ingest_documents import READ

from tests.unit.lambda_src.documents.conftest import ENVIRONMENT as OF_DOCUMENTS
from tests.unit.lambda_src.documents.samples import ccda, dicom, pdf, section
from tests.unit.lambda_src.documents.world import created, marked
from tests.unit.lambda_src.rag.world import BUCKET, DOCUMENTS, JANE, JOHN, RagWorld
from tests.unit.lambda_src.world import Stdout, create_table, hooked

KEY = "incoming/1"
AUDIT, BUS = "healthcare-audit", "healthcare-clinical-events"


class Chain:
    """document_ingest beside the functions of retrieval, on one table and one bucket."""

    def __init__(self, rag: RagWorld, ingest: Any) -> None:
        self.rag, self.ingest, self.s3 = rag, ingest, rag.aws["s3"]
        self.announced: list[dict[str, Any]] = []

    def upload(self, content: bytes, key: str = KEY, patient: str = JANE, **metadata: str) -> None:
        about = {"patient-id": patient, "access-label": "N"} | metadata
        version = self.s3.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata=about)["VersionId"]
        self._tell(created(version, key, bucket=BUCKET))

    def delete(self, key: str = KEY) -> None:
        self._tell(marked(self.s3.delete_object(Bucket=BUCKET, Key=key)["VersionId"], key))

    def _tell(self, event: dict[str, Any]) -> None:
        from document_ingest import events

        events.handle(self.ingest, event, None)
        told, self.announced = self.announced, []
        assert told
        assert self.rag.tell(*told, *told) == []  # at least once is what a bus promises


@pytest.fixture
def chain(rag: RagWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    for name, value in {**OF_DOCUMENTS, "DOCUMENT_TABLE": DOCUMENTS, "DOCUMENT_BUCKET": BUCKET}.items():
        if not name.startswith(("AWS_", "POWERTOOLS_")):
            monkeypatch.setenv(name, value)
    monkeypatch.setenv("AUDIT_TABLE", AUDIT)
    monkeypatch.setenv("EVENT_BUS", BUS)
    create_table(rag.aws["dynamodb"], AUDIT, ("patient_id", "event_id"))
    rag.aws["s3"].put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    boto3.client("events").create_event_bus(Name=BUS)
    from document_ingest import handler
    from document_ingest.settings import Settings

    ingest = handler.build(Settings.from_environment())
    for stream in ingest.logger.handlers:
        assert isinstance(stream, logging.StreamHandler)
        stream.stream = Stdout()
    made = Chain(rag, ingest)

    def hear(params: Any, **_: Any) -> None:
        """As the bus gives it to the queue."""
        for entry in json.loads(params["body"])["Entries"]:
            detail = json.loads(entry["Detail"])
            made.announced.append(
                {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": detail}
            )

    with hooked(function_aws.events(), "before-call.events.PutEvents", hear):
        yield made


def test_a_ccda_document_by_its_sections(chain: Chain) -> None:
    drugs = section("Medications", "Continue metoprolol 25 mg twice daily.", "10183-2")
    talks = section("Psychotherapy", "Confided.", "34874-8", label="V")
    chain.upload(ccda(drugs, talks, effective_time="20240912"))
    found = {context["place"]: context for context in chain.rag.ask(top_k=20)["contexts"]}
    assert set(found) == {"title", "section 10183-2"}  # what is very restricted is not shown
    drug = found["section 10183-2"]
    assert drug["source"] == "Discharge summary of 2024-09-12"
    assert drug["text"] == "Medications\nContinue metoprolol 25 mg twice daily."
    everything = chain.rag.ask(top_k=20, roles=("Provider", "VeryRestrictedAccess"))["contexts"]
    assert {context["place"] for context in everything} == {*found, "section 34874-8"}
    (text,) = [
        chain.s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read().decode()
        for entry in chain.s3.list_objects_v2(Bucket=BUCKET, Prefix="derived/")["Contents"]
        if entry["Key"].endswith("text.txt")
    ]
    assert text[drug["start"] : drug["end"]] == drug["text"]


def test_a_pdf_by_its_pages(chain: Chain) -> None:
    chain.upload(pdf("First page.", "Second page."))
    sources = {context["source"] for context in chain.rag.ask()["contexts"]}
    assert sources == {"pdf document, page 1", "pdf document, page 2"}


def test_new_versions_other_patients_and_deletion(chain: Chain) -> None:
    chain.rag.relate(patient_id=JOHN)
    chain.upload(b"The first version.", title="Letter")
    chain.upload(b"The second version.", title="Letter")
    assert chain.rag.texts() == ["The second version."]
    chain.upload(b"The third, which is John's.", patient=JOHN)
    assert (chain.rag.texts(), chain.rag.texts(patient_id=JOHN)) == ([], ["The third, which is John's."])
    chain.upload(b"The fourth.", date="yesterday")  # quarantined
    assert chain.rag.texts(patient_id=JOHN) == []
    chain.upload(b"The fifth.")
    assert chain.rag.texts() == ["The fifth."]
    chain.delete()
    assert chain.rag.texts() == []


def test_images_and_scans_have_nothing_to_find(chain: Chain) -> None:
    chain.upload(dicom())
    chain.upload(pdf(""), "incoming/2")
    assert chain.rag.texts() == []
    assert chain.rag.titan.sent[:-1] == []  # the question alone was sent


def test_the_role_may_read_what_is_read() -> None:
    page = (Path(__file__).resolve().parents[4] / "rag.tf").read_text(encoding="utf-8")
    attributes = map(json.loads, re.findall(r'"dynamodb:Attributes" = (\[".*?\])', page))
    assert sorted({*READ, "entry"}) in attributes
