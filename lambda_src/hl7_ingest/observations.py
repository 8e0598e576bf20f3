"""OBR, OBX and NTE: results as they were reported, and embedded documents (OBX-5 of type ED)."""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from hl7_ingest.er7 import Message, Segment
from hl7_ingest.faults import Rejected

_ENCAPSULATED: Final = "ED"
_EXTENSIONS: Final = {
    "PDF": "pdf",
    "RTF": "rtf",
    "HTML": "html",
    "XML": "xml",
    "JPEG": "jpg",
    "PNG": "png",
    "TIFF": "tif",
}
_BLANK: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Document:
    """An embedded document, decoded. `subtype` is ED.3 where it is one of a few, "OCTET-STREAM" otherwise."""

    content: bytes
    subtype: str

    @property
    def extension(self) -> str:
        return _EXTENSIONS.get(self.subtype, "bin")


def results_of(message: Message) -> "tuple[list[dict[str, Any]], list[Document]]":
    """The results in their order, and the documents that some of them point to by position (`document`)."""
    results: list[dict[str, Any]] = []
    documents: list[Document] = []
    order: dict[str, Any] = {}
    result: dict[str, Any] | None = None
    for segment in message.segments:
        if segment.name == "OBR":
            result = None
            order = _present(
                {
                    "placer_order_number": segment.text(2),
                    "filler_order_number": segment.text(3),
                    "universal_service_id": segment.text(4),
                }
            )
        elif segment.name == "OBX":
            result = order | _result(segment)
            if segment.text(2) == _ENCAPSULATED:
                result["document"] = len(documents)
                documents.append(_document(segment))
            else:
                result["values"] = _values(segment, 5)
            results.append(result)
        elif segment.name == "NTE" and result is not None:
            result["comments"] = [*result.get("comments", []), *_values(segment, 3)]
        elif segment.name == "NTE" and order:
            order["order_comments"] = [*order.get("order_comments", []), *_values(segment, 3)]
    return results, documents


def _result(obx: Segment) -> dict[str, Any]:
    return _present(
        {
            "set_id": obx.text(1),
            "value_type": obx.text(2),
            "code": obx.text(3, 1),
            "name": obx.first(3).whole(2),
            "coding_system": obx.text(3, 3),
            # Which isolate, say: what else tells apart the results of one code. HL7 v2.5.1, 7.4.2.4
            "sub_id": obx.text(4),
            "units": obx.first(6).whole(1),
            "reference_range": "~".join(_values(obx, 7)),
            "abnormal_flags": "~".join(flag.text(1) for flag in obx.repetitions(8)),
            "status": obx.text(11),
            "observed_at": obx.text(14),
        }
    )


def _values(segment: Segment, number: int) -> list[str]:
    """Each repetition of a field: its text, or its components joined by "^" where it has several."""
    values = []
    for repetition in segment.repetitions(number):
        count = 1 if isinstance(repetition.parts, str) else len(repetition.parts)
        values.append("^".join(repetition.whole(part) for part in range(1, count + 1)).rstrip("^"))
    return values


def _document(obx: Segment) -> Document:
    """ED: source application, type of data, subtype, encoding, data."""
    data = obx.first(5)
    subtype, encoding = data.text(3).upper() or data.text(2).upper(), data.text(4).upper()
    content = _BLANK.sub("", data.text(5))
    try:
        if encoding == "BASE64":
            decoded = base64.b64decode(content, validate=True)
        elif encoding == "HEX":
            decoded = bytes.fromhex(content)
        elif encoding == "A":
            decoded = data.whole(5).encode()
        else:
            raise Rejected("data_type", "OBX", 5)
    except (binascii.Error, ValueError):
        raise Rejected("data_type", "OBX", 5) from None
    if not decoded:
        raise Rejected("required", "OBX", 5)
    return Document(decoded, subtype if subtype in _EXTENSIONS else "OCTET-STREAM")


def _present(values: dict[str, str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
