"""One queue message's payload as single HL7 messages: MLLP frames, byte-order marks, batches and files."""

import re
from dataclasses import dataclass
from typing import Final

from hl7_ingest import charsets
from hl7_ingest.faults import Rejected

_FRAME: Final = str.maketrans("", "", "\x0b\x1c")  # MLLP's start and end block
_START: Final = re.compile(r"(?:\A|(?<=[\r\n\x0b\x1c]))(?=(?:MSH|FHS|BHS|BTS|FTS)[^A-Za-z0-9\s])", re.ASCII)
_BLANKS: Final = (
    " \t\r\n"  # not strip() of itself: a byte 0xA0 may end a letter, and as Latin-1 it is a blank
)
_TRAILERS: Final = ("BTS", "FTS")
_HEADERS: Final = ("FHS", "BHS")
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_MSH_18: Final = 18
# JSON lets halves of surrogate pairs through, and no store takes them.
_HALVES: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """One message of a payload, as text, with the codec of its character set."""

    text: str
    codec: str


Refused = tuple[bytes | str, Rejected]
"""A part of a payload that is no message, and why."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What a payload is made of: its parts in their order."""

    parts: "list[Piece | Refused]"


def take_apart(data: bytes | str) -> Payload:
    """The messages in `data`. Bytes are read by their MSH-18; text is text already, whatever MSH-18 says.

    A batch whose BTS-1 counts other messages than there are has lost some: those that are there are given,
    and its trailer as a part that is refused.
    """
    whole = data
    try:
        if isinstance(data, bytes):
            data = charsets.wide_text(data)
        elif _HALVES.search(data):
            raise Rejected("encoding")
    except Rejected as rejected:
        return Payload([(whole, rejected)])
    is_text = isinstance(data, str)
    # Latin-1 has one character a byte: every other set here leaves ASCII's bytes alone at a line's beginning.
    outline = data if isinstance(data, str) else data.decode("latin-1")
    parts: list[Piece | Refused] = []
    counted = 0
    for block in _blocks(outline):
        name = block[:3]
        if name == "MSH":
            counted += 1
            parts.append(_piece(block, is_text=is_text))
        elif name in _HEADERS:
            counted = 0 if name == "BHS" else counted
        elif name in _TRAILERS:
            if name == "BTS" and _claims_other(block, counted):
                parts.append((_restored(block, is_text=is_text), Rejected("batch_count", "BTS", 1)))
        else:
            parts.append((_restored(block, is_text=is_text), Rejected("no_message", "MSH")))
    return Payload(parts or [(whole, Rejected("no_message", "MSH"))])


def _blocks(outline: str) -> list[str]:
    outline = outline.lstrip("\ufeff\ufffe")
    blocks = [block.translate(_FRAME).strip(_BLANKS) for block in _START.split(outline)]
    return [block for block in blocks if block]


def _piece(block: str, *, is_text: bool) -> Piece | Refused:
    try:
        codec = charsets.codec_of(_declared(block))
        if is_text:
            return Piece(block, "utf-8" if codec.startswith(("utf-16", "utf-32")) else codec)
        return Piece(charsets.decode(block.encode("latin-1"), codec), codec)
    except Rejected as rejected:
        return _restored(block, is_text=is_text), rejected


def _declared(block: str) -> str:
    """The first repetition of MSH-18, before anything else of the message is read."""
    header = re.split(r"[\r\n]", block, maxsplit=1)[0]
    fields = header[4:].split(header[3:4] or "|")
    if len(fields) < _MSH_18 - 1:
        return ""
    repetition = fields[0][1:2] or "~"
    return fields[_MSH_18 - 2].split(repetition)[0].strip().strip('"')


def _claims_other(trailer: str, counted: int) -> bool:
    fields = re.split(r"[\r\n]", trailer, maxsplit=1)[0].split(trailer[3:4] or "|")
    claim = fields[1].strip() if len(fields) > 1 else ""
    return _COUNT.fullmatch(claim) is not None and int(claim) != counted


def _restored(block: str, *, is_text: bool) -> bytes | str:
    return block if is_text else block.encode("latin-1")
