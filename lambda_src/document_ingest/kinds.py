"""What an object is: its first bytes say it, and its name and content type may not contradict them."""

import re
from typing import Final

from document_ingest.faults import Rejected

CCDA, DICOM, PDF, TEXT = "ccda", "dicom", "pdf", "text"

_EXTENSIONS: Final = {
    "ccda": CCDA, "cda": CCDA, "xml": CCDA,
    "dcm": DICOM, "dic": DICOM, "dicom": DICOM,
    "pdf": PDF,
    "text": TEXT, "txt": TEXT,
}  # fmt: skip
_CONTENT_TYPES: Final = {
    "application/dicom": DICOM,
    "application/hl7-cda+xml": CCDA,
    "application/pdf": PDF,
    "application/xml": CCDA,
    "text/plain": TEXT,
    "text/xml": CCDA,
}
# Nobody has said anything with these: S3's own default, and that of HTTP.
_UNSAID: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_XML: Final = re.compile(rb"\s*<[?!A-Za-z_:]", re.ASCII)
_CONTROLS: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PDF_WITHIN: Final = 1024  # ISO 32000-1, annex H, note 13


def kind_of(head: bytes, key: str, content_type: str) -> str:
    """CCDA, DICOM, PDF or TEXT; Rejected for anything else, and where name or type say otherwise."""
    kind = _by_content(head)
    for claimed in _claims(key, content_type):
        if claimed != kind:
            raise Rejected("type_mismatch")
    return kind


def _by_content(head: bytes) -> str:
    if head[128:132] == b"DICM":
        return DICOM
    if b"%PDF-" in head[:_PDF_WITHIN]:
        return PDF
    # UTF-16 has a zero byte beside each letter.
    narrow = head.removeprefix(b"\xef\xbb\xbf")[:1024]
    if _XML.match(narrow.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\0", b"")):
        return CCDA
    if head.startswith(_MARKS) or not _CONTROLS.search(head):
        return TEXT
    raise Rejected("unsupported_type")


def _claims(key: str, content_type: str) -> list[str]:
    _, dot, extension = key.rpartition("/")[2].rpartition(".")
    claims = [_EXTENSIONS[extension.lower()]] if dot and extension.lower() in _EXTENSIONS else []
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type in _UNSAID:
        return claims
    if media_type not in _CONTENT_TYPES:
        raise Rejected("unsupported_type")
    return [*claims, _CONTENT_TYPES[media_type]]
