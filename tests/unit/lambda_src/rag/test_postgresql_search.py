"""What the search finds and what it would not: words, models, random histories, approximate indexes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rag_retrieval.postgresql import any_word, storable
from rag_retrieval.store import Chunk, EmbeddedChunk, Scope

from scripts.local_cloud.postgresql import PostgreSQL
from tests.postgresql import make_database, migrated, rows
from tests.unit.lambda_src.rag.store_contract import ALL, JANE, JOHN, axis, embedded, texts
from tests.unit.lambda_src.rag.test_postgresql import store_as

Search = Callable[..., list[str]]


@pytest.fixture
def search(postgresql: PostgreSQL, rag_database: str) -> Search:
    """Store texts as Jane's, all as far from the question, and give those that have a word of it."""
    writer = store_as(postgresql, rag_database, "rag_writer", model="of old")
    reader = store_as(postgresql, rag_database, "rag_reader", model="of today")

    def search(question: str, *stored: str) -> list[str]:
        writer.replace("d-1", 1, JANE, [embedded(text, number) for number, text in enumerate(stored)])
        return texts(reader.search(Scope(JANE, ALL), question, axis(0), 50))

    return search


def test_embeddings_of_another_model_are_not_compared(search: Search) -> None:
    assert search("aspirin", "Aspirin 81 mg.", "Walks daily.") == ["Aspirin 81 mg."]
    assert search("exercise", "Aspirin 81 mg.", "Walks daily.") == []


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Was metoprolol continued?", "Continue metoprolol."),
        ("allergies", "Allergy: penicillin."),
        ("METOPROLOL", "metoprolol tartrate"),
        ("25 mg", "Metoprolol 25 mg"),
        ("0.5", "warfarin 0.5 mg"),
        ("co-amoxiclav", "Started co-amoxiclav."),
        ("amoxiclav", "Started co-amoxiclav."),
        ("HbA1c", "HbA1c 7.2 %"),
        ("naïve", "insulin-naïve patient"),
        ("Müller", "Seen by Dr. MÜLLER."),
        ('"chest pain"', "No chest pain since."),
        ("120/80", "Blood pressure 120/80 mmHg"),
    ],
)
def test_words_of_medicine_are_found(search: Search, question: str, text: str) -> None:
    assert search(question, "The wound is dry.", text) == [text]


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ('"chest pain"', "Pain in the chest."),  # a phrase has an order
        ("what is the", "What is the plan?"),  # words that say nothing: the vector's affair
        ("no", "No fever."),  # so is a negation
        ("naive", "insulin-naïve patient"),  # accents count: unaccent is not in the schema
        ("paracetamol", "acetaminophen 500 mg"),  # synonyms: the vector's affair, too
    ],
)
def test_what_words_alone_do_not_find(search: Search, question: str, text: str) -> None:
    assert search(question, text) == []


def test_chunks_with_all_the_words_come_before_those_that_repeat_one(search: Search) -> None:
    often = "Warfarin. " * 30
    found = search("stop warfarin before surgery", often, "Stop warfarin five days before surgery.")
    assert found == ["Stop warfarin five days before surgery.", often]


@pytest.mark.parametrize(
    ("question", "words"),
    [("stop warfarin", "stop or warfarin"), ('is "chest pain" new?', 'is or "chest pain" or new?'),
     ("-5 mg --no", "5 or mg or no"), ('an "open quote', "an or open or quote"), ("", "")],
)  # fmt: skip
def test_one_word_is_enough(question: str, words: str) -> None:
    assert any_word(question) == words


@given(st.text())
def test_what_is_stored_has_the_length_of_what_came(text: str) -> None:
    kept = storable(text)
    assert len(kept) == len(text)
    assert b"\0" not in kept.encode()  # half of a surrogate pair would raise


def test_any_question_is_answered_within_the_scope(postgresql: PostgreSQL, rag_database: str) -> None:
    writer = store_as(postgresql, rag_database, "rag_writer")
    reader = store_as(postgresql, rag_database, "rag_reader")
    writer.replace("d-1", 1, JANE, [embedded("Jane's."), embedded("Jane's secret.", 1, access_label="V")])
    writer.replace("d-2", 1, JOHN, [embedded("John's.", document_id="d-2", patient_id=JOHN)])

    @settings(max_examples=200, deadline=None)
    @given(st.text(), st.text(max_size=20), st.sets(st.sampled_from("ULMNRV")))
    def ask(question: str, patient_id: str, labels: set[str]) -> None:
        found = reader.search(Scope(patient_id, frozenset(labels)), question, axis(0), 10)
        assert found == [] or patient_id in (JANE, JOHN)
        mine = reader.search(Scope(JANE, frozenset(labels)), question, axis(0), 10)
        expected = (["Jane's."] if "N" in labels else []) + (["Jane's secret."] if "V" in labels else [])
        assert sorted(texts(mine)) == sorted(expected)

    ask()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["d-1", "d-2"]),
        st.integers(1, 4),
        st.sampled_from([JANE, JOHN, None]),
        st.integers(0, 3),
    ),
    max_size=8,
)


