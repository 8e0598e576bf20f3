"""MSH-18, HL7 table 0211, as Python's codecs."""

import codecs
import re
from typing import Final

from hl7_ingest.faults import Rejected

DEFAULT: Final = "utf-8"
"""Where MSH-18 is empty. ASCII, which the specification then means, is part of it."""

CODECS: Final = {
    "": DEFAULT,
    "ASCII": "ascii",
    **{f"8859/{part}": f"iso8859-{part}" for part in range(1, 10)},
    "8859/15": "iso8859-15",
    "UNICODE": "utf-16",
    "UNICODE UTF-8": "utf-8",
    "UNICODE UTF-16": "utf-16",
    "UNICODE UTF-32": "utf-32",
    "ISO IR6": "ascii",
    "ISO IR14": "shift_jis",
    "ISO IR87": "iso2022_jp",
    "ISO IR159": "iso2022_jp_1",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    # Not in the table, and sent all the same.
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "UNICODE UTF8": "utf-8",
    "WINDOWS-1252": "cp1252",
    "CP1252": "cp1252",
    "ISO-8859-1": "iso8859-1",
    "ISO8859-1": "iso8859-1",
    "US-ASCII": "ascii",
}
_CONTROLS: Final = re.compile("[\x80-\x9f]")
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16's, which is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def codec_of(declared: str) -> str:
    """Python's codec for the first repetition of MSH-18; Rejected for a set that is not supported."""
    codec = CODECS.get(" ".join(declared.upper().split()))
    if codec is None:
        raise Rejected("character_set_unsupported", "MSH", 18)
    return codec


def decode(data: bytes, codec: str) -> str:
    """The text; Rejected where the bytes are no text in that character set."""
    try:
        text = data.decode(codec)
        # Windows-1252 is sent under the name of 8859/1: its quotes and its euro are control characters there.
        if codec == "iso8859-1" and _CONTROLS.search(text):
            text = data.decode("cp1252")
    except UnicodeError:
        raise Rejected("encoding", "MSH", 18) from None
    return text


def wide_text(data: bytes) -> str | bytes:
    """Text where a byte-order mark or UTF-16's zero bytes say what `data` is; otherwise the bytes
    themselves.
    """
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return decode(data, codec)
    if len(data) >= 4 and data[:4].count(0) == 2:
        return decode(data, "utf-16-le" if data[1] == 0 else "utf-16-be")
    return data
