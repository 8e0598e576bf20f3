"""The header of a DICOM file, by ranged reads: what is on the allow-list, and never the pixels.

pydicom reads the elements. What is ours is the file beneath it: `Window` holds 64 KB at a time, counts what
it reads, and refuses to read or to seek past the end of the object. So a file that was cut off is noticed
where pydicom itself stops without a word, and an element of 10 MB that nobody asked for is stepped over.
DICOM PS3.10 section 7 (the file), PS3.5 sections 7.1 (elements) and 9.1 (UIDs), A.5 (deflated).
"""

import re
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, cast

from healthcare.problems import Problem
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset
from pydicom.uid import UID

from document_ingest.faults import Rejected
from document_ingest.objects import ObjectGoneError, StoredObject

IDENTIFIER, ISSUER, ISSUER_QUALIFIERS, UNIVERSAL_ID, UNIVERSAL_ID_TYPE = (
    0x00100020, 0x00100021, 0x00100024, 0x00400032, 0x00400033,
)  # fmt: skip
SYNTAX: Final = 0x00020010

MANDATORY: Final = {
    "sop_class_uid": 0x00080016,
    "sop_instance_uid": 0x00080018,
    "study_instance_uid": 0x0020000D,
    "series_instance_uid": 0x0020000E,
}
ALLOWED: Final = {
    "modality": 0x00080060,
    "study_date": 0x00080020,
    "series_number": 0x00200011,
    "instance_number": 0x00200013,
    "body_part_examined": 0x00180015,
    "rows": 0x00280010,
    "columns": 0x00280011,
    "number_of_frames": 0x00280008,
}
"""Codes, dates and numbers. No free text: descriptions and comments hold names as often as not."""

WINDOW_BYTES: Final = 65_536
MAXIMUM_BYTES: Final = 4_194_304
MAXIMUM_REQUESTS: Final = 64
MAXIMUM_DEFLATED: Final = 16_777_216
MAXIMUM_INFLATED: Final = 67_108_864

_UID: Final = re.compile(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*))+", re.ASCII)
_WORD: Final = re.compile(r"[A-Z0-9 _]{1,16}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{8}", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,11}", re.ASCII)
_IMPLICIT, _BIG_ENDIAN, _DEFLATED = "1.2.840.10008.1.2", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"
_DEFLATED_IMAGES: Final = frozenset({_DEFLATED, "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"})
_PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_UNDEFINED: Final = 0xFFFFFFFF
_DELIMITER: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"


Issuer = tuple[str, str, str]
"""Namespace, universal id, type of the universal id: each "" where it is not given."""


@dataclass(frozen=True, slots=True)
class Header:
    """What was found: `metadata` (of MANDATORY and ALLOWED), and the patient's id with who has given it."""

    metadata: dict[str, object]
    identifier: str
    issuers: list[Issuer]


