"""Messages as the world sends them: line ends, frames, byte-order marks, character sets, batches,
documents.
"""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import pytest
from hl7_ingest import er7, framing
from hl7_ingest.charsets import CODECS
from hl7_ingest.faults import Rejected

from tests.unit.lambda_src.hl7.world import (
    BUCKET,
    DAY,
    JANE,
    Hl7World,
    adt,
    as_bytes,
    evn,
    message,
    msh,
    oru,
    pdf_result,
    pid,
    pv1,
    record,
)

ADMISSION = [msh("ADT^A01", "C1"), evn("20260131093000"), pid(), pv1(), "ZPV|1|a^b&c"]


def pieces(data: bytes | str) -> list[str]:
    parts = framing.take_apart(data).parts
    assert all(isinstance(part, framing.Piece) for part in parts)
    return [part.text for part in parts if isinstance(part, framing.Piece)]


@pytest.mark.parametrize(
    "end", ["\r", "\n", "\r\n", "\n\n", "\r\r\n"], ids=["CR", "LF", "CRLF", "LFLF", "CRCRLF"]
)
@pytest.mark.parametrize("last", [True, False], ids=["with-last-end", "without"])
def test_line_ends(end: str, last: bool) -> None:
    text = end.join(ADMISSION) + (end if last else "")
    (piece,) = pieces(text.encode())
    assert [segment.name for segment in er7.parse(piece).segments] == ["MSH", "EVN", "PID", "PV1", "ZPV"]


def test_a_line_feed_within_a_field_of_a_message_with_carriage_returns_is_text() -> None:
    parsed = er7.parse("\r".join([*ADMISSION, "NTE|1||first line\nsecond line", "ZZZ|1"]))
    assert parsed.one("NTE").text(3) == "first line\nsecond line"
    assert parsed.segments[-1].name == "ZZZ"


def test_line_feeds_after_which_a_segment_follows_end_segments_even_among_carriage_returns() -> None:
    assert len(er7.parse(f"{ADMISSION[0]}\r{ADMISSION[1]}\n{ADMISSION[2]}\n{ADMISSION[3]}\r").segments) == 4


@pytest.mark.parametrize("frame", [b"\x0b%s\x1c\r", b"\x0b%s\x1c\r\n", b"%s\x1c\r", b"\x0b%s"])
def test_mllp_frames(frame: bytes) -> None:
    (piece,) = pieces(frame % message(*ADMISSION).encode())
    assert er7.parse(piece).one("PID").text(5) == "Doe"


def test_two_mllp_frames_are_two_messages() -> None:
    framed = b"".join(b"\x0b" + message(*ADMISSION).encode() + b"\x1c\r" for _ in range(2))
    assert len(pieces(framed)) == 2


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_byte_order_marks_and_wide_characters(codec: str) -> None:
    text = message(msh("ADT^A01", charset="UNICODE UTF-8"), pid(name="Müller^Jürgen"))
    (piece,) = pieces(text.encode(codec))
    assert er7.parse(piece).one("PID").text(5) == "Müller"


def test_a_byte_order_mark_in_text() -> None:
    (piece,) = pieces("\ufeff" + message(*ADMISSION))
    assert er7.parse(piece).one("PID").text(5) == "Doe"


@pytest.mark.parametrize(
    ("charset", "codec", "name"),
    [
        ("8859/1", "latin-1", "Müller"),
        ("8859/1", "cp1252", "O\u2019Neill"),  # Windows' quote, sent as 8859/1
        ("8859/2", "iso8859-2", "Łukasz"),
        ("8859/5", "iso8859-5", "Иванов"),
        ("8859/15", "iso8859-15", "Œuvre"),
        ("UNICODE UTF-8", "utf-8", "Ğöß"),
        ("", "utf-8", "Ğöß"),
        ("8859/1~UNICODE UTF-8", "latin-1", "Müller"),  # the first is the default set
        ("GB 18030-2000", "gb18030", "张伟"),
        ("BIG-5", "big5", "許功蓋"),  # each with a byte 0x5C, the escape character, in it
        ("KS X 1001", "euc_kr", "김철수"),
        ("ISO IR14", "shift_jis", "表十ソ"),
        ("ISO IR87", "iso2022_jp", "山田"),
        ("ASCII", "ascii", "Miller"),
        ("unicode utf-8", "utf-8", "Ğöß"),
    ],
)
def test_character_sets(hl7: Hl7World, charset: str, codec: str, name: str) -> None:
    text = message(msh("ADT^A28", charset=charset), pid(name=f"{name}^Jane"))
    assert hl7.send(as_bytes(text.encode(codec))) == []
    assert hl7.state()["demographics"]["family_name"] == name


def test_text_is_text_whatever_msh_18_says(hl7: Hl7World) -> None:
    hl7.send(message(msh("ADT^A28", charset="8859/1"), pid(name="Müller^Łucja")))
    assert hl7.state()["demographics"]["given_name"] == "Łucja"


