"""Chunks in S3, one object a patient: no database, nothing that costs while nobody asks.

A search reads the shard of the scope's patient and nothing else, so it can't come upon another's; the labels
are looked at before anything is ranked. Both rankings are exact, and in plain Python: docs/rag_stores.md has
what that takes. A patient has MAXIMUM_CHUNKS at most; what is beyond is refused whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from healthcare.aws import s3

from rag_retrieval.opaque_names import OpaqueNames
from rag_retrieval.ranking import best_first, fused, vector_scores, word_scores
from rag_retrieval.s3_objects import Objects
from rag_retrieval.s3_shard import Held, unit, vectors_of
from rag_retrieval.s3_shards import Shards, removed, replaced
from rag_retrieval.store import EmbeddedChunk, Found, Scope, check_chunks, check_search

MAXIMUM_CHUNKS: Final = 5_000
"""Of one patient. Some 2,500 pages."""


@dataclass(frozen=True, slots=True)
class S3Store:
    """A ChunkStore (store.py). Vectors are compared with those of the same `model` alone."""

    shards: Shards
    model: str

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        check_search(embedding, limit)
        if scope.empty:
            return []
        visible = list(self.shards.read(scope.patient_id).visible(scope.access_labels))
        chunks = {chunk.chunk_id: chunk for chunk, _, _ in visible}
        vectors = {
            chunk.chunk_id: document.vector(number)
            for chunk, document, number in visible
            if document.model == self.model
        }
        rankings = (
            best_first(word_scores(text, {key: chunk.text for key, chunk in chunks.items()})),
            best_first(vector_scores(unit(embedding), vectors)),
        )
        return [Found(chunks[key], score) for key, score in fused(rankings, limit)]

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        check_chunks(document_id, patient_id, chunks)
        plain = tuple(chunk for chunk, _ in chunks)
        document = Held(replaced(revision), plain, self.model, vectors_of(chunks))
        self.shards.check_room(patient_id, document_id, document)
        return self._change(document_id, patient_id, document)

    def remove(self, document_id: str, revision: int) -> bool:
        return self._change(document_id, None, Held(removed(revision)))

    def _change(self, document_id: str, patient_id: str | None, document: Held) -> bool:
        claim = self.shards.claim(document_id, document.stamp, patient_id)
        if claim is None or not self.shards.settle(claim, patient_id, document):
            return False
        self.shards.release(claim, () if patient_id is None else (patient_id,))
        return True


def store_of(setting: Mapping[str, Any], model: str) -> S3Store:
    """By {"kind": "s3", "bucket", "hash_key_id"}. Problem where the key can't be used."""
    objects = Objects(s3(), setting["bucket"])
    return S3Store(Shards(objects, OpaqueNames.from_kms(setting["hash_key_id"]), MAXIMUM_CHUNKS), model)
