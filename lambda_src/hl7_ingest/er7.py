"""The one place that knows the parser library: python-hl7 (docs/decisions/0007-hl7-parser.md).

python-hl7 takes a message apart. What is ours: the delimiters are judged first, a place that is not there is
"" (python-hl7 raises, and takes `PID|1` for a deeper path), and escapes are resolved here, because its
unescape logs the field that it is given, drops what it does not know, and multiplies `\\.sp99999999\\`.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

import hl7

from hl7_ingest.faults import Rejected

DELETED: Final = '""'
"""A field or component that holds exactly this is to be deleted; an empty one is unchanged (2.5.3)."""

_SEGMENT: Final = re.compile(r"[A-Z][A-Z0-9]{2}", re.ASCII)
_LINES: Final = re.compile(r"\r\n|\r|\n(?=[A-Z][A-Z0-9]{2}(?:[^A-Za-z0-9\s]|[\r\n]|\Z))", re.ASCII)
_DELIMITER: Final = re.compile(r"[!#-/:-@\[-`{-~]", re.ASCII)  # printable, no letter or digit, and not "


@dataclass(frozen=True, slots=True)
class Syntax:
    """What escapes stand for in one message: \\F\\ is MSH-1, and so on; \\X..\\ are bytes of `codec`."""

    pattern: re.Pattern[str]
    meanings: dict[str, str]
    codec: str

    @classmethod
    def of(cls, field: str, encoding: str, codec: str) -> "Syntax":
        component, repetition, escape, subcomponent, *_ = [*encoding, *"^~\\&"[len(encoding) :]]
        known = r"(F|S|T|R|E|H|N|X(?:[0-9A-Fa-f]{2})+|\.[a-z]{2}[+-]?[0-9]*)"
        return cls(
            re.compile(re.escape(escape) + known + re.escape(escape)),
            {"F": field, "S": component, "T": subcomponent, "R": repetition, "E": escape, "H": "", "N": ""},
            codec,
        )

    def unescape(self, text: str) -> str:
        """Known escapes resolved; others, and a lone escape character, are left as they are."""
        return self.pattern.sub(self._meaning, text)

    def _meaning(self, match: re.Match[str]) -> str:
        sequence = match.group(1)
        if sequence.startswith("X"):
            data = bytes.fromhex(sequence[1:])
            try:
                return data.decode(self.codec).replace("\0", "")
            except UnicodeDecodeError:
                return data.decode("latin-1").replace("\0", "")
        if sequence.startswith("."):
            return "\n" if sequence[1:3] in ("br", "sp", "ce") else ""
        return self.meanings[sequence]


@dataclass(frozen=True, slots=True)
class Repetition:
    """One repetition of a field. Components and subcomponents are counted from 1; what is not there is ""."""

    parts: Any
    syntax: Syntax

    def raw(self, component: int, subcomponent: int = 1) -> str:
        part = _nth(self.parts, component)
        return str(_nth(part, subcomponent))

    def text(self, component: int, subcomponent: int = 1) -> str:
        """The value with escapes resolved and without surrounding blanks."""
        return self.syntax.unescape(self.raw(component, subcomponent)).strip()

    def whole(self, component: int) -> str:
        """The value with all its subcomponents: not every sender escapes the "&" of a text."""
        part = _nth(self.parts, component)
        parts = [part] if isinstance(part, str) else part
        return "&".join(self.syntax.unescape(str(one)) for one in parts).strip()

    def deletes(self, component: int) -> bool:
        return self.raw(component).strip() == DELETED

    @property
    def empty(self) -> bool:
        return not str(self.parts).strip()


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment. MSH-1 is its own field, as in the specification."""

    name: str
    fields: Any
    syntax: Syntax

    def repetitions(self, number: int) -> list[Repetition]:
        """The repetitions that hold anything."""
        field = self.fields[number] if number < len(self.fields) else ""
        parts = [field] if isinstance(field, str) else field
        return [found for part in parts if not (found := Repetition(part, self.syntax)).empty]

    def first(self, number: int) -> Repetition:
        """The first repetition that holds anything; an empty one where there is none."""
        return next(iter(self.repetitions(number)), Repetition("", self.syntax))

    def text(self, number: int, component: int = 1, subcomponent: int = 1) -> str:
        return self.first(number).text(component, subcomponent)

    def deletes(self, number: int) -> bool:
        """Whether the whole field is `""`."""
        return str(self.first(number).parts).strip() == DELETED


@dataclass(frozen=True, slots=True)
class Message:
    """A message's segments, in their order; `text` is all of it with CR as line end, whatever was sent."""

    text: str
    segments: list[Segment]
    field_separator: str
    encoding_characters: str

    def all(self, name: str) -> list[Segment]:
        return [segment for segment in self.segments if segment.name == name]

    def first(self, name: str) -> Segment | None:
        return next((segment for segment in self.segments if segment.name == name), None)

    def one(self, name: str) -> Segment:
        """The first segment of that name; Rejected where there is none."""
        segment = self.first(name)
        if segment is None:
            raise Rejected("segment_sequence", name)
        return segment


def parse(text: str, codec: str = "utf-8") -> Message:
    """One message, from MSH to its last segment, with any line ends; Rejected where it is none.

    `codec` is Python's name of the character set that the message declares, for hexadecimal escapes.
    """
    field, encoding = delimiters(text)
    lines = [line for line in _lines(text) if line.strip()]
    for line in lines:
        if not _SEGMENT.fullmatch(line[:3]) or line[3:4] not in ("", field):
            raise Rejected("segment_sequence")
    if any(line.startswith("MSH") for line in lines[1:]):
        raise Rejected("segment_sequence", "MSH")
    syntax = Syntax.of(field, encoding, codec)
    try:
        found = hl7.parse("\r".join(lines))
    except (hl7.HL7Exception, ValueError, IndexError):
        raise Rejected("segment_sequence") from None
    return Message("\r".join(lines), [_segment(part, syntax) for part in found], field, encoding)


def delimiters(text: str) -> tuple[str, str]:
    """MSH-1 and MSH-2; Rejected where they are not distinct punctuation characters."""
    field = text[3:4]
    encoding = re.split(r"[\r\n]", text[4:16], maxsplit=1)[0].split(field or "|")[0]
    if not text.startswith("MSH") or not _DELIMITER.fullmatch(field):
        raise Rejected("delimiters", "MSH", 1)
    if not 1 <= len(encoding) <= 5 or len({field, *encoding}) != 1 + len(encoding):
        raise Rejected("delimiters", "MSH", 2)
    # The ones left out have their usual character, which must then not be taken either.
    complete = field + encoding + "^~\\&"[len(encoding) :]
    if len(set(complete)) != len(complete) or not all(map(_DELIMITER.fullmatch, encoding)):
        raise Rejected("delimiters", "MSH", 2)
    return field, encoding


def _lines(text: str) -> list[str]:
    # CR ends a segment. Senders write LF and CRLF as well; an LF within a CR-separated message that no
    # segment follows is text.
    return _LINES.split(text) if "\r" in text else text.split("\n")


def _segment(part: Any, syntax: Syntax) -> Segment:
    fields = [part] if isinstance(part, str) else part
    return Segment(str(fields[0]), fields, syntax)


def _nth(parts: Any, number: int) -> Any:
    if isinstance(parts, str):
        return parts if number == 1 else ""
    return parts[number - 1] if number <= len(parts) else ""
