"""Histories of documents against a model of three lines: whatever breaks off and comes again, the highest
stamp wins, and no patient ever sees what was never theirs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pytest
from healthcare.problems import Problem, unavailable
from hypothesis import given, settings
from hypothesis import strategies as st
from rag_retrieval import s3_objects
from rag_retrieval.indexed_store import Batch, Hits, IndexedStore, Query, Record
from rag_retrieval.s3_objects import Objects, StoredObject
from rag_retrieval.s3_store import S3Store
from rag_retrieval.store import Chunk, ChunkStore, Scope

from tests.unit.lambda_src.rag.fakes import stores
from tests.unit.lambda_src.rag.store_contract import ALL, axis, embedded

PATIENTS = ("patient-0001", "patient-0002", "patient-0003")


@dataclass(frozen=True, slots=True)
class InMemory(Objects):
    """A bucket in memory. `faults` plans its writes: "" is done, "before" and "after" fail then."""

    kept: dict[str, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def read(self, key: str) -> StoredObject:
        content = self.kept.get(key)
        return StoredObject(b"", None) if content is None else StoredObject(content, _etag(content))

    def write(self, key: str, content: bytes, etag: str | None) -> bool:
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "before":
            raise unavailable("ConnectionClosedError", 30)
        written = self.read(key).etag == etag
        if written:
            self.kept[key] = content
        if fault == "after":
            raise unavailable("ReadTimeoutError", 30)
        return written


def _etag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class InMemoryIndex:
    """An index that shows everything to everybody, and fails as it is told to."""

    faults: list[str]
    records: dict[tuple[str, Record], str] = field(default_factory=dict)
    lag_seconds: float = 0

    def nearest(self, query: Query) -> Hits:  # noqa: ARG002
        return {record: 1.0 for _, record in self.records}

    def matching(self, query: Query, visible: dict[Record, Chunk]) -> Hits:  # noqa: ARG002
        return {}

    def write(self, batch: Batch) -> None:
        for number, (chunk, _) in enumerate(batch.chunks):
            self._fail()
            self.records[(batch.patient, Record(batch.document, batch.stamp, number))] = chunk.text

    def sweep(self, document: str, below: int, patients: Any) -> None:
        self._fail()
        for patient in patients:
            for key in list(self.records):
                if key[0] == patient and key[1].document == document and key[1].stamp < below:
                    del self.records[key]

    def _fail(self) -> None:
        if self.faults and self.faults.pop(0):
            raise unavailable("Http503", 30)


class Event(NamedTuple):
    """A message about a document: a revision of it, or its removal (no patient), and what fails meanwhile."""

    document_id: str
    revision: int
    patient_id: str | None
    faults: list[str]

    def deliver(self, store: ChunkStore) -> bool:
        if self.patient_id is None:
            return store.remove(self.document_id, self.revision)
        text = f"{self.document_id} {self.revision} {self.patient_id}"
        chunks = [
            embedded(text, n, at=0, document_id=self.document_id, patient_id=self.patient_id)
            for n in range(2)
        ]
        return store.replace(self.document_id, self.revision, self.patient_id, chunks)


# A revision is of one patient: the documents workload gives each change a revision of its own.
faults = st.lists(st.sampled_from(["", "", "", "before", "after"]), max_size=6)
histories = st.lists(
    st.builds(
        Event,
        document_id=st.sampled_from(["d-1", "d-2"]),
        revision=st.integers(min_value=1, max_value=6),
        patient_id=st.none(),
        faults=faults,
    ),
    min_size=1,
    max_size=12,
)


def patient_of(event: Event) -> str | None:
    """Whose a revision is, or None where it is a removal: it follows from document and revision."""
    number = hashlib.sha256(f"{event.document_id}{event.revision}".encode()).digest()[0]
    return None if number % 4 == 0 else PATIENTS[number % 3]


def shown(store: ChunkStore) -> dict[str, list[str]]:
    return {
        patient: sorted(found.chunk.text for found in store.search(Scope(patient, ALL), "", axis(0), 100))
        for patient in PATIENTS
    }


@pytest.mark.parametrize("kind", ["s3", "indexed"])
@settings(max_examples=120, deadline=None)
@given(history=histories)
def test_the_highest_stamp_wins(kind: str, history: list[Event]) -> None:
    planned: list[str] = []
    bucket = InMemory(None, "bucket", faults=planned)  # type: ignore[arg-type]
    index = InMemoryIndex(planned)
    shards = stores.shards(bucket)
    store: ChunkStore = (
        S3Store(shards, stores.MODEL) if kind == "s3" else IndexedStore(shards, index, stores.MODEL)
    )
    history = [event._replace(patient_id=patient_of(event)) for event in history]
    pause, s3_objects._LONGEST_PAUSE = s3_objects._LONGEST_PAUSE, 0  # type: ignore[misc]
    try:
        again: list[Event] = []
        ever: dict[str, set[str]] = {patient: set() for patient in PATIENTS}
        for event in history:
            if event.patient_id is not None:
                ever[event.patient_id].add(f"{event.document_id} {event.revision} {event.patient_id}")
            planned[:] = event.faults
            try:
                event.deliver(store)
            except Problem:
                again.append(event)  # SQS brings it back, later than others
            planned.clear()
            now = shown(store)
            for patient, seen in now.items():
                assert set(seen) <= ever[patient]
                for document_id in ("d-1", "d-2"):
                    revisions = {text for text in seen if text.startswith(document_id)}
                    assert len(revisions) <= 1, "some of one revision and some of another"
            for document_id in ("d-1", "d-2"):
                holders = [p for p in PATIENTS if any(text.startswith(document_id) for text in now[p])]
                assert len(holders) <= 1, "two patients have one document"
        for event in again:
            event.deliver(store)
        expected: dict[str, list[str]] = {patient: [] for patient in PATIENTS}
        for document_id in {event.document_id for event in history}:
            last = max(
                (event for event in history if event.document_id == document_id), key=lambda e: e.revision
            )
            if last.patient_id is not None:
                expected[last.patient_id] += [f"{document_id} {last.revision} {last.patient_id}"] * 2
        assert shown(store) == {patient: sorted(found) for patient, found in expected.items()}
        for event in history:
            late = any(
                other.document_id == event.document_id and other.revision > event.revision
                for other in history
            )
            assert event.deliver(store) != late
        current = sorted(text for found in expected.values() for text in found)
        if kind == "indexed":
            assert sorted(index.records.values()) == current, "nothing of what is over is left in the index"
    finally:
        s3_objects._LONGEST_PAUSE = pause  # type: ignore[misc]