def test_any_history_ends_as_its_newest_revisions_say(postgresql: PostgreSQL, rag_database: str) -> None:
    """Against the simplest model there is: the newest revision by document, and removed for good."""
    writer = store_as(postgresql, rag_database, "rag_writer")
    reader = store_as(postgresql, rag_database, "rag_reader")

    @settings(max_examples=100, deadline=None)
    @given(STEPS)
    def play(steps: list[tuple[str, int, str | None, int]]) -> None:
        with postgresql.connect(rag_database) as session:
            session.execute("TRUNCATE rag.document, rag.chunk")
        newest: dict[str, tuple[int, bool]] = {}
        held: dict[str, list[EmbeddedChunk]] = {}
        for document, revision, patient_id, count in steps:
            before, removed = newest.get(document, (0, False))
            if patient_id is None:
                chunks = []
                done = writer.remove(document, revision)
                assert done == (revision >= before)
            else:
                chunks = [
                    embedded(f"{document} {revision} {n}", n, document_id=document, patient_id=patient_id)
                    for n in range(count)
                ]
                done = writer.replace(document, revision, patient_id, chunks)
                assert done == (revision > before or (revision == before and not removed))
            if done:
                newest[document], held[document] = (revision, patient_id is None), chunks
        for patient_id in (JANE, JOHN):
            found = reader.search(Scope(patient_id, ALL), "", axis(0), 100)
            expected = [
                one.chunk for chunks in held.values() for one in chunks if one.chunk.patient_id == patient_id
            ]
            assert by_id(one.chunk for one in found) == by_id(expected)

    play()


def by_id(chunks: Any) -> list[Chunk]:
    return sorted(chunks, key=lambda chunk: (chunk.document_id, chunk.chunk_id))


NEAREST = """
SELECT text FROM rag.chunk WHERE patient_id = %s
ORDER BY embedding OPERATOR(public.<=>) %s::public.vector LIMIT 8
"""


def test_why_there_is_no_approximate_index(postgresql: PostgreSQL) -> None:
    """An index of nearest neighbours gives those of all patients, and the filter leaves what is left of them.

    Jane has 8 chunks, 400 of others' are nearer to the question: with the index 0 of 8 come back, and nothing
    says so. The scoped search has all 8. https://github.com/pgvector/pgvector#filtering
    """
    database = migrated(postgresql, make_database(postgresql))
    vector = "[" + ",".join(map(str, axis(0))) + "]"
    with postgresql.connect(database) as session:
        session.execute("INSERT INTO rag.document VALUES ('d', 1, false)")
        session.execute(
            """
            INSERT INTO rag.chunk (document_id, chunk_id, version_id, patient_id, access_label, kind, place,
              source, span_start, span_end, text, model, embedding)
            SELECT 'd', n, 'v', CASE WHEN n <= 8 THEN %s ELSE 'patient-' || n END, 'N', 'text', '',
              '', 0, 1, 'x', 'm', (ARRAY[1, away + n / 1000.0] || array_fill(0.0, ARRAY[1022]))::public.vector
            FROM generate_series(1, 408) n, LATERAL (SELECT CASE WHEN n <= 8 THEN 5.0 ELSE 0 END) x (away)
            """,
            (JANE,),
        )
        session.execute("CREATE INDEX near ON rag.chunk USING hnsw (embedding public.vector_cosine_ops)")
        session.execute("DROP INDEX rag.chunk_by_patient")
        session.execute("ANALYZE rag.chunk")
        session.execute("SET enable_seqscan = off")
        session.execute("SET enable_sort = off")
        plan = str(rows(session, f"EXPLAIN {NEAREST}", JANE, vector))
        assert "near" in plan, "the planner takes the approximate index"
        assert rows(session, NEAREST, JANE, vector) == []
    reader = store_as(postgresql, database, "rag_reader", model="m")
    assert len(reader.search(Scope(JANE, ALL), "nothing", axis(0), 8)) == 8
