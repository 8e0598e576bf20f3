"""scripts/reindex_documents.py: documents through the queue again, and rag-ingest takes what is sent."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from scripts import reindex_documents
from tests.canaries import received
from tests.unit.lambda_src.rag.world import DOCUMENTS, NOTE, RagWorld, document_id
from tests.unit.lambda_src.world import hooked


class Queue:
    """An SQS queue, and the command that sends to it."""

    def __init__(self) -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName="rag-ingest")["QueueUrl"]

    def run(self, *options: str) -> int:
        return reindex_documents.main(["--table", DOCUMENTS, "--queue-url", self.url, *options])

    def bodies(self) -> list[str]:
        return [message["Body"] for message in received(self.sqs, self.url, delete=True)]


@pytest.fixture
def queue(rag: RagWorld) -> Queue:
    """Beside a table with 12 documents, one of which has no text any more, and what belongs to them."""
    for number in range(1, 12):
        rag.document(f"{NOTE} ({number})", number=number)
    rag.without_text(number=12)
    rag.save_row({"document_id": "object#abc", "entry": "pointer", "points_to": document_id()})
    rag.save_row({"document_id": document_id(), "entry": "version#v1", "status": "stored"})
    return Queue()


def test_all_documents(rag: RagWorld, queue: Queue, capfd: pytest.CaptureFixture[str]) -> None:
    assert queue.run("--send") == 0
    assert capfd.readouterr().out == "Sent 12 documents:\n       1  removed\n      11  stored\n"
    bodies = queue.bodies()
    assert len(bodies) == 12
    assert rag.tell(*bodies) == []
    assert sorted(rag.texts(top_k=20)) == sorted(f"{NOTE} ({number})" for number in range(1, 12))


def test_nothing_is_sent_without_being_told_to(queue: Queue, capfd: pytest.CaptureFixture[str]) -> None:
    assert queue.run() == 0
    assert capfd.readouterr().out.splitlines()[::3] == [
        "Would send 12 documents:",
        "Nothing was sent. Add --send to do it.",
    ]
    assert queue.bodies() == []


def test_documents_that_are_named(queue: Queue, capfd: pytest.CaptureFixture[str]) -> None:
    assert queue.run("--document-id", document_id(3), "--send") == 0
    assert queue.bodies() == [f'{{"reindex": {{"document_id": "{document_id(3)}"}}}}']
    assert queue.run("--document-id", document_id(3), "--document-id", document_id(99), "--send") == 1
    assert capfd.readouterr().err == "1 of the documents named are not in the table.\n"


def test_a_table_that_is_not_there(queue: Queue, capfd: pytest.CaptureFixture[str]) -> None:
    assert queue.run("--table", "no-such-table", "--send") == 1
    assert "ResourceNotFoundException" in capfd.readouterr().err


def test_messages_that_are_refused(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Failed"] = [{"Id": "0", "SenderFault": False, "Code": "InternalError"}]

    real = boto3.client
    monkeypatch.setattr(boto3, "client", lambda name: queue.sqs if name == "sqs" else real(name))
    with hooked(queue.sqs, "after-call.sqs.SendMessageBatch", refuse):
        assert queue.run("--send") == 1
    assert capfd.readouterr().err.startswith("AWS answered InternalError: not all was sent.")
