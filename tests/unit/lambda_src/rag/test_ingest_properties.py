"""Whatever the queue does, the store ends with what the document is, and no line of a file surprises it."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rag_retrieval.ingest import Ingest
from rag_retrieval.ingest_chunks import EmbeddedChunks, chunk_of, source_of
from rag_retrieval.ingest_documents import ChunksGoneError, Document
from rag_retrieval.ingest_faults import NotIndexedError
from rag_retrieval.store import DIMENSIONS, Chunk

from tests.unit.lambda_src.rag.world import JANE, JOHN, MemoryStore, document_id, unit_vector

PATIENTS = (JANE, JOHN)


@dataclass
class Table:
    """The documents workload in memory: `history` is whose text each revision was; None is no text."""

    history: list[str | None] = field(default_factory=list)

    def current(self, _document_id: str) -> Document:
        revision = len(self.history)
        patient_id = self.history[-1]
        if patient_id is None:
            return Document(document_id(), revision)
        return Document(
            document_id(), revision, patient_id, f"v{revision}", "bucket", f"folder-{revision}", 1
        )

    def chunks(self, document: Document) -> list[Chunk]:
        if document.revision != len(self.history):
            raise ChunksGoneError
        return [chunk(document.revision, document.patient_id)]


def chunk(revision: int, patient_id: str) -> Chunk:
    return Chunk(
        chunk_id=f"{document_id()}/v{revision}/00000",
        document_id=document_id(),
        version_id=f"v{revision}",
        patient_id=patient_id,
        access_label="N",
        kind="text",
        place="",
        source="text document",
        start=0,
        end=4,
        text="text",
    )


class Model:
    """Embeddings of no model."""

    model = "none/1024"

    def embed(self, texts: list[str]) -> list[tuple[float, ...]]:
        return [tuple(unit_vector(text)) for text in texts]


class Slow:
    """A consumer that has read the row and writes when it is told to."""

    def __init__(self, ingest: Ingest, table: Table) -> None:
        self.ingest, self.document = ingest, table.current(document_id())
        self.chunks = table.chunks(self.document) if self.document.folder else []

    def write(self) -> None:
        if self.document.folder:
            self.ingest._replace(self.document, self.chunks, lambda: False)
        else:
            self.ingest.store.remove(document_id(), self.document.revision)


STEPS = st.lists(
    st.sampled_from(["jane", "john", "none", "event", "read", "write first", "write last"]), max_size=25
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.data())
def test_the_last_event_leaves_what_the_document_is(steps: list[str], data: st.DataObject) -> None:
    table, store = Table([JANE]), MemoryStore()
    documents: Any = table
    model: Any = Model()
    ingest = Ingest(documents, model, store, Logger(level=logging.CRITICAL))
    waiting: list[Slow] = []
    for step in steps:
        if step in ("jane", "john", "none"):
            table.history.append({"jane": JANE, "john": JOHN, "none": None}[step])
        elif step == "event":
            ingest.follow(document_id(), lambda: False)
        elif step == "read":
            waiting.append(Slow(ingest, table))
        elif waiting:
            waiting.pop(0 if step == "write first" else -1).write()
    # The event of the last revision comes at least once, before or after those who were slow.
    late = data.draw(st.integers(0, len(waiting)))
    for slow in waiting[:late]:
        slow.write()
    ingest.follow(document_id(), lambda: False)
    for slow in waiting[late:]:
        slow.write()
    now = table.history[-1]
    assert store.chunks() == ([] if now is None else [chunk(len(table.history), now)])


LINES = st.one_of(
    st.binary(max_size=200),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner)),
    ).map(lambda value: json.dumps(value).encode()),
)


@settings(max_examples=300, deadline=None)
@given(LINES)
def test_a_line_is_a_chunk_or_a_code(line: bytes) -> None:
    try:
        chunk_of(line, document_id(), "v1", JANE)
    except NotIndexedError as fault:
        assert fault.code in ("chunk_malformed", "chunk_of_another")  # noqa: PT017 - either way is right


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 20), st.slices(20))
def test_embedded_chunks_are_a_sequence(count: int, some: slice) -> None:
    made = EmbeddedChunks(DIMENSIONS)
    plain = [chunk(number + 1, PATIENTS[number % 2]) for number in range(count)]
    for one in plain:
        made.add(one, tuple(unit_vector(one.chunk_id)))
    assert len(made) == count
    assert [one.chunk for one in made] == plain
    assert [one.chunk for one in made[some]] == plain[some]
    assert [one.chunk for one in reversed(made)] == plain[::-1]
    for held, embedding in made:
        expected = unit_vector(held.chunk_id)
        assert max(abs(a - b) for a, b in zip(embedding, expected, strict=True)) < 1e-8
    if count:
        assert made[-1] == made[count - 1]


@given(st.text(max_size=10), st.text(max_size=10), st.text(min_size=1, max_size=10), st.text(max_size=10))
def test_a_source_is_never_empty(title: str, day: str, kind: str, place: str) -> None:
    assert source_of(title, day, kind, place)