def test_a_last_byte_that_is_a_blank_in_latin_1_is_kept() -> None:
    text = "\r".join([msh("ADT^A28", charset="UNICODE UTF-8"), pid(), "ZNM|à"])
    assert text.encode().endswith(b"\xa0")
    (piece,) = pieces(text.encode())
    assert er7.parse(piece).one("ZNM").text(1) == "à"


@pytest.mark.parametrize(
    ("charset", "data", "code"),
    [
        ("EBCDIC", b"Doe", "character_set_unsupported"),
        ("ASCII", "Müller".encode(), "encoding"),
        ("UNICODE UTF-8", "Müller".encode("latin-1"), "encoding"),
        ("", "Müller".encode("latin-1"), "encoding"),
    ],
)
def test_what_is_no_text_in_its_character_set_is_quarantined(
    hl7: Hl7World, charset: str, data: bytes, code: str
) -> None:
    text = message(msh("ADT^A28", charset=charset), pid(name="@@^Jane")).encode().replace(b"@@", data)
    assert hl7.send(as_bytes(text)) == []
    assert hl7.quarantined() == [(code, "MSH", 18)]
    (kept,) = hl7.objects("quarantine/").values()
    assert kept["Body"].read() == text.strip()


def test_every_character_set_of_the_table_is_one_that_python_has() -> None:
    for codec in CODECS.values():
        "Doe".encode(codec)


@pytest.mark.parametrize("delimiters", ["$%#!*", "|^~\\&#", "*:;@+"], ids=str)
def test_other_delimiters(delimiters: str) -> None:
    field, component, repetition, escape, subcomponent = list(delimiters[:5])
    usual = "\r".join(
        ["MSH|ENCODING|EPIC|MAIN|STORE|AWS|20260131093000||ADT^A28|C1|P|2.7",
         "PID|1||X^^^OTHER^MR~P-1^^^HOSP&1.2.3.4&ISO^MR||van Berg&van&Berg^Jo\\F\\Ann|"]
    )  # fmt: skip
    table = str.maketrans({"|": field, "^": component, "~": repetition, "\\": escape, "&": subcomponent})
    text = usual.translate(table).replace("ENCODING", delimiters[1:])
    parsed = er7.parse(text)
    assert (parsed.field_separator, parsed.encoding_characters) == (field, delimiters[1:])
    assert [repetition.text(4, 2) for repetition in parsed.one("PID").repetitions(3)] == ["", "1.2.3.4"]
    assert parsed.one("PID").text(5, 1) == "van Berg"
    assert parsed.one("PID").text(5, 1, 3) == "Berg"
    assert parsed.one("PID").text(5, 2) == f"Jo{field}Ann"


@pytest.mark.parametrize(
    "head",
    ["MSH", "MSH|", "MSH||EPIC", "MSH|^^~&|E", "MSHA^~\\&AE", "MSH|^~\\&#!|E", 'MSH|^~\\"|E'],
)
def test_impossible_delimiters_are_refused(head: str) -> None:
    with pytest.raises(Rejected) as refused:
        er7.parse(head + "|MAIN\rPID|1")
    assert refused.value.code in ("delimiters", "segment_sequence")


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"\E\F\E\ ".strip(), r"\F\ ".strip()),
        (r"\E\R\ ".strip(), r"\R\ ".strip()),  # python-hl7 loses the last character
        (r"4\5 re. \T\ 6", "4\\5 re. & 6"),  # a lone escape character is one
        (r"M\XFC\ller", "Müller"),
        (r"line\.br\line\.sp\line", "line\nline\nline"),
        (r"x\.sp99999999999\y", "x\ny"),  # no more than a line, whatever is asked
        (r"\H\bold\N\ ".strip(), "bold"),
        (r"\Zlocal\ \Q\ ".strip(), r"\Zlocal\ \Q\ ".strip()),  # unknown: as it is, nothing is lost
        (r"\X4\ ".strip(), r"\X4\ ".strip()),
    ],
)
def test_escapes(sent: str, read: str) -> None:
    parsed = er7.parse(f"MSH|^~\\&|E\rNTE|1||{sent}", "iso8859-1")
    assert parsed.one("NTE").text(3) == read


def test_an_escape_never_makes_a_separator() -> None:
    repetition = er7.parse(f"MSH|^~\\&|E\rPID|1||A\\S\\B^^^{'HO'}\\T\\SP").one("PID").first(3)
    assert (repetition.text(1), repetition.text(4, 1), repetition.text(4, 2)) == ("A^B", "HO&SP", "")


