"""Plain text in the encodings that it comes in."""

import codecs
from typing import Final

from document_ingest.faults import Rejected
from document_ingest.texts import Extracted, Passage

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# By the names of IANA that text/plain carries. Python knows codecs that are no character sets, and some that
# expand what they read: only these.
_CHARSETS: Final = {
    "us-ascii": "ascii",
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "iso-8859-1": "cp1252",  # as browsers read it: https://encoding.spec.whatwg.org/#names-and-labels
    "iso-8859-15": "iso8859-15",
    "windows-1252": "cp1252",
}


def read(data: bytes, charset: str = "") -> Extracted:
    """The text as one passage; Rejected where it is no text in any of the encodings."""
    extracted = Extracted()
    extracted.add(Passage(decode(data, charset)))
    return extracted


def decode(data: bytes, charset: str = "") -> str:
    """By its byte-order mark, by what is declared, as UTF-8, and as what Windows writes: the first that
    fits.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return _decoded(data, codec)
    if charset:
        if charset.lower() not in _CHARSETS:
            raise Rejected("encoding")
        return _decoded(data, _CHARSETS[charset.lower()])
    try:
        return data.decode("utf-8")
    except UnicodeError:
        return _decoded(data, "cp1252")


def _decoded(data: bytes, codec: str) -> str:
    try:
        text = data.decode(codec)
    except UnicodeError:
        raise Rejected("encoding") from None
    if "\0" in text:
        raise Rejected("encoding")
    return text
