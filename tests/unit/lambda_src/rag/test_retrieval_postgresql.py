"""Both functions on the real store: what document_ingest leaves is found by whom it may be found."""

from __future__ import annotations

from functools import partial

import psycopg
import pytest
from rag_retrieval.postgresql import PostgreSQLStore
from rag_retrieval.postgresql_session import Connection, Session

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import rows
from tests.unit.lambda_src.rag.world import JANE, JOHN, NOTE, RagWorld, document_id, news


@pytest.fixture
def stored(rag: RagWorld, postgresql: PostgreSQL, rag_database: str) -> RagWorld:
    """Retrieval reads as rag_reader, ingestion writes as rag_writer, in one empty database."""
    for function, user in ((rag.retrieval, "rag_reader"), (rag.ingest, "rag_writer")):
        session = Session(partial(postgresql.connect, rag_database, user))
        function.store = PostgreSQLStore(session, function.embeddings.model)
    return rag


def test_found_by_its_words_and_with_its_places(stored: RagWorld) -> None:
    stored.index(
        "Admitted with chest pain.", NOTE, "Walk daily.", title="Discharge summary", date="2024-09-12"
    )
    first = stored.ask(query="Should metoprolol be continued?")["contexts"][0]
    assert (first["text"], first["source"]) == (NOTE, "Discharge summary of 2024-09-12")
    assert (first["document_id"], first["place"], first["start"]) == (document_id(), "page 2", 27)


def test_another_patients_documents_are_not_there(stored: RagWorld) -> None:
    stored.index(NOTE, patient_id=JOHN)
    assert stored.texts(query=NOTE) == []
    assert stored.problem(query=NOTE, patient_id=JOHN) == (403, "forbidden")


def test_a_label_that_is_withdrawn_between_two_calls(stored: RagWorld) -> None:
    stored.index("Normal metoprolol.", label="N")
    stored.index("Restricted metoprolol.", number=2, label="R")
    stored.index("Very restricted metoprolol.", number=3, label="V")
    assert sorted(stored.texts()) == ["Normal metoprolol.", "Restricted metoprolol."]
    stored.relate(labels={"SS": ["N"]})
    assert stored.texts() == ["Normal metoprolol."]
    stored.unrelate()
    assert stored.problem() == (403, "forbidden")


def test_the_life_of_a_document(stored: RagWorld) -> None:
    stored.relate(patient_id=JOHN)
    stored.index("First.")
    stored.index("Second.", "And more.", revision=2)
    assert sorted(stored.texts()) == ["And more.", "Second."]
    stored.index("Third.", revision=3, patient_id=JOHN)
    assert (stored.texts(), stored.texts(patient_id=JOHN)) == ([], ["Third."])
    stored.without_text(revision=4)
    assert stored.tell(news(revision=4), news(revision=3), news(revision=1)) == []
    assert (stored.texts(), stored.texts(patient_id=JOHN)) == ([], [])
    stored.index("Fifth.", revision=5)
    assert stored.texts() == ["Fifth."]


def test_a_delivery_that_was_overtaken(stored: RagWorld) -> None:
    stored.document("Old.", revision=1)
    old = stored.ingest.documents.current(document_id())
    chunks = stored.ingest.documents.chunks(old)
    stored.without_text(revision=2)
    assert stored.tell(news(revision=2)) == []
    assert not stored.ingest._replace(old, chunks, lambda: False)
    assert stored.texts() == []


def test_a_failure_between_two_chunks_leaves_the_old_ones(stored: RagWorld) -> None:
    stored.index("As it was.")
    stored.document("New.", "Never embedded.", revision=2)
    stored.titan.answers = [{"embedding": [0.1] * 1024}, {"embedding": [0.1]}]
    assert stored.tell(news(revision=2)) == ["m-0"]
    assert stored.texts() == ["As it was."]
    assert stored.tell(news(revision=2)) == []
    assert sorted(stored.texts()) == ["Never embedded.", "New."]


def test_a_change_of_the_model(stored: RagWorld) -> None:
    """Embeddings of two models are never compared. Words are found all the while; indexing again mends it."""
    stored.index(NOTE)
    for function in (stored.retrieval, stored.ingest):
        function.store = PostgreSQLStore(function.store.session, "another-model/1024")
    assert stored.texts(query="Nothing of the kind") == []
    assert stored.texts(query="metoprolol") == [NOTE]
    assert stored.tell({"reindex": {"document_id": document_id()}}) == []
    assert stored.texts(query="Nothing of the kind") == [NOTE]


@pytest.mark.parametrize(
    "query",
    [
        "'; DROP TABLE rag.chunk; --",
        "x' OR '1'='1",
        "%_\\",
        "a & | ! : *",
        '"',
        "$1 %s %(labels)s",
    ],
)
def test_questions_are_no_statements(
    stored: RagWorld, postgresql: PostgreSQL, rag_database: str, query: str
) -> None:
    stored.index(NOTE)
    stored.index(NOTE, number=2, patient_id=JOHN)
    assert stored.texts(query=query) == [NOTE]
    with postgresql.connect(rag_database) as session:
        assert rows(session, "SELECT count(*) FROM rag.chunk") == [(2,)]


def test_a_server_that_is_gone_and_comes_back(stored: RagWorld) -> None:
    stored.index(NOTE)
    store = stored.retrieval.store
    stored.retrieval.store = PostgreSQLStore(Session(unreachable), store.model)
    assert stored.problem() == (503, "unavailable")
    assert JANE not in stored.output()
    stored.retrieval.store = store
    assert stored.texts() == [NOTE]


def unreachable() -> Connection:
    return psycopg.connect(f"host=127.0.0.1 port=1 user={JANE}")
