"""The store follows the documents, whatever the queue does: twice, late, in any order."""

from __future__ import annotations

from typing import Any

import pytest
from healthcare.queues import each_message
from healthcare.requests import UnsupportedEventError
from rag_retrieval.ingest import AT_ONCE
from rag_retrieval.store import Chunk

from tests.unit.lambda_src.rag.world import (
    BUCKET,
    JANE,
    JOHN,
    NOTE,
    RagWorld,
    chunk_lines,
    document_id,
    news,
    unit_vector,
)
from tests.unit.lambda_src.world import Context, hooked


def texts(rag: RagWorld, number: int = 1) -> list[str]:
    return [chunk.text for chunk in rag.store.chunks(number)]


def test_a_stored_document_can_be_found(rag: RagWorld) -> None:
    rag.index("Admitted with chest pain.", NOTE)
    assert rag.store.chunks()[1] == Chunk(
        chunk_id=f"{document_id()}/v1/00001",
        document_id=document_id(),
        version_id="v1",
        patient_id=JANE,
        access_label="N",
        kind="text",
        place="page 2",
        source="text document, page 2",
        start=27,
        end=27 + len(NOTE),
        text=NOTE,
    )
    revision, (_, second) = rag.store.held[document_id()]
    assert revision == 1
    assert second.embedding == pytest.approx(unit_vector(NOTE), abs=1e-7)
    assert rag.texts(query=NOTE, top_k=1) == [NOTE]
    assert rag.metrics() == ["DocumentIndexed", "EvidenceFound"]


def test_a_heading_is_kept_beside_the_text_and_embedded_with_it(rag: RagWorld) -> None:
    heading = "At discharge\nSTOP these medications:"
    rag.index(NOTE, heading=heading)
    (_, (held,)) = rag.store.held[document_id()]
    assert (held.chunk.text, held.chunk.heading) == (NOTE, heading)
    assert held.embedding == pytest.approx(unit_vector(f"{heading}\n{NOTE}"), abs=1e-7)
    (context,) = rag.ask(query=NOTE)["contexts"]
    assert (context["text"], context["heading"]) == (NOTE, heading)


@pytest.mark.parametrize(
    ("about", "source"),
    [
        ({}, "text document, page 1"),
        ({"title": "Discharge summary", "date": "2024-09-12"}, "Discharge summary of 2024-09-12"),
        ({"title": "Discharge summary"}, "Discharge summary"),
        ({"date": "2024-09-12"}, "text document of 2024-09-12, page 1"),
    ],
)
def test_what_people_call_it(rag: RagWorld, about: dict[str, str], source: str) -> None:
    rag.index(NOTE, **about)
    assert rag.store.chunks()[0].source == source


def test_a_document_of_one_place_is_called_by_its_kind(rag: RagWorld) -> None:
    (line,) = chunk_lines([NOTE], document_id(), "v1")
    rag.index(lines=[line | {"place": ""}])
    assert rag.store.chunks()[0].source == "text document"


@pytest.mark.parametrize("status", ["removed", "quarantined", "no_text"])
def test_what_has_no_text_any_more_is_not_found_any_more(rag: RagWorld, status: str) -> None:
    rag.index(NOTE)
    rag.without_text(status=status)
    assert rag.tell(news(revision=2, status=status)) == []
    assert rag.texts(query=NOTE) == []
    assert rag.metrics()[-2:] == ["DocumentUnindexed", "EvidenceNotFound"]


def test_an_image_has_no_text(rag: RagWorld) -> None:
    rag.without_text(status="stored", revision=1, kind="dicom", patient_id=JANE)
    assert rag.tell(news()) == []
    assert rag.store.chunks() == []


def test_a_document_that_belongs_to_somebody_else_now(rag: RagWorld) -> None:
    rag.relate(patient_id=JOHN)
    rag.index(NOTE)
    rag.index("Another text.", revision=2, patient_id=JOHN)
    assert rag.texts() == []
    assert rag.texts(patient_id=JOHN) == ["Another text."]


def test_a_document_that_is_more_confidential_now(rag: RagWorld) -> None:
    rag.index(NOTE)
    rag.index(NOTE, revision=2, label="V")
    assert rag.texts() == []


def test_told_twice_is_told_once(rag: RagWorld) -> None:
    rag.document(NOTE)
    assert rag.tell(news(), news()) == []
    assert rag.tell(news()) == []
    assert texts(rag) == [NOTE]


