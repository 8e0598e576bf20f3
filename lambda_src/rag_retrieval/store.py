"""What any store of chunks must do: find evidence within one patient's scope, and follow its documents.

The stores differ in where the scope is enforced (PostgreSQL's row-level security, a shard, a namespace, a
filter), and in nothing that a caller can see. tests/unit/lambda_src/rag/store_contract.py holds them to it.

Every method raises healthcare.problems.Problem and nothing else: 503 where trying again can help, 500 where
it can't. No text of a driver, of a query or of a chunk is in it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from healthcare.problems import internal

DIMENSIONS: Final = 1024
"""Numbers in an embedding: what amazon.titan-embed-text-v2:0 gives by default."""

FUSION_K: Final = 60
"""k of reciprocal rank fusion, sum of 1 / (k + rank): https://doi.org/10.1145/1571941.1572114"""

LONGEST_TEXT: Final = 10_000
"""Characters of a chunk, and of its heading, at most. document_ingest makes chunks of 1,500."""

MOST_FOUND: Final = 100
"""No search gives more."""

_LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose chunks may be found, and how confidential ones. Demanded by every search.

    No labels, or an empty patient_id, find nothing. ValueError where a label is not a word: stores join
    labels with commas, and a label must not be able to stand for two.
    """

    patient_id: str
    access_labels: frozenset[str]

    def __post_init__(self) -> None:
        if not all(_LABEL.fullmatch(label) for label in self.access_labels):
            raise ValueError("an access label must be a word")

    @property
    def empty(self) -> bool:
        return not self.patient_id or not self.access_labels


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document: text[start:end] of it, in characters, with what a citation needs.

    `kind` is the document's ("pdf", "ccda", "text"), `place` where in it ("page 3"), `source` what people
    call it ("Discharge summary of 2024-09-12"). `heading` are the lines above the text that it stands under
    ("STOP these medications:"): no part of it, and "" for a chunk that was stored before there were any.
    """

    chunk_id: str
    document_id: str
    version_id: str
    patient_id: str
    access_label: str
    kind: str
    place: str
    source: str
    start: int
    end: int
    text: str
    heading: str = ""


class EmbeddedChunk(NamedTuple):
    """A chunk and its embedding: DIMENSIONS finite numbers, not all of them 0."""

    chunk: Chunk
    embedding: tuple[float, ...]


class Found(NamedTuple):
    """A chunk and its reciprocal rank score: 2 / 61 at most, first in both rankings."""

    chunk: Chunk
    score: float


class ChunkStore(Protocol):
    """A store of chunks, whose embeddings are those of one model.

    Its module has `store_of(setting, model)`, which stores.py calls. The model's name is kept with what it
    made: of a document that another model has embedded the words are found and the vector is not compared,
    until it is indexed again (docs/rag_retrieval.md).
    """

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        """The chunks within `scope` that answer `text` best, best first; at most `limit` (1..MOST_FOUND).

        Ranked by full text and by cosine distance, fused by reciprocal rank (FUSION_K). Of equal scores the
        smaller chunk_id comes first, so the same store gives the same answer twice. A chunk whose label is
        not in the scope, or that is of another patient, does not take part in the ranking either.
        """
        ...

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        """Make `chunks` all that there is of the document. The same revision twice is the same as once.

        False, and nothing changed, where a newer revision, or this one's removal, is there already. A search
        sees the old revision or the new one, never some of each. The patient may differ from the last
        revision's: then nothing of the document is left with the other one.
        """
        ...

    def remove(self, document_id: str, revision: int) -> bool:
        """Take away all that there is of the document, for good: no revision up to this one brings it back.

        False, and nothing changed, where a newer revision is there already. True where there was nothing to
        take away; the removal counts all the same.
        """
        ...


def check_chunks(document_id: str, patient_id: str, chunks: Sequence[EmbeddedChunk]) -> None:
    """Problem (500) where chunks can't be stored as this document's: what wrote them has a fault."""
    ids = {chunk.chunk_id for chunk, _ in chunks}
    if not document_id or not patient_id or "" in ids or len(ids) != len(chunks):
        raise internal("ChunkWithoutIdentity")
    for chunk, embedding in chunks:
        if chunk.document_id != document_id or chunk.patient_id != patient_id:
            raise internal("ChunkOfAnother")
        if not _LABEL.fullmatch(chunk.access_label):
            raise internal("ChunkWithoutLabel")
        if max(len(chunk.text), len(chunk.heading)) > LONGEST_TEXT:
            raise internal("ChunkTooLong")
        check_embedding(embedding)


def check_embedding(embedding: Sequence[float]) -> None:
    """Problem (500) where this is no embedding: the model in use does not fit the store."""
    if len(embedding) != DIMENSIONS or not all(map(math.isfinite, embedding)) or not any(embedding):
        raise internal("EmbeddingUnusable")


def check_search(embedding: Sequence[float], limit: int) -> None:
    """Problem (500) where a search can't be made like this: the caller has a fault."""
    check_embedding(embedding)
    if not 1 <= limit <= MOST_FOUND:
        raise internal("LimitOutOfBounds")
