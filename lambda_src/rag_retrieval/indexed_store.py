"""Stores whose vectors are in an index elsewhere, while the truth about chunks stays in the shards of S3.

Indexes such as OpenSearch Serverless and Pinecone have no transactions, and show what was written only some
time later. So they are asked for candidates and for nothing else: a hit counts if the shard of the scope's
patient, which is read at every search, holds that very chunk, in that revision, with a label of the scope. So
a revision replaces another in one step, what was removed is not found again from that moment on, and an index
that answers with somebody else's chunk shows nothing of it. What is returned is the shard's text.

The index is written before the shard and cleaned after it: what breaks off in between leaves records that
count for nothing, and go with the document's next change.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from healthcare.problems import RETRY_LATER, unavailable

from rag_retrieval.ranking import best_first, fused
from rag_retrieval.s3_shard import Held, unit
from rag_retrieval.s3_shards import Claim, Shards, removed, replaced
from rag_retrieval.store import Chunk, EmbeddedChunk, Found, Scope, check_chunks, check_search

MAXIMUM_CHUNKS: Final = 20_000
"""Of one patient: some 30 MB of text, a tenth of it on the way."""

_SPARE: Final = 4
"""Candidates asked for per chunk wanted: some are of revisions that are being cleaned away."""


class Record(NamedTuple):
    """Which chunk a record of the index is of: a document's opaque name, its stamp, the chunk's number."""

    document: str
    stamp: int
    number: int


Hits = dict[Record, float]
"""Records with their scores, the higher the better."""


@dataclass(frozen=True, slots=True)
class Query:
    """What an index is asked: whose (an opaque name), of which labels, made by which model, how many."""

    patient: str
    labels: tuple[str, ...]
    model: str
    text: str
    vector: Sequence[float]
    count: int


@dataclass(frozen=True, slots=True)
class Batch:
    """What an index is to write: the chunks of one revision, by opaque names."""

    document: str
    patient: str
    stamp: int
    model: str
    chunks: Sequence[EmbeddedChunk]


class Index(Protocol):
    """Where vectors are. Each method raises Problem, and may be called twice."""

    @property
    def lag_seconds(self) -> float:
        """After this time whatever was written is seen by `sweep`."""
        ...

    def nearest(self, query: Query) -> Hits:
        """By vector, within patient, labels and model."""
        ...

    def matching(self, query: Query, visible: dict[Record, Chunk]) -> Hits:
        """By words, within patient and labels; `visible` is all that may be found."""
        ...

    def write(self, batch: Batch) -> None:
        """Add records; those that are there already are overwritten or doubled."""
        ...

    def sweep(self, document: str, below: int, patients: Iterable[str]) -> None:
        """Delete the document's records of lower stamps, with these patients."""
        ...


@dataclass(frozen=True, slots=True)
class IndexedStore:
    """A ChunkStore (store.py)."""

    shards: Shards
    index: Index
    model: str

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        check_search(embedding, limit)
        if scope.empty:
            return []
        names = self.shards.names
        visible = {
            Record(names.document(chunk.document_id), document.stamp, number): chunk
            for chunk, document, number in self.shards.read(scope.patient_id).visible(scope.access_labels)
        }
        if not visible:
            return []
        labels = tuple(sorted(scope.access_labels))
        query = Query(
            names.patient(scope.patient_id), labels, self.model, text, unit(embedding), _SPARE * limit
        )
        rankings = [
            best_first({visible[record].chunk_id: hits[record] for record in hits.keys() & visible.keys()})
            for hits in (self.index.matching(query, visible), self.index.nearest(query))
        ]
        chunks = {chunk.chunk_id: chunk for chunk in visible.values()}
        return [Found(chunks[key], score) for key, score in fused(rankings, limit)]

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        check_chunks(document_id, patient_id, chunks)
        document = Held(replaced(revision), tuple(chunk for chunk, _ in chunks), self.model)
        written = self.shards.check_room(patient_id, document_id, document) == document
        claim = self.shards.claim(document_id, document.stamp, patient_id)
        if claim is None:
            return False
        names = self.shards.names
        if not written:
            self.index.write(
                Batch(names.document(document_id), names.patient(patient_id), claim.stamp, self.model, chunks)
            )
        if not self.shards.settle(claim, patient_id, document):
            self._sweep(claim, claim.stamp + 1)
            return False
        self._sweep(claim, claim.stamp)
        self._let_go(claim, (patient_id,))
        return True

    def remove(self, document_id: str, revision: int) -> bool:
        claim = self.shards.claim(document_id, removed(revision), None)
        if claim is None:
            return False
        self.shards.settle(claim, None, Held(claim.stamp))
        self._sweep(claim, claim.stamp)
        self._let_go(claim, ())
        return True

    def _sweep(self, claim: Claim, below: int) -> None:
        names = self.shards.names
        self.index.sweep(names.document(claim.document_id), below, map(names.patient, claim.patients))

    def _let_go(self, claim: Claim, patients: tuple[str, ...]) -> None:
        """Others have nothing of the document any more, if the sweep can have seen all that was written.

        Where it can't, nothing of it is found either; but the records may still be there. Then the message
        has to come again (503), and the sweep with it.
        """
        recent = time.time() - claim.written_before < self.index.lag_seconds
        if recent and set(claim.patients) - set(patients):
            raise unavailable("IndexLagsBehind", RETRY_LATER)
        self.shards.release(claim, patients)
