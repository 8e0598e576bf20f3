"""Canary PHI in key, metadata, content and AWS's own errors: in no channel but the encrypted stores.

The channels: stdout and stderr (logs, metrics, tracebacks), what goes back to Lambda, the exception that
becomes a dead letter's attribute, bus entries, the table's keys, and keys and metadata of what is derived.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from document_ingest.events import IngestFailedError

from tests.unit.lambda_src.documents.samples import LAUGHS, PREAMBLE, ccda, dicom, pdf, section
from tests.unit.lambda_src.documents.world import DocumentWorld, by_queue, created, notification

CANARY = "CANARYZEBULON"
KEY = f"incoming/{CANARY}/Doe Jane {CANARY}"
CONTENTS = {
    "pdf": pdf(CANARY),
    "broken pdf": b"%PDF-1.7 " + CANARY.encode(),
    "encrypted pdf": pdf(CANARY, encrypted=True),
    "text": CANARY.encode(),
    "no encoding": CANARY.encode() + b"\x81",
    "ccda": ccda(section(CANARY, CANARY), patient=CANARY),
    "ccda of another": ccda(section(CANARY, CANARY), patient="P-2002"),
    "ccda of nobody": ccda(section(CANARY, CANARY), patient=f"{CANARY} {CANARY}"),
    "ccda with a code": ccda(section(CANARY, CANARY, code=CANARY, label=CANARY), patient=CANARY),
    "ccda with a label": ccda(label=CANARY),
    "ccda with a name": ccda(title=CANARY, effective_time=CANARY),
    "bomb": ccda(prolog=LAUGHS.replace("lolz", CANARY)),
    "broken ccda": ccda()[:-20] + CANARY.encode(),
    "dicom": dicom(PatientID=CANARY, PatientName=CANARY, Modality=CANARY, StudyDescription=CANARY),
    "dicom without uid": dicom(StudyInstanceUID=CANARY),
    "dicom of another": dicom(PatientID="P-2002", PatientName=CANARY),
    "preamble": PREAMBLE + CANARY.encode(),
    "nothing known": b"\0\1\2" + CANARY.encode(),
}
EXTENSIONS = ("", ".pdf", f".{CANARY}")


def channels(documents: DocumentWorld, *returned: object) -> str:
    derived = documents.objects("derived/")
    rows = documents.rows()
    said = [
        documents.output(),
        repr(returned),
        json.dumps(documents.announced),
        json.dumps([[key, found["Metadata"], found["ContentType"]] for key, found in derived.items()]),
        json.dumps([[row["document_id"], row["entry"], row.get("reason")] for row in rows]),
    ]
    return "\n".join(said)


@pytest.mark.parametrize("name", CONTENTS)
def test_in_key_content_metadata_and_type(documents: DocumentWorld, name: str) -> None:
    returned = []
    for number, extension in enumerate(EXTENSIONS):
        key = f"{KEY}{number}{extension}"
        metadata = {CANARY.lower(): CANARY, "patient-id": CANARY, "title": CANARY}
        more: dict[str, Any] = {"metadata": metadata} if number != 1 else {}
        version = documents.put(CONTENTS[name], key, patient=None, **more)
        events = (created(version, key), notification(version, key), by_queue(created(version, key)))
        returned += [documents.tell(event) for event in events]
        assert documents.current(key)["key"] == key
    assert CANARY.lower() not in channels(documents, *returned).lower()


def test_in_what_the_uploader_declares(documents: DocumentWorld) -> None:
    version = documents.put(b"x", KEY, patient=f"{CANARY} {CANARY}", label=CANARY)
    documents.tell(created(version, KEY))
    version = documents.put(b"x", f"{KEY}2", label="N", ContentType=f"text/plain; charset={CANARY}")
    documents.tell(created(version, f"{KEY}2"))
    for name, value in (("title", CANARY * 20), ("date", CANARY)):
        version = documents.put(b"x", f"{KEY}{name}", metadata={name: value})
        documents.tell(created(version, f"{KEY}{name}"))
    assert CANARY.lower() not in channels(documents).lower()


@pytest.mark.parametrize(
    ("service", "operation"),
    [("dynamodb", "GetItem"), ("dynamodb", "TransactWriteItems"), ("s3", "GetObject"), ("s3", "PutObject"),
     ("s3", "ListObjectsV2"), ("events", "PutEvents"), ("dynamodb", "UpdateItem")],
)  # fmt: skip
def test_in_what_aws_says_of_its_failures(documents: DocumentWorld, service: str, operation: str) -> None:
    version = documents.put(CANARY.encode(), KEY)
    with (
        documents.fails(service, operation, "ValidationException"),
        pytest.raises(IngestFailedError) as caught,
    ):
        documents.tell(created(version, KEY))
    with documents.fails(service, operation, "ValidationException"):
        answer = documents.tell(by_queue(created(version, KEY)))
    assert answer["batchItemFailures"]
    said = channels(documents, answer, str(caught.value), caught.value.__cause__)
    for word in (CANARY, "canary-message", "Jane", "P-1001"):
        assert word not in said


@pytest.mark.parametrize("body", [CANARY, {CANARY: CANARY}, {"Records": [{CANARY: CANARY}]}, [CANARY]])
def test_in_events_that_are_none(documents: DocumentWorld, body: object) -> None:
    answer = documents.tell(by_queue(body))
    with pytest.raises(IngestFailedError) as caught:
        documents.tell(body)
    assert CANARY not in channels(documents, answer, str(caught.value))


def test_a_bug_says_its_place_and_nothing_else(
    documents: DocumentWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    from document_ingest import ingest

    def broken(*_: object) -> None:
        raise ValueError(CANARY)

    monkeypatch.setattr(ingest, "read", broken)
    version = documents.put(b"x", KEY)
    with pytest.raises(IngestFailedError):
        documents.tell(created(version, KEY))
    assert CANARY not in channels(documents)
    assert '"error_type":"ValueError"' in documents.output()