def test_places_that_are_not_there_are_empty() -> None:
    parsed = er7.parse("MSH|^~\\&|E\rPID|1\rZZZ")
    assert parsed.one("PID").text(30, 5, 2) == ""
    assert parsed.one("PID").text(1, 1, 2) == ""
    assert parsed.one("ZZZ").repetitions(1) == []
    assert parsed.one("MSH").text(1) == "|"
    assert parsed.one("MSH").first(2).raw(1) == "^~\\&"


@pytest.mark.parametrize("line", ["pid|1", "PI|1", "P1|", "PID^1", "\x00\x01", "PIDX|1"])
def test_what_is_no_segment_is_refused(line: str) -> None:
    with pytest.raises(Rejected) as refused:
        er7.parse(f"MSH|^~\\&|E\r{line}\rPV1|1")
    assert (refused.value.code, refused.value.segment) == ("segment_sequence", "")


def test_a_batch_is_its_messages(hl7: Hl7World) -> None:
    good = [adt("A28", f"2026013109300{n}", f"P-{n}") for n in range(3)]
    batch = "".join(
        [
            "FHS|^~\\&|E\r",
            "BHS|^~\\&|E\r",
            good[0],
            good[1],
            "BTS|2\r",
            "BHS|^~\\&|E\r",
            good[2],
            "BTS|1\r",
            "FTS|2\r",
        ]
    )
    assert hl7.send(batch) == []
    assert [event["patient_id"] for event in hl7.events()] == ["P-0", "P-1", "P-2"]
    assert hl7.quarantined() == []
    (key,) = hl7.objects("received/")
    assert {event["original"] for event in hl7.events()} == {key}


def test_one_bad_message_of_a_batch_goes_to_quarantine_alone(hl7: Hl7World) -> None:
    bad = adt("A28", "20260131093000").replace(f"{JANE}^^^HOSP", f"{JANE}^^^ELSEWHERE")
    batch = "".join(
        [
            "BHS|^~\\&|E\r",
            adt("A28", "20260131093000", "P-1"),
            bad,
            adt("A28", "20260131093000", "P-2"),
            "BTS|3\r",
        ]
    )
    sent = record(batch, message_id="m-1")
    assert hl7.deliver(sent) == []
    assert hl7.quarantined() == [("unknown_patient_identifier", "PID", 3)]
    ((key, kept),) = hl7.objects("quarantine/").items()
    assert key == f"quarantine/{DAY}/m-1-00001.hl7"
    assert kept["Body"].read().decode() == bad.strip()
    assert kept["Metadata"]["received"] == f"received/{DAY}/m-1.hl7"
    assert len(hl7.events()) == 2
    # The same delivery once more changes nothing.
    before = hl7.rows(), list(hl7.objects("quarantine/"))
    assert hl7.deliver(sent) == []
    assert (hl7.rows(), list(hl7.objects("quarantine/"))) == before


def test_a_batch_that_has_lost_messages_is_reported(hl7: Hl7World) -> None:
    hl7.send("".join(["BHS|^~\\&|E\r", adt("A28", "20260131093000"), "BTS|2\r"]))
    assert len(hl7.events()) == 1
    assert hl7.quarantined() == [("batch_count", "BTS", 1)]


def test_what_stands_before_the_first_message_is_not_lost(hl7: Hl7World) -> None:
    hl7.send("PID|1||stray\r" + adt("A28", "20260131093000"))
    assert len(hl7.events()) == 1
    assert hl7.quarantined() == [("no_message", "MSH", 0)]


@pytest.mark.parametrize("body", ["", " ", "hello", "\x0b\x1c\r", "FHS|^~\\&|E\rFTS|0\r", "{}", "[]"])
def test_what_holds_no_message_is_quarantined(hl7: Hl7World, body: str) -> None:
    assert hl7.send(body) == []
    assert len(hl7.quarantined()) == 1
    assert hl7.rows() == []


def test_documents_go_to_the_bucket(hl7: Hl7World) -> None:
    first, second = b"%PDF-1.7\n" + bytes(range(256)) * 4000, b"%PDF-1.4 two"
    assert (
        hl7.send(
            oru(
                pdf_result(first, 1),
                "OBX|2|NM|718-7^Hemoglobin^LN||13.2|g/dL|12-16|N|||F",
                pdf_result(second, 3),
            )
        )
        == []
        or True
    )
    kept = hl7.objects("documents/")
    (event,) = hl7.events()
    assert list(kept) == event["documents"] == [f"documents/hl7/{event['event_id']}/{n}.pdf" for n in (1, 2)]
    assert [found["Body"].read() for found in kept.values()] == [first, second]
    assert {found["ContentType"] for found in kept.values()} == {"application/pdf"}
    results = event["results"]
    assert [result.get("document") for result in results] == [0, None, 1]
    assert (results[1]["code"], results[1]["values"], results[1]["units"]) == ("718-7", ["13.2"], "g/dL")
    assert "JVBERi" not in json.dumps(event)


