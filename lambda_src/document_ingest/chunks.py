"""A document's text in pieces for retrieval: each ends where a paragraph, a line or a sentence does.

Pieces do not overlap and do not cross passages, so a piece has one page or section and one access label, and
a citation names one place. Spans count characters (code points): text[start:end] is the piece.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from document_ingest.texts import BETWEEN, Passage

LONGEST: Final = 1_500
"""Characters: some 400 tokens, which common models for embeddings take."""

_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"[.!?;][\"')\]]*\s"),
    re.compile(r"\s"),
)
_SHORTEST_PART: Final = 3  # an end in the first third of what fits is no good one: the next kind is tried


@dataclass(frozen=True, slots=True)
class Chunk:
    """text[start:end] of the document, its place, and how confidential it is."""

    start: int
    end: int
    place: str
    access_label: str


def text_of(passages: list[Passage]) -> str:
    return BETWEEN.join(passage.text for passage in passages)


def chunks_of(passages: list[Passage]) -> list[Chunk]:
    """The chunks of text_of(passages), in order; every character but white space is in exactly one."""
    chunks, offset = [], 0
    for passage in passages:
        for start, end in _spans(passage.text):
            chunks.append(Chunk(offset + start, offset + end, passage.place, passage.label))
        offset += len(passage.text) + len(BETWEEN)
    return chunks


def _spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = _end(text, start)
        piece = text[start:end]
        if stripped := piece.strip():
            begin = start + piece.index(stripped[0])
            yield begin, begin + len(stripped)
        start = end


def _end(text: str, start: int) -> int:
    last = start + LONGEST
    if last >= len(text):
        return len(text)
    earliest = start + LONGEST // _SHORTEST_PART
    for pattern in _ENDS:
        ends = [found.end() for found in pattern.finditer(text, earliest, last)]
        if ends:
            return ends[-1]
    return last
