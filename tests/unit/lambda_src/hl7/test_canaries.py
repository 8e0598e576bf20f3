"""Canary PHI in every field of every message: none of it in any channel but the encrypted table and bodies.

The channels: stdout and stderr (logs, metrics, tracebacks), what goes back to Lambda, bus entries, keys and
metadata of S3, acknowledgements (which repeat of the message its MSH alone), and the receipts' keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from healthcare import aws

from tests.unit.lambda_src.hl7.world import (
    JANE,
    Hl7World,
    adt,
    as_bytes,
    evn,
    message,
    mrn,
    msh,
    oru,
    pdf_result,
    pid,
    pv1,
    record,
)

AT = "20260131093000"
CANARY = "CANARYZEBULON"
WORDS = [
    "Doe",
    "Jane",
    JANE,
    "19700131",
    "1970-01-31",
    "555-0100",
    "Main St",
    "987-65-4321",
    "3W^301",
    "4711.0815",
]
FULL_PID = (
    f"PID|1|PT2|{mrn(JANE)}|ALT|Doe^Jane^Q|Mom|19700131|F|||1 Main St^^City||555-0100|||||ACC-1|987-65-4321"
)
ADMISSION = [msh("ADT^A01", "C1"), evn(AT), FULL_PID, pv1(), "ZPI|1|x"]
MERGE = [msh("ADT^A40", "C1"), evn(AT), FULL_PID, f"MRG|{mrn('P-2')}"]
RESULT = [
    msh("ORU^R01", "C1"),
    FULL_PID,
    "OBR|1|P|F|1^N^L",
    "OBX|1|NM|7^Hb^LN||4711.0815|g/dL|1|N|||F",
    pdf_result(b"%PDF"),
]


def planted(segments: list[str], *, header: bool) -> Iterator[str]:
    """The message with the canary in each of its fields in turn, MSH's own among them only with `header`."""
    for row, segment in enumerate(segments):
        fields = segment.split("|")
        for column in range(2 if segment.startswith("MSH") else 1, len(fields)):
            if segment.startswith("MSH") and not header:
                continue
            for value in (
                CANARY,
                f"{fields[column]}^{CANARY}",
                f"{CANARY}~{fields[column]}",
                f"\\{CANARY}\\",
            ):
                changed = "|".join([*fields[:column], value, *fields[column + 1 :]])
                yield message(*segments[:row], changed, *segments[row + 1 :])


def channels(hl7: Hl7World, returned: object, *, acknowledgements: bool = True) -> str:
    objects = hl7.objects("")
    said = [
        hl7.output(),
        json.dumps(returned),
        json.dumps(hl7.announced),
        json.dumps([[key, found["Metadata"], found["ContentType"]] for key, found in objects.items()]),
        json.dumps([row["entry"] for row in hl7.rows() if row["subject"].startswith("message#")]),
        json.dumps([row["subject"] for row in hl7.rows() if row["subject"].startswith("message#")]),
    ]
    return "\n".join(said + (hl7.acknowledgements() if acknowledgements else []))


@pytest.mark.parametrize("segments", [ADMISSION, MERGE, RESULT], ids=["admission", "merge", "result"])
def test_canary_in_every_field(hl7: Hl7World, segments: list[str]) -> None:
    texts = list(planted(segments, header=False))
    assert len(texts) >= 25
    returned = [hl7.send(text) for text in texts]
    said = channels(hl7, returned)  # once: the acknowledgements leave their queue
    assert [word for word in (CANARY, *WORDS) if word in said] == []


@pytest.mark.parametrize("segments", [ADMISSION], ids=["admission"])
def test_canary_in_every_field_of_the_header(hl7: Hl7World, segments: list[str]) -> None:
    # An acknowledgement repeats who sent what: that is what it is for.
    texts = [text for text in planted(segments, header=True) if CANARY in text.split("\r")[0]]
    returned = [hl7.send(text) for text in texts]
    assert CANARY not in channels(hl7, returned, acknowledgements=False)


@pytest.mark.parametrize(
    "body",
    [
        CANARY,
        f"MSH|{CANARY}",
        f"MSH|^~\\&|E\r{CANARY}",
        f"BHS|^~\\&|{CANARY}\rBTS|9|{CANARY}\r",
        json.dumps({"hl7v2": {"key": f"incoming/{CANARY}"}}),
        json.dumps({"hl7v2": CANARY}),
        json.dumps({CANARY: CANARY}),
        "{" + CANARY,
        as_bytes(f"MSH|^~\\&|E|||||||||||||||||{CANARY}\r".encode()),
        as_bytes(CANARY.encode("utf-16")),
    ],
)
def test_canary_in_bodies_that_are_no_messages(hl7: Hl7World, body: str) -> None:
    returned = hl7.send(body)
    assert hl7.quarantined()
    assert CANARY not in channels(hl7, returned)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("s3", "PutObject"), ("dynamodb", "GetItem"), ("dynamodb", "TransactWriteItems"),
     ("events", "PutEvents"), ("dynamodb", "UpdateItem"), ("sqs", "SendMessage")],
)  # fmt: skip
def test_whatever_fails_the_message_stays_out_of_the_log(hl7: Hl7World, service: str, operation: str) -> None:
    client = {"s3": aws.s3, "dynamodb": aws.dynamodb, "events": aws.events, "sqs": aws.sqs}[service]()
    with hl7.fails(client, operation, "ValidationException"):
        returned = [
            hl7.deliver(record(message(*segments), message_id=f"m-{number}"))
            for number, segments in enumerate((ADMISSION, MERGE, RESULT))
        ]
    assert any(returned)
    for word in [*WORDS, "canary"]:
        assert word not in channels(hl7, returned), word


def test_a_bug_says_its_place_and_nothing_else(hl7: Hl7World, monkeypatch: pytest.MonkeyPatch) -> None:
    from hl7_ingest import ingest

    def broken(*_: object) -> None:
        raise ValueError(message(*ADMISSION))

    monkeypatch.setattr(ingest, "event_of", broken)
    returned = hl7.deliver(record(message(*ADMISSION), message_id="m-1"))
    assert returned == ["m-1"]
    for word in WORDS:
        assert word not in channels(hl7, returned)
    assert '"error_type":"ValueError"' in hl7.output()


def test_a_duplicate_and_a_reused_control_id_say_nothing(hl7: Hl7World) -> None:
    texts = [
        adt("A01", AT, control_id="C1"),
        adt("A01", AT, control_id="C1"),
        oru("OBX|1|NM|7||4711.0815", control_id="C1"),
    ]
    assert {"HL7Duplicate", "HL7ControlIdReused"} <= (
        {*hl7.metrics()} if [hl7.send(text) for text in texts] else set()
    )
    for word in WORDS:
        assert word not in channels(hl7, None)


def test_python_hl7s_own_unescape_which_logs_fields_is_not_used(
    hl7: Hl7World, caplog: pytest.LogCaptureFixture
) -> None:
    hl7.send(adt("A28", AT, name=f"\\Q\\{CANARY}\\\\^\\X1\\", rest="\\C2842\\"))
    assert CANARY not in caplog.text
    assert pid() not in caplog.text
