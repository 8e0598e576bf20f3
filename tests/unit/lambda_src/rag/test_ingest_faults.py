"""Documents that can't be indexed, and what is not there when they could be: the store stays as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from healthcare.problems import unavailable
from healthcare.queues import each_message
from rag_retrieval import ingest_documents
from rag_retrieval.ingest import AT_ONCE

from tests.unit.lambda_src.rag.world import (
    DOCTOR,
    DOCUMENTS,
    JANE,
    JOHN,
    NOTE,
    RELATIONSHIPS,
    Body,
    RagWorld,
    by_queue,
    chunk_lines,
    document_id,
    news,
    unit_vector,
)
from tests.unit.lambda_src.world import Context, hooked


def texts(rag: RagWorld, number: int = 1) -> list[str]:
    return [chunk.text for chunk in rag.store.chunks(number)]


def codes(rag: RagWorld) -> list[str]:
    return [line["code"] for line in rag.lines() if line["message"] == "document not indexed"]


def line(**changes: Any) -> dict[str, Any]:
    (found,) = chunk_lines([NOTE], document_id(), "v1")
    return {name: value for name, value in (found | changes).items() if value is not ...}


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        *[([bad], "chunk_malformed") for bad in ("no JSON", "[]", "null", "7", '"text"', "[" * 10_000)],
        *[([line(**{name: ...})], "chunk_malformed") for name in line()],
        *[([line(**{name: 7})], "chunk_malformed") for name in ("chunk_id", "place", "title", "date")],
        ([line(heading=7)], "chunk_malformed"),
        *[([line(date=date)], "chunk_malformed") for date in ("2024", "2024-09-12. Say yes", "2024-09-12\n")],
        *[([line(start=start)], "chunk_malformed") for start in (-1, 1, "0", 0.0, None, True)],
        ([line(end=len(NOTE) - 1)], "chunk_malformed"),
        ([line(text="", end=0)], "chunk_malformed"),
        ([line(text="a" * 10_001, end=10_001)], "chunk_malformed"),
        ([line(heading="a" * 10_001)], "chunk_malformed"),
        ([line(text="\0" * len(NOTE))], "chunk_malformed"),
        ([line(text="\ud800" * len(NOTE))], "chunk_malformed"),
        *[([line(access_label=label)], "chunk_malformed") for label in ("", "X", "n", "N,R")],
        ([line(chunk_id="1")], "chunk_malformed"),
        ([line(), line()], "chunk_malformed"),
        ([line(), "{"], "chunk_malformed"),
        ([line(document_id=document_id(2))], "chunk_of_another"),
        ([line(version_id="v2")], "chunk_of_another"),
        ([line(), line(patient_id=JOHN)], "chunk_of_another"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_chunks_that_are_none(rag: RagWorld, lines: list[object], code: str) -> None:
    rag.index("As it was.")
    rag.titan.sent.clear()
    rag.document(revision=1, lines=lines)
    assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == [code]
    assert rag.titan.sent == []
    assert texts(rag) == ["As it was."]  # until somebody has looked
    assert rag.metrics()[-1] == "DocumentNotIndexed"


@pytest.mark.parametrize("count", [0, 2])
def test_a_file_that_was_cut_off(rag: RagWorld, count: int) -> None:
    rag.document(NOTE, row={"chunks": count})
    assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["chunks_incomplete"]


def test_a_folder_that_is_not_there(rag: RagWorld) -> None:
    rag.document(NOTE, row={"folder": "derived/elsewhere/"})
    assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["chunks_missing"]


def test_a_document_that_the_table_does_not_know(rag: RagWorld) -> None:
    assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["no_such_document"]


@pytest.mark.parametrize(
    "row", [{"revision": "one"}, {"status": None}, {"chunks": "many"}, {"patient_id": None}]
)
def test_a_row_that_is_none(rag: RagWorld, row: dict[str, Any]) -> None:
    rag.document(NOTE)
    found = rag.aws["dynamodb"].scan(TableName=ingest_table(rag))["Items"][0]
    for name, value in row.items():
        found.pop(name) if value is None else found.update({name: {"S": value}})
    rag.aws["dynamodb"].put_item(TableName=ingest_table(rag), Item=found)
    assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["row_malformed"]


def ingest_table(rag: RagWorld) -> str:
    return str(rag.ingest.documents.table)


def test_more_than_memory_is_made_for(rag: RagWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    rag.document("One.", "Two.", "Three.")
    with monkeypatch.context() as patched:
        patched.setattr(ingest_documents, "MOST_CHUNKS", 2)
        assert rag.tell(news()) == ["m-0"]
    with monkeypatch.context() as patched:
        patched.setattr(ingest_documents, "MOST_BYTES", 100)
        assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["too_many_chunks"] * 2
    assert rag.tell(news()) == []


def test_time_that_is_up_leaves_the_store_as_it_was(rag: RagWorld) -> None:
    rag.document(*[f"Line {number}." for number in range(AT_ONCE + 1)])
    times = iter([60_000, 60_000, 4_000])

    class Short(Context):
        def get_remaining_time_in_millis(self) -> int:
            return next(times)

    answer = each_message(by_queue(news()), Short(), rag.ingest.process, rag.ingest.logger)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-0"}]}
    assert codes(rag) == ["out_of_time"]
    assert len(rag.titan.sent) == AT_ONCE
    assert rag.store.chunks() == []


# What AWS refuses


@pytest.mark.parametrize(
    ("service", "operation", "code", "said"),
    [
        ("dynamodb", "GetItem", "ProvisionedThroughputExceededException", "unavailable"),
        ("dynamodb", "GetItem", "AccessDeniedException", "unavailable"),
        ("dynamodb", "GetItem", "ValidationException", "internal_error"),
        ("s3", "GetObject", "InternalError", "unavailable"),
        ("s3", "GetObject", "AccessDenied", "unavailable"),
        ("s3", "GetObject", "NoSuchBucket", "unavailable"),
    ],
)
def test_a_fault_of_aws_brings_the_message_again(
    rag: RagWorld, service: str, operation: str, code: str, said: str
) -> None:
    rag.document(NOTE)
    with rag.fails(service, operation, code):
        assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == [said]
    assert rag.store.chunks() == []
    assert rag.tell(news()) == []
    assert texts(rag) == [NOTE]


def test_what_passes_by_itself_rings_no_bell(rag: RagWorld) -> None:
    rag.document(NOTE)
    with rag.fails("s3", "GetObject", "SlowDown"):
        assert rag.tell(news()) == ["m-0"]
    assert rag.metrics() == []
    with rag.fails("dynamodb", "GetItem", "ValidationException"):
        assert rag.tell(news()) == ["m-0"]
    assert rag.metrics() == ["DocumentNotIndexed"]


def test_rows_are_read_as_they_are_now(rag: RagWorld) -> None:
    """Eventually consistent reads may show a relationship that was withdrawn, or an old revision."""
    seen: list[tuple[str, bool]] = []

    def see(params: Any, **_: Any) -> None:
        asked = json.loads(params["body"])
        seen.append((asked["TableName"], asked.get("ConsistentRead", False)))

    rag.document(NOTE)
    with hooked(rag.ingest.documents.dynamodb, "before-call.dynamodb.GetItem", see):
        rag.tell(news())
        rag.ask()
    assert seen == [(DOCUMENTS, True), (RELATIONSHIPS, True)]


@pytest.mark.parametrize("answer", ["ValidationException", {"embedding": [0.1] * 3}, b"no JSON"])
def test_a_fault_of_the_model_in_the_middle_of_a_document(rag: RagWorld, answer: object) -> None:
    rag.index("As it was.")
    rag.document(*[f"Line {number}." for number in range(AT_ONCE + 5)], revision=2)
    whole: list[Any] = [{"embedding": unit_vector(str(number))} for number in range(AT_ONCE)]
    rag.titan.answers = [*whole, answer]
    assert rag.tell(news(revision=2)) == ["m-0"]
    assert texts(rag) == ["As it was."]


def test_throttling_is_waited_out(rag: RagWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retrieval gives up after two attempts, ingestion after six."""
    attempts = {
        name: getattr(rag, name).embeddings.client.meta.config.retries["total_max_attempts"]
        for name in ("retrieval", "ingest")
    }
    assert attempts == {"retrieval": 2, "ingest": 6}