class Window:
    """A file of the object's bytes for pydicom: read, seek, tell. It holds WINDOW_BYTES, and is exact."""

    name = "object"

    def __init__(self, stored: StoredObject) -> None:
        self._stored, self._at, self._start, self._held = stored, 0, 0, stored.head
        self.size = stored.size

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        position = offset + (0, self._at, self.size)[whence]
        if not 0 <= position <= self.size:
            raise Rejected("dicom_truncated")
        self._at = position
        return position

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, or b"" at the very end; Rejected where fewer are left, or too many have been read."""
        if size < 0 or self._at == self.size:
            size = self.size - self._at
        end = self._at + size
        if end > self.size:
            raise Rejected("dicom_truncated")
        if size > MAXIMUM_BYTES:
            raise Rejected("dicom_tags_too_far")
        if not self._start <= self._at <= end <= self._start + len(self._held):
            self._fill(max(size, WINDOW_BYTES))
        found = self._held[self._at - self._start : end - self._start]
        self._at = end
        return found

    def _fill(self, wanted: int) -> None:
        length = min(wanted, self.size - self._at)
        if self._stored.requests >= MAXIMUM_REQUESTS or self._stored.bytes_read + length > MAXIMUM_BYTES:
            raise Rejected("dicom_tags_too_far")
        self._start, self._held = self._at, self._stored.range(self._at, length)


class Inflated(Window):
    """The same over bytes that are in memory: a data set that was deflated."""

    def __init__(self, data: bytes) -> None:
        self._at, self._start, self._held, self.size = 0, 0, data, len(data)


def header_of(stored: StoredObject) -> Header:
    """The header of an object that begins with a preamble; Rejected where it is none, or not whole."""
    window = Window(stored)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's quote values
        try:
            return _header(window, stored)
        except (Rejected, Problem, ObjectGoneError):
            raise
        except Exception:  # noqa: BLE001 - what pydicom makes of hostile bytes has no common type: no DICOM, all of it
            raise Rejected("dicom_meta") from None


def _header(window: Window, stored: StoredObject) -> Header:
    window.seek(132)
    meta = _elements(window, implicit=False, little_endian=True, ends_at=lambda tag: tag >> 16 != 2)
    syntax = _text(meta, SYNTAX)
    if not syntax:
        raise Rejected("dicom_meta")
    if not _is_uid(syntax):
        raise Rejected("dicom_uid")
    if syntax == _DEFLATED:
        window = Inflated(_inflate(stored, window.tell()))
    elif syntax in _DEFLATED_IMAGES:
        raise Rejected("dicom_transfer_syntax")
    big_endian = syntax == _BIG_ENDIAN
    wanted = [*MANDATORY.values(), *ALLOWED.values(), IDENTIFIER, ISSUER, ISSUER_QUALIFIERS]
    data = _elements(
        window,
        implicit=syntax == _IMPLICIT,
        little_endian=not big_endian,
        ends_at=_PIXELS.__contains__,
        wanted=wanted,
    )
    has_pixels = _check_end(window, implicit=syntax == _IMPLICIT, order="big" if big_endian else "little")
    metadata: dict[str, object] = {name: _uid(data, tag) for name, tag in MANDATORY.items()}
    # Cut off exactly between two elements, an image looks whole but for this.
    if not has_pixels and UID(str(metadata["sop_class_uid"])).name.endswith("Image Storage"):
        raise Rejected("dicom_truncated")
    metadata |= {name: value for name, tag in ALLOWED.items() if (value := _plain(data, tag)) is not None}
    return Header(metadata | {"transfer_syntax_uid": syntax}, _text(data, IDENTIFIER), _issuers(data))


def _elements(
    window: Window,
    *,
    implicit: bool,
    little_endian: bool,
    ends_at: Callable[[int], bool],
    wanted: list[int] | None = None,
) -> Dataset:
    def stop(tag: int, _vr: str | None, length: int) -> bool:
        if ends_at(tag):
            return True
        if length != _UNDEFINED and window.tell() + length > window.size:
            raise Rejected("dicom_truncated")  # pydicom would take an element without its value
        return False

    tags: Any = wanted
    return read_dataset(cast("BinaryIO", window), implicit, little_endian, stop_when=stop, specific_tags=tags)


def _check_end(window: Window, *, implicit: bool, order: Any) -> bool:
    """Whether there are pixels. They must be there in full, or the elements end where the object does."""
    if window.tell() == window.size:
        return False
    tag = window.read(4)
    number = int.from_bytes(tag[:2], order) << 16 | int.from_bytes(tag[2:], order)
    if number not in _PIXELS:
        raise Rejected("dicom_truncated")  # pydicom has stopped at a delimiter that belongs to no sequence
    if not implicit:
        window.read(4)
    length = int.from_bytes(window.read(4), order)
    if length != _UNDEFINED:
        window.seek(length, 1)
        return True
    # Compressed pixels are items of a sequence, and end with its delimiter. It is the file's last element,
    # but for padding and signatures: looked for in the last 64 KB.
    window.seek(max(window.tell(), window.size - WINDOW_BYTES))
    ending = window.read(window.size - window.tell())
    if _DELIMITER not in ending:
        raise Rejected("dicom_truncated")
    return True


def _inflate(stored: StoredObject, start: int) -> bytes:
    if stored.size > MAXIMUM_DEFLATED:
        raise Rejected("too_large")
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(stored.range(start, stored.size - start), MAXIMUM_INFLATED)
    except zlib.error:
        raise Rejected("dicom_truncated") from None
    if inflater.unconsumed_tail:
        raise Rejected("too_large")
    if not inflater.eof:
        raise Rejected("dicom_truncated")
    return data


def _issuers(data: Dataset) -> list[Issuer]:
    items = data[ISSUER_QUALIFIERS].value or [] if ISSUER_QUALIFIERS in data else []
    # The sequence has one item at most: it says more of the issuer that Issuer of Patient ID names.
    universal = [(_text(item, UNIVERSAL_ID), _text(item, UNIVERSAL_ID_TYPE)) for item in items]
    return [(_text(data, ISSUER), *given) for given in universal or [("", "")]]


def _uid(data: Dataset, tag: int) -> str:
    uid = _text(data, tag)
    if not _is_uid(uid):
        raise Rejected("dicom_uid")
    return uid


def _is_uid(text: str) -> bool:
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def _plain(data: Dataset, tag: int) -> object:
    """A code, a date or a number; None where it is none: what else stands there stays there."""
    text = _text(data, tag)
    if _WHOLE.fullmatch(text) and not _DATE.fullmatch(text):
        return int(text)
    return text if _WORD.fullmatch(text) else None


def _text(data: Dataset, tag: int) -> str:
    if tag not in data:
        return ""
    value = data[tag].value
    return "" if value is None else str(value).strip(" \0")


config.settings.reading_validation_mode = config.IGNORE
