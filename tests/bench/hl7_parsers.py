"""HL7 v2 in one run: what the parsers make of awkward messages, messages a second, CPU a message, and memory.

Beside the function's own reading (bytes to event) stand python-hl7 alone and hl7apy. AWS is left out: this
is the CPU that the function's code costs.
"""

from __future__ import annotations

import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC
from typing import Any, NamedTuple

import hl7
from healthcare.patient_identity import PatientIdentifier
from hl7_ingest import er7, framing
from hl7_ingest.events import Rules, event_of
from hl7_ingest.headers import header_of
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message

SECONDS = 2.0
LARGEST_MEGABYTES = 20
MSH = "MSH|^~\\&|EPIC|MAIN|STORE|AWS|20260131093000||ADT^A01|C1|P|2.5.1"
ADT = "\r".join(
    [
        MSH,
        "EVN||20260131093000",
        "PID|1||9^^^STATE^SS~P-1^^^HOSP&1.2.3.4&ISO^MR||Doe^Jane^Q||19700131|F|||1 Main St^^City^IL||555-01",
        "PV1|1|I|3W^301^A" + "|" * 16 + "V1",
        *(f"OBX|{number}|NM|718-7^Hb^LN||13.{number}|g/dL|12-16|N|||F" for number in range(10)),
    ]
)
RULES = Rules(PatientIdentifier("HOSP", "1.2.3.4", "urn:oid:1.2.3.4", "MR"), frozenset("P"), UTC)

Parse = Callable[[bytes], Any]


class Place(NamedTuple):
    segment: str
    field: int
    repetition: int = 1
    component: int = 1
    subcomponent: int = 1


AWKWARD: dict[str, tuple[str, Place, str]] = {
    "second repetition of PID-3": (ADT, Place("PID", 3, 2), "P-1"),
    "subcomponent of CX.4": (ADT, Place("PID", 3, 2, 4, 2), "1.2.3.4"),
    "surname within an FN": (f"{MSH}\rPID|1||||van Berg&van&Berg^Jo", Place("PID", 5), "van Berg"),
    "Z segment": (f"{MSH}\rZPI|a^b&c", Place("ZPI", 1, 1, 2, 2), "c"),
    "LF": (ADT.replace("\r", "\n"), Place("PID", 5), "Doe"),
    "CRLF": (ADT.replace("\r", "\r\n"), Place("PID", 5), "Doe"),
    "MLLP frame": (f"\x0b{ADT}\r\x1c\r", Place("PID", 5), "Doe"),
    "byte-order mark": (f"\ufeff{ADT}", Place("PID", 5), "Doe"),
    "other delimiters": (
        "MSH$%#!*$E$M$S$A$2026$$ADT%A01$C$P$2.5\rPID$1$$$$Doe*x%Jo",
        Place("PID", 5, 1, 2),
        "Jo",
    ),
    "escape \\T\\": (f"{MSH}\rPID|1||||O\\T\\N", Place("PID", 5), "O&N"),
    "escapes \\E\\R\\": (f"{MSH}\rPID|1||||a\\E\\R\\", Place("PID", 5), "a\\R\\"),
    "lone escape character": (f"{MSH}\rPID|1||||4\\5 re", Place("PID", 5), "4\\5 re"),
    "unknown escape": (f"{MSH}\rPID|1||||a\\Zx\\b", Place("PID", 5), "a\\Zx\\b"),
    "component that is not there": (f"{MSH}\rPID|1||||Doe", Place("PID", 5, 1, 4), ""),
}


def main() -> None:
    logging.disable(logging.CRITICAL)  # python-hl7 logs the fields that it cannot read
    readers: dict[str, Callable[[str, Place], str]] = {
        "hl7_ingest": _read_ours,
        "python-hl7": _read_python_hl7,
        "hl7apy": _read_hl7apy,
    }
    print(f"\nHL7 v2: {len(AWKWARD)} awkward places")
    for name, read in readers.items():
        wrong = [
            what for what, (text, place, wanted) in AWKWARD.items() if _result(read, text, place) != wanted
        ]
        print(f"  {name:12} {len(AWKWARD) - len(wrong):3} right   wrong: {', '.join(wrong) or 'none'}")
    print("HL7 v2: an ADT^A01 of 14 segments, one process")
    parsers: dict[str, Parse] = {
        "hl7_ingest, bytes to event": _event,
        "hl7_ingest, parse alone": lambda data: er7.parse(data.decode()),
        "python-hl7, parse alone": lambda data: hl7.parse(data.decode()),
        "hl7apy, parse alone": _hl7apy,
    }
    for name, parse in parsers.items():
        rate = _rate(parse)
        print(f"  {name:28} {rate:8.0f} messages/s   {1000 / rate:7.2f} ms of CPU each")
    before, after = _memory()
    print(
        f"HL7 v2: a PDF of {LARGEST_MEGABYTES} MB in OBX-5, in base64: {before} MB before, {after} MB at most"
    )


def _event(data: bytes) -> Any:
    (piece,) = framing.take_apart(data).parts
    assert isinstance(piece, framing.Piece)
    message = er7.parse(piece.text, piece.codec)
    return event_of(message, header_of(message), RULES)


def _hl7apy(data: bytes) -> Any:
    return parse_message(data.decode(), validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False)


def _rate(parse: Parse) -> float:
    """Messages in a second of CPU."""
    data, count, start = ADT.encode(), 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        parse(data)
        count += 1
    return count / spent


def _result(read: Callable[[str, Place], str], text: str, place: Place) -> str | None:
    try:
        return read(text, place)
    except Exception:  # noqa: BLE001 - each library has its own for each kind of trouble: wrong, all of them
        return None


def _read_ours(text: str, place: Place) -> str:
    (piece,) = framing.take_apart(text).parts
    assert isinstance(piece, framing.Piece)
    segment = er7.parse(piece.text).one(place.segment)
    return segment.repetitions(place.field)[place.repetition - 1].text(place.component, place.subcomponent)


def _read_python_hl7(text: str, place: Place) -> str:
    message = hl7.parse(text)
    found = message.extract_field(
        place.segment, 1, place.field, place.repetition, place.component, place.subcomponent
    )
    return str(message.unescape(found))


def _read_hl7apy(text: str, place: Place) -> str:
    message = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=False)
    segment = getattr(message, place.segment.lower())[0]
    field = getattr(segment, f"{segment.name}_{place.field}".lower())[place.repetition - 1]
    components = [child for child in field.children if str(child.name).endswith(f"_{place.component}")]
    whole = components[0].to_er7() if components else ""
    parts = whole.split(message.encoding_chars["SUBCOMPONENT"])
    return str(parts[place.subcomponent - 1])


def _memory() -> tuple[int, int]:
    """Megabytes of a process of its own before and after it has read the largest message."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.bench.hl7_parsers", "memory"],
        capture_output=True,
        text=True,
        check=True,
    )
    before, after = json.loads(answer.stdout)
    return before, after


def _largest() -> None:
    def peak() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

    before = peak()
    pdf = "QUJD" * (LARGEST_MEGABYTES * 1_048_576 // 3)
    header = MSH.replace("ADT^A01", "ORU^R01")
    data = f"{header}\r{ADT.splitlines()[2]}\rOBX|1|ED|1^R^L||A^application^PDF^Base64^{pdf}".encode()
    del pdf
    _event(data)
    print(json.dumps([before, peak()]))


if __name__ == "__main__":
    _largest() if sys.argv[1:] == ["memory"] else main()