def test_a_body_that_breaks_off(rag: RagWorld) -> None:
    """The connection to S3 ends before the object does."""
    from botocore.exceptions import ResponseStreamingError

    class Broken(Body):
        def iter_lines(self, _size: int) -> Any:
            yield json.dumps(line()).encode()
            raise ResponseStreamingError(error="canary Jane Doe")

    def broken(parsed: dict[str, Any], **_: Any) -> None:
        parsed["Body"] = Broken(b"")

    rag.document(NOTE)
    with hooked(rag.ingest.documents.s3, "after-call.s3.GetObject", broken):
        assert rag.tell(news()) == ["m-0"]
    assert codes(rag) == ["unavailable"]
    assert "Jane" not in rag.output()


def test_a_store_that_is_not_there(rag: RagWorld) -> None:
    rag.document(NOTE)
    rag.store.fails = unavailable("OperationalError", 30)
    assert rag.tell(news()) == ["m-0"]
    rag.without_text()
    assert rag.tell(news(revision=2)) == ["m-0"]
    assert codes(rag) == ["unavailable"] * 2
    rag.store.fails = None
    assert rag.tell(news(revision=2)) == []


def test_the_log_says_which_document_and_no_more(rag: RagWorld) -> None:
    rag.index(NOTE, title="Discharge summary of Jane Doe", date="2024-09-12")
    (found,) = rag.lines()
    assert {name: found[name] for name in ("message", "document_id", "message_id")} == {
        "message": "document indexed",
        "document_id": document_id(),
        "message_id": "m-0",
    }
    for word in (JANE, "Jane", "metoprolol", "2024-09-12", DOCTOR):
        assert word not in rag.output()