def test_the_row_counts_and_not_the_event(rag: RagWorld) -> None:
    """Events of revision 1 that come after revision 2, or say what was never so."""
    rag.document("Old.", revision=1)
    rag.document("New.", revision=2)
    assert (
        rag.tell(news(revision=2), news(revision=1), news(revision=1, status="removed"), news(revision=9))
        == []
    )
    assert texts(rag) == ["New."]
    rag.without_text(revision=3)
    assert rag.tell(news(revision=2), news(revision=3, status="removed"), news(revision=1)) == []
    assert texts(rag) == []


def test_whoever_is_overtaken_changes_nothing(rag: RagWorld) -> None:
    """Two at once: the one that has read the older row comes to the store last."""
    rag.document("Old.", revision=1)
    overtaken = rag.ingest.documents.current(document_id())
    chunks = rag.ingest.documents.chunks(overtaken)
    rag.index("New.", revision=2)
    assert not rag.ingest._replace(overtaken, chunks, lambda: False)
    assert texts(rag) == ["New."]


def test_a_store_that_is_further_is_no_error(rag: RagWorld) -> None:
    rag.index("New.", revision=2)
    rag.document("Old.", revision=1)  # a table that was restored from a backup
    assert rag.tell(news(revision=1)) == []
    rag.without_text(revision=1)
    assert rag.tell(news(revision=1)) == []
    assert texts(rag) == ["New."]
    assert [line["message"] for line in rag.lines()][-2:] == ["document known", "document known"]


def test_chunks_that_are_hidden_while_they_are_read(rag: RagWorld) -> None:
    """document_ingest writes the new row, and then hides what the old one had: between the two reads here."""
    rag.document("Old.", revision=1)
    old = rag.ingest.documents.current(document_id())
    done = False

    def overtake(**_: Any) -> None:
        nonlocal done
        if not done:
            done = True
            rag.document("New.", revision=2)
            rag.aws["s3"].delete_object(Bucket=BUCKET, Key=f"{old.folder}chunks.jsonl")

    with hooked(rag.ingest.documents.s3, "before-call.s3.GetObject", overtake):
        assert rag.tell(news()) == []
    assert texts(rag) == ["New."]


def test_every_text_is_sent_once_and_alone(rag: RagWorld) -> None:
    many = [f"Line {number} of Jane's record." for number in range(AT_ONCE * 2 + 1)]
    rag.index(*many)
    assert sorted(sent["inputText"] for sent in rag.titan.sent) == sorted(many)
    assert {frozenset(sent) for sent in rag.titan.sent} == {
        frozenset({"model", "inputText", "dimensions", "normalize"})
    }
    held = rag.store.held[document_id()][1]
    assert [one.chunk.text for one in held] == many
    for chunk, embedding in held:
        assert embedding == pytest.approx(unit_vector(chunk.text), abs=1e-7)


# Indexing again


def test_again_by_hand(rag: RagWorld) -> None:
    rag.index(NOTE)
    rag.store.held.clear()
    assert rag.tell({"reindex": {"document_id": document_id()}}) == []
    assert texts(rag) == [NOTE]


# What is no news


@pytest.mark.parametrize(
    "body",
    [
        "no JSON", "null", "7", '"reindex"', "[]", "[" * 10_000, "{}",
        news(source="aws.s3"),
        {name: value for name, value in news().items() if name != "source"},
        {name: value for name, value in news().items() if name != "detail"},
        news(detail={}), news(detail=None), news(detail={"document_id": 7}),
        *[news(detail={"document_id": one}) for one in ("", "object#1", "0" * 31, "A" * 32, "../x")],
        news(detail={"document_id": document_id() + "\n"}),
        *[{"reindex": one} for one in (None, {}, [document_id()], {"document_id": None})],
        {"reindex": {"document_id": "*"}},
        {"reindex": {"document_id": document_id()}, "patient_id": JOHN},
    ],
    ids=lambda _: "",
)  # fmt: skip
def test_anything_else_comes_again_until_it_is_a_dead_letter(rag: RagWorld, body: object) -> None:
    rag.document(NOTE, number=2)
    assert rag.tell(body, news(2)) == ["m-0"]
    assert texts(rag, 2) == [NOTE]  # the rest of the batch is done
    assert rag.lines()[0]["error_type"] == "UnsupportedEventError"


@pytest.mark.parametrize("event", [{}, None, [], news(), {"reindex": {"document_id": document_id()}}])
def test_the_queue_alone_calls_it(rag: RagWorld, event: object) -> None:
    with pytest.raises(UnsupportedEventError):
        each_message(event, Context(), rag.ingest.process, rag.ingest.logger)
