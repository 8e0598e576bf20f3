"""ACK and NAK, for senders that want one."""

from __future__ import annotations

import re

import hl7 as python_hl7
import pytest
from hl7_ingest.acknowledgements import Acknowledgements

from tests.unit.lambda_src.hl7.world import Hl7World, adt, evn, message, msh, pid, pv1

AT = "20260131093000"


def bad(control_id: str = "C1", version: str = "2.5.1", acks: str = "|", **more: str) -> str:
    return message(
        msh("ADT^A01", control_id, version=version, acks=acks, **more), evn(AT), pid(ids="X^^^NO^MR"), pv1()
    )


@pytest.mark.parametrize(
    ("acks", "good", "refused"),
    [("|", True, True), ("AL|AL", True, True), ("NE|NE", False, False), ("AL|", False, False),
     ("NE|ER", False, True), ("NE|SU", True, False), ("|AL", True, True)],
)  # fmt: skip
def test_who_wants_one_gets_one(hl7: Hl7World, acks: str, good: bool, refused: bool) -> None:
    hl7.send(adt("A01", AT, acks=acks))
    assert bool(hl7.acknowledgements()) is good
    hl7.send(bad(acks=acks))
    assert bool(hl7.acknowledgements()) is refused


def test_sender_and_receiver_are_swapped(hl7: Hl7World) -> None:
    hl7.send(adt("A01", AT, control_id="C1"))
    (ack,) = hl7.acknowledgements()
    parsed = python_hl7.parse(ack)
    assert [str(parsed.segment("MSH")[number]) for number in (3, 4, 5, 6, 9, 11, 12)] == [
        "STORE", "AWS", "EPIC", "MAIN", "ACK^A01", "P", "2.5.1",
    ]  # fmt: skip


def test_each_acknowledgement_has_a_short_control_id_of_its_own(hl7: Hl7World) -> None:
    for control_id in ("C1", "C2"):
        hl7.send(adt("A01", AT, control_id=control_id))
    ids = {ack.split("|")[9] for ack in hl7.acknowledgements()}
    assert len(ids) == 2
    assert all(re.fullmatch(r"[0-9a-f]{20}", one) for one in ids), "20 characters is what version 2.5.1 takes"


@pytest.mark.parametrize(
    ("version", "err"),
    [
        ("2.5.1", "ERR||PID^1^3|204^Unknown key identifier^HL70357|E"),
        ("2.8", "ERR||PID^1^3|204^Unknown key identifier^HL70357|E"),
        ("2.4", "ERR|PID^1^3^204&Unknown key identifier&HL70357"),
        ("2.1", "ERR|PID^1^3^204&Unknown key identifier&HL70357"),
    ],
)
def test_errors_say_where_and_what_and_no_value(hl7: Hl7World, version: str, err: str) -> None:
    hl7.send(bad(version=version))
    (nak,) = hl7.acknowledgements()
    assert nak.split("\r")[1:3] == ["MSA|AE|C1", err]
    for word in ("Doe", "Jane", "19700131", "X^^^NO"):
        assert word not in nak


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (message(msh("ORM^O01", "C1"), pid()), "AR"),
        (message(msh("ADT^A17", "C1"), pid()), "AR"),
        (message(msh("ADT^A01", "C1", version="3.1"), pid()), "AR"),
        (message(msh("ADT^A01", "C1", processing_id="D"), pid()), "AR"),
        (message(msh("ADT^A01", "C1"), pid()), "AE"),
    ],
)
def test_what_is_refused_for_its_kind_is_rejected(hl7: Hl7World, text: str, code: str) -> None:
    hl7.send(text)
    (nak,) = hl7.acknowledgements()
    assert nak.split("\r")[1] == f"MSA|{code}|C1"


def test_other_delimiters_are_answered_with_the_usual_ones(hl7: Hl7World) -> None:
    hl7.send(adt("A01", AT).replace("|", "$").replace("$EPIC$", "$EP|IC$"))
    (ack,) = hl7.acknowledgements()
    assert ack.startswith("MSH|^~\\&|STORE|AWS|EP\\F\\IC|MAIN|")


def test_without_a_queue_or_a_control_id_there_is_none(hl7: Hl7World) -> None:
    hl7.send(message(msh("ADT^A01", ""), pid()))
    hl7.send("MSH|^~\\&")
    assert hl7.acknowledgements() == []
    hl7.ingest.acknowledgements = Acknowledgements(None, None)
    assert hl7.send(adt("A01", AT)) == []
    assert hl7.acknowledgements() == []


def test_a_fifo_queue_of_acknowledgements(hl7: Hl7World) -> None:
    sqs = hl7.aws["sqs"]
    url = sqs.create_queue(QueueName="acks.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    hl7.ingest.acknowledgements = Acknowledgements(hl7.ingest.acknowledgements.client, url)
    assert hl7.send(adt("A01", AT)) == []
    hl7.ack_queue_url = url
    assert len(hl7.acknowledgements()) == 1
