"""One patient's chunks in one object: how they are written, and what is refused when they are read.

    RAGSHARD1 | length of the head, 8 bytes | head: JSON, deflated | embeddings: 4-byte floats, of unit length

The head says whose it is and holds all chunks; embeddings follow in the chunks' order, and are not deflated:
floats hardly shrink. A document that was removed stays as its stamp, for writers who come late.
"""

import json
import math
import zlib
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from healthcare.problems import Problem, internal

from rag_retrieval.store import DIMENSIONS, Chunk, EmbeddedChunk

MAXIMUM_BYTES: Final = 50_331_648
"""48 MiB of an object: 5,000 chunks of the longest kind that document_ingest makes, with room."""

_MAGIC: Final = b"RAGSHARD1"
_LENGTH: Final = 8
_MAXIMUM_HEAD: Final = 2 * MAXIMUM_BYTES
_LEVEL: Final = 3
_FLOAT: Final = 4


@dataclass(frozen=True, slots=True)
class Held:
    """What a shard holds of one document: none, if it was removed or is another patient's now.

    `stamp` orders what happened to the document (s3_shards.py). `model` made its embeddings; `vectors` has
    DIMENSIONS floats a chunk, or nothing where they are kept elsewhere.
    """

    stamp: int
    chunks: tuple[Chunk, ...] = ()
    model: str = ""
    vectors: bytes = b""

    def vector(self, number: int) -> Sequence[float]:
        """The embedding of one of the chunks, by its number."""
        size = DIMENSIONS * _FLOAT
        return array("f", self.vectors[number * size : (number + 1) * size])


def vectors_of(embedded: Sequence[EmbeddedChunk]) -> bytes:
    """The embeddings one after the other, brought to unit length. Lambda's processors are little-endian."""
    return b"".join(array("f", unit(embedding)).tobytes() for _, embedding in embedded)


def unit(embedding: Sequence[float]) -> list[float]:
    """The embedding at length 1: the product of two such is their cosine. It is not all 0."""
    largest = max(map(abs, embedding))  # first, so that no square overflows
    scaled = [number / largest for number in embedding]
    length = math.sqrt(math.fsum(number * number for number in scaled))
    return [number / length for number in scaled]


@dataclass(frozen=True, slots=True)
class Shard:
    """One patient's documents, by document_id."""

    patient_id: str
    documents: dict[str, Held]

    def with_document(self, document_id: str, document: Held) -> "Shard":
        return Shard(self.patient_id, self.documents | {document_id: document})

    @property
    def size(self) -> int:
        """Chunks."""
        return sum(len(document.chunks) for document in self.documents.values())

    def visible(self, labels: Collection[str]) -> Iterator[tuple[Chunk, Held, int]]:
        """Chunks of these labels, each with its document and its number there."""
        for document in self.documents.values():
            for number, chunk in enumerate(document.chunks):
                if chunk.access_label in labels:
                    yield chunk, document, number


def encode(shard: Shard) -> bytes:
    """The shard as an object's content; the same shard gives the same bytes."""
    head = {
        "patient_id": shard.patient_id,
        "documents": {
            document_id: {
                "stamp": document.stamp,
                "chunks": [asdict(chunk) for chunk in document.chunks],
                "model": document.model,
                "vectors": bool(document.vectors),
            }
            for document_id, document in shard.documents.items()
        },
    }
    deflated = zlib.compress(json.dumps(head).encode(), _LEVEL)
    parts = [_MAGIC, len(deflated).to_bytes(_LENGTH), deflated]
    return b"".join([*parts, *(document.vectors for document in shard.documents.values())])


def decode(content: bytes, patient_id: str) -> Shard:
    """The patient's shard from an object's content; b"" is one without documents.

    Problem (500) where it is damaged, or where it, or any chunk in it, is of somebody else: then nothing of
    it is shown at all.
    """
    if not content:
        return Shard(patient_id, {})
    try:
        shard = _decoded(content)
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error):
        raise internal("ShardUnreadable") from None
    owners = {shard.patient_id} | {
        chunk.patient_id for document in shard.documents.values() for chunk in document.chunks
    }
    if owners != {patient_id}:
        raise internal("ShardOfAnother")
    return shard


def full() -> Problem:
    """The patient's shard has no room for the document."""
    return Problem(
        500,
        "shard_full",
        "The patient's record is larger than this store takes, so nothing of the document was stored. "
        "Use another store (docs/rag_stores.md).",
        aws_error="ShardFull",
    )


def _decoded(content: bytes) -> Shard:
    start = len(_MAGIC) + _LENGTH
    end = start + int.from_bytes(content[len(_MAGIC) : start])
    inflater = zlib.decompressobj()
    head: Any = json.loads(inflater.decompress(content[start:end], _MAXIMUM_HEAD))
    if not content.startswith(_MAGIC) or not inflater.eof:
        raise ValueError
    documents, offset = {}, end
    for document_id, document in head["documents"].items():
        chunks = tuple(Chunk(**chunk) for chunk in document["chunks"])
        size = len(chunks) * DIMENSIONS * _FLOAT if document["vectors"] else 0
        vectors = content[offset : offset + size]
        documents[document_id] = Held(document["stamp"], chunks, document["model"], vectors)
        offset += size
    if offset != len(content):
        raise ValueError
    return Shard(head["patient_id"], documents)
