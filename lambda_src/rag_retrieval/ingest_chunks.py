"""A line of chunks.jsonl as the chunk that it is, and many of them with their embeddings."""

import json
import re
from array import array
from collections.abc import Sequence
from typing import Any, Final, overload

from healthcare.access_labels import LABELS

from rag_retrieval.embeddings import Embedding
from rag_retrieval.ingest_faults import NotIndexedError
from rag_retrieval.store import LONGEST_TEXT, Chunk, EmbeddedChunk

_TEXTS: Final = (
    "chunk_id", "document_id", "version_id", "patient_id", "access_label", "kind", "place", "text",
)  # fmt: skip

_DATE: Final = re.compile(r"(?:\d{4}-\d\d-\d\d)?", re.ASCII)


def chunk_of(line: bytes, document_id: str, version_id: str, patient_id: str) -> Chunk:
    """The chunk; NotIndexedError where the line is none, or one of another document, version or patient."""
    try:
        found = json.loads(line)
        texts = {name: _text(found[name]) for name in _TEXTS}
        title, date = _text(found.get("title", "")), _text(found.get("date", ""))
        heading = _text(found.get("heading", ""))  # older lines have none
        start, end = found["start"], found["end"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise NotIndexedError("chunk_malformed") from None
    if (texts["document_id"], texts["version_id"], texts["patient_id"]) != (
        document_id,
        version_id,
        patient_id,
    ):
        raise NotIndexedError("chunk_of_another")
    is_span = type(start) is int and type(end) is int and start >= 0 and end - start == len(texts["text"])
    if not is_span or not 0 < len(texts["text"]) <= LONGEST_TEXT or len(heading) > LONGEST_TEXT:
        raise NotIndexedError("chunk_malformed")
    if texts["access_label"] not in LABELS:
        raise NotIndexedError("chunk_malformed")
    if not texts["chunk_id"].startswith(f"{document_id}/") or not _DATE.fullmatch(date):
        raise NotIndexedError("chunk_malformed")
    source = source_of(title, date, texts["kind"], texts["place"])
    return Chunk(**texts, start=start, end=end, source=source, heading=heading)


def source_of(title: str, date: str, kind: str, place: str) -> str:
    """What people call the document: "Discharge summary of 2024-09-12", or "pdf document, page 3"."""
    named = title or f"{kind} document"
    dated = f"{named} of {date}" if date else named
    return dated if title or not place else f"{dated}, {place}"


class EmbeddedChunks(Sequence[EmbeddedChunk]):
    """Chunks with their embeddings, 4 bytes a number: as tuples of Python they would take eight times that.

    pgvector and the other stores keep numbers of that precision anyway.
    """

    def __init__(self, dimensions: int) -> None:
        self._dimensions = dimensions
        self._chunks: list[Chunk] = []
        self._numbers = array("f")

    def add(self, chunk: Chunk, embedding: Embedding) -> None:
        """`embedding` has as many numbers as was said."""
        self._chunks.append(chunk)
        self._numbers.extend(embedding)

    def __len__(self) -> int:
        return len(self._chunks)

    @overload
    def __getitem__(self, index: int) -> EmbeddedChunk: ...
    @overload
    def __getitem__(self, index: slice) -> list[EmbeddedChunk]: ...
    def __getitem__(self, index: int | slice) -> EmbeddedChunk | list[EmbeddedChunk]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        chunk = self._chunks[index]
        start = range(len(self))[index] * self._dimensions
        return EmbeddedChunk(chunk, tuple(self._numbers[start : start + self._dimensions]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    value.encode()  # halves of surrogate pairs: no store takes them
    if "\0" in value:
        raise ValueError
    return value
