"""Whatever comes, it is stored or in quarantine: nothing crashes, nothing is lost, nothing is counted
twice.
"""

from __future__ import annotations

import json

import pytest
from hl7_ingest import er7, framing
from hl7_ingest.events import Rules, event_of
from hl7_ingest.faults import CONDITIONS, Rejected
from hl7_ingest.headers import header_of
from hl7_ingest.records import Received, Snapshot, event_row, next_states
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.hl7.world import Hl7World, adt, as_bytes, mrn, oru, pdf_result, record

VALID = [
    adt("A01", "20260131093000"),
    adt("A40", "20260131093000") + f"MRG|{mrn('P-9')}\r",
    oru(pdf_result(b"%PDF"), "OBX|2|NM|7||1"),
]
parts = st.sampled_from(
    [
        "MSH",
        "|",
        "^~\\&",
        "\r",
        "\n",
        "PID",
        "FHS",
        "BHS",
        "BTS|2",
        "ADT^A01",
        "&",
        "~",
        "\\",
        '""',
        mrn("P-1"),
        "\x0b",
        "\x1c",
        "2.5",
        "20260131",
        "OBX|1|ED|||^^^Base64^AAAA",
        "\ufeff",
        "é",
        "\ud800",
        "\0",
    ]
)
soup = st.lists(parts, max_size=60).map("".join)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A good message with some of its characters replaced, removed or repeated."""
    text = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(soup | st.text(max_size=4)) + text[at + draw(st.integers(0, 9)) :]
    return text


def rules(hl7: Hl7World) -> Rules:
    found: Rules = hl7.ingest.rules
    return found


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.binary(max_size=400) | soup | damaged() | damaged().map(lambda text: text.encode("utf-8", "replace"))
)
@example(b"\xff\xfe\x00\xd8")
@example("MSH|^~\\&\r")
def test_reading_ends_in_an_event_or_a_reason(hl7: Hl7World, content: bytes | str) -> None:
    payload = framing.take_apart(content)
    assert payload.parts
    for part in payload.parts:
        if not isinstance(part, framing.Piece):
            assert part[1].code in CONDITIONS
            continue
        try:
            message = er7.parse(part.text, part.codec)
            event = event_of(message, header_of(message), rules(hl7))
            before = Snapshot({}, {}, {})
            json.dumps([event_row(event, before, Received("s", "o", "t")), next_states(event, before)])
        except Rejected:
            pass  # its code is one of CONDITIONS, or making it would have failed


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        damaged() | st.sampled_from(VALID) | soup | st.binary(max_size=99).map(as_bytes),
        min_size=1,
        max_size=4,
    )
)
def test_sent_is_stored_and_duplicate_and_quarantined(hl7: Hl7World, bodies: list[str]) -> None:
    before = accounted(hl7)
    records = [record(body) for body in bodies]
    assert hl7.deliver(*records) == []
    once = accounted(hl7)
    assert once - before >= len(bodies)  # a body may hold several messages, and never none
    assert hl7.deliver(*records) == []
    assert accounted(hl7) == once


def accounted(hl7: Hl7World) -> int:
    listed = hl7.aws["s3"].list_objects_v2(
        Bucket="healthcare-123456789012-hl7-messages", Prefix="quarantine/"
    )
    rows = [row for row in hl7.rows() if row["entry"].startswith(("event#", "duplicate#"))]
    return len(rows) + int(listed["KeyCount"])


@pytest.mark.parametrize("size", [1_000_000])
def test_a_long_line_of_separators_ends_soon(size: int) -> None:
    for filler in ("|", "^", "~", "&", "\\", "\r", "\n", "\\.sp9\\"):
        text = VALID[0] + "NTE|1||" + filler * (size // len(filler))
        for part in framing.take_apart(text).parts:
            assert isinstance(part, framing.Piece)
            er7.parse(part.text).one("NTE").text(3)
