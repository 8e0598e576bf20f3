"""A document's text in pieces for retrieval: each ends where a paragraph, a line or a sentence does.

Pieces do not overlap and do not cross passages, so a piece has one page or section and one access label, and
a citation names one place. Spans count characters (code points): text[start:end] is the piece. What a piece
stands under ("STOP these medications:") may be in the piece before, or on the page before: each carries it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from healthcare.headings import is_title, lines_over

from document_ingest.texts import BETWEEN, PAGE, Passage

LONGEST: Final = 1_500
"""Characters: some 400 tokens, which common models for embeddings take."""

FARTHEST: Final = 6_000
"""Characters from a heading to the last piece that carries it: some hundred lines of a list. A text without
blank lines, as PDF gives it, does not say where a list ends: further on nothing is taken for a part of it.
"""

_ENDS: Final = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n(?=\S)"),  # a line that is set in says more of the one above it
    re.compile(r"\n"),
    re.compile(r"[.!?;][\"')\]]*\s"),
    re.compile(r"\s"),
)
_SHORTEST_PART: Final = 3  # an end in the first third of what fits is no good one: the next kind is tried


@dataclass(frozen=True, slots=True)
class Chunk:
    """text[start:end] of the document, its place, how confidential it is, and what it stands under."""

    start: int
    end: int
    place: str
    access_label: str
    heading: str = ""


def text_of(passages: list[Passage]) -> str:
    return BETWEEN.join(passage.text for passage in passages)


def chunks_of(passages: list[Passage]) -> list[Chunk]:
    """The chunks of text_of(passages), in order; every character but white space is in exactly one."""
    chunks, offset, above = [], 0, ""
    for passage in passages:
        above = _above(passage, above)
        for start, end in _spans(passage.text):
            heading = _heading(above + passage.text, len(above) + start)
            chunks.append(Chunk(offset + start, offset + end, passage.place, passage.label, heading))
        offset += len(passage.text) + len(BETWEEN)
        above = (above + passage.text)[-FARTHEST:]
    return chunks


def _above(passage: Passage, above: str) -> str:
    """What stands above the passage: a page goes on with the one before, unless a title begins it."""
    if not above or not passage.place.startswith(PAGE):
        return ""
    first = passage.text.partition("\n")[0].strip()
    return above + (BETWEEN if is_title(first) else "\n")


def _heading(text: str, start: int) -> str:
    begin = max(0, start - FARTHEST)
    return "\n".join(lines_over(text[begin:start], start - begin))[-LONGEST:]


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