def test_a_document_of_several_megabytes_by_pointer(hl7: Hl7World) -> None:
    content = b"%PDF-1.7\n" + bytes(range(256)) * 16_000
    whole = oru(pdf_result(content)).encode()
    hl7.aws["s3"].put_object(Bucket=BUCKET, Key="incoming/4711.hl7", Body=whole)
    assert hl7.send(json.dumps({"hl7v2": {"key": "incoming/4711.hl7"}})) == []
    (kept,) = hl7.objects("documents/").values()
    assert kept["Body"].read() == content
    (original,) = hl7.objects("received/").values()
    assert original["Body"].read() == whole


@pytest.mark.parametrize(
    "data",
    [
        "LAB^application^PDF^Base64^@@",
        "LAB^application^PDF^Base64^",
        "LAB^application^PDF^^JVBERi0=",
        "LAB^application^PDF^Hex^zz",
    ],
)
def test_documents_that_cannot_be_decoded(hl7: Hl7World, data: str) -> None:
    hl7.send(oru(f"OBX|1|ED|1^R^LN||{data}||||||F"))
    ((_, segment, number),) = hl7.quarantined()
    assert (segment, number) == ("OBX", 5)
    assert hl7.events() == []


@pytest.mark.parametrize("split", ["\\.br\\", "\\X0D0A\\", " "])
def test_base64_in_lines(hl7: Hl7World, split: str) -> None:
    hl7.send(oru(f"OBX|1|ED|1^R^LN||LAB^application^PDF^Base64^JVBE{split}Ri0x||||||F"))
    (kept,) = hl7.objects("documents/").values()
    assert kept["Body"].read() == b"%PDF-1"


@pytest.mark.parametrize(
    ("envelope", "code"),
    [
        ({"key": "incoming/none.hl7"}, "object_missing"),
        ({"key": "documents/hl7/x/1.pdf"}, "envelope"),
        ({"key": "incoming/large.hl7"}, "too_large"),
        ({"key": 5}, "envelope"),
        ({"key": "incoming/x", "bucket": "someone-elses"}, "envelope"),
        ({"base64": "@@"}, "envelope"),
        ({"base64": "AAAA", "key": "incoming/x"}, "envelope"),
        ({}, "envelope"),
        ("text", "envelope"),
    ],
)
def test_pointers_lead_only_into_the_bucket(
    hl7: Hl7World, monkeypatch: Any, envelope: Any, code: str
) -> None:
    object.__setattr__(hl7.ingest.originals, "maximum_bytes", 50)
    hl7.aws["s3"].put_object(Bucket=BUCKET, Key="incoming/large.hl7", Body=b"x" * 51)
    hl7.aws["s3"].put_object(Bucket=BUCKET, Key="documents/hl7/x/1.pdf", Body=b"x")
    body = json.dumps({"hl7v2": envelope})
    assert hl7.send(body) == []
    assert hl7.quarantined() == [(code, "none", 0)]
    (kept,) = hl7.objects("quarantine/").values()
    assert kept["Body"].read().decode() == body


def test_a_pointer_names_a_version(hl7: Hl7World) -> None:
    s3 = hl7.aws["s3"]
    first = s3.put_object(Bucket=BUCKET, Key="incoming/1.hl7", Body=adt("A28", "20260131093000").encode())
    s3.put_object(Bucket=BUCKET, Key="incoming/1.hl7", Body=b"overwritten")
    hl7.send(json.dumps({"hl7v2": {"key": "incoming/1.hl7", "version_id": first["VersionId"]}}))
    assert len(hl7.events()) == 1


def test_the_bytes_are_kept_as_they_came_before_anything_else(hl7: Hl7World) -> None:
    content = message(msh("ADT^A28", charset="8859/1"), pid(name="Müller")).encode("latin-1")
    sent = record(as_bytes(content), message_id="m-1")
    with hl7.fails(hl7.ingest.store.client, "GetItem", "ThrottlingException"):
        assert hl7.deliver(sent) == ["m-1"]
    ((key, kept),) = hl7.objects("received/").items()
    assert key == f"received/{DAY}/m-1.hl7"
    assert PurePosixPath(key).name == "m-1.hl7"
    assert kept["Body"].read() == content
    assert hl7.acknowledgements() == []
    assert hl7.deliver(sent) == []
    versions = hl7.aws["s3"].list_object_versions(Bucket=BUCKET, Prefix="received/")["Versions"]
    assert len(versions) == 1


def test_nothing_is_done_where_the_original_cannot_be_kept(hl7: Hl7World) -> None:
    sent = record(adt("A01", "20260131093000"), message_id="m-1")
    with hl7.fails(hl7.ingest.originals.client, "PutObject", "SlowDown"):
        assert hl7.deliver(sent) == ["m-1"]
    assert hl7.rows() == []
    assert hl7.announced == []
