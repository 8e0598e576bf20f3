"""Every message is stored once and whole, whatever fails; sent = stored + duplicate + quarantined."""

from __future__ import annotations

from typing import Any

import pytest
from healthcare import aws
from healthcare.requests import UnsupportedEventError
from hl7_ingest.originals import Originals

from tests.unit.lambda_src.hl7.world import (
    FIFO,
    JANE,
    JOHN,
    STANDARD,
    TABLE,
    Hl7World,
    adt,
    mrn,
    oru,
    pdf_result,
    record,
)

AT = "20260131093000"
MERGE = adt("A40", AT) + f"MRG|{mrn(JOHN)}\r"


def counted(hl7: Hl7World) -> tuple[int, int, int]:
    """Stored, duplicate and quarantined, counted in table and bucket."""
    return len(hl7.events()), len(hl7.entries("duplicate#")), len(hl7.objects("quarantine/"))


def test_an_admission_is_stored_announced_and_acknowledged(hl7: Hl7World) -> None:
    assert hl7.send(adt("A01", AT, control_id="C1")) == []
    assert hl7.quarantined() == []
    assert hl7.state()["demographics"]["family_name"] == "Doe"
    assert hl7.visit()["status"] == "admitted"
    (event,) = hl7.events()
    assert (event["trigger_event"], event["patient_id"]) == ("A01", JANE)
    (announced,) = hl7.announced
    assert (announced["Source"], announced["DetailType"]) == ("healthcare.hl7", "HL7 message stored")
    assert announced["Detail"] == {
        "event_id": event["event_id"],
        "message_code": "ADT",
        "trigger_event": "A01",
        "patient_key": hl7.state()["patient_key"],
    }
    (ack,) = hl7.acknowledgements()
    assert ack.split("\r")[1] == "MSA|AA|C1"
    (receipt,) = hl7.entries("receipt")
    assert receipt["published"] is True
    assert hl7.metrics() == ["HL7Stored"]
    assert counted(hl7) == (1, 0, 0)


def test_the_same_delivery_again_is_no_duplicate(hl7: Hl7World) -> None:
    sent = record(adt("A01", AT))
    for _ in range(3):
        assert hl7.deliver(sent) == []
    assert counted(hl7) == (1, 0, 0)
    assert hl7.metrics() == ["HL7Stored"]
    assert len(hl7.announced) == 1


def test_a_message_that_is_sent_again_is_a_duplicate(hl7: Hl7World) -> None:
    text = adt("A01", AT, control_id="C1")
    again = record(text.replace("\r", "\r\n"))  # line ends are not the message
    assert hl7.send(text) == []
    for _ in range(2):
        assert hl7.deliver(again) == []
    assert counted(hl7) == (1, 1, 0)
    assert hl7.state()["version"] == 1
    assert len(hl7.announced) == 1
    assert {ack.split("\r")[1] for ack in hl7.acknowledgements()} == {"MSA|AA|C1"}


def test_the_same_control_id_with_another_body_is_an_alarm_and_no_duplicate(hl7: Hl7World) -> None:
    hl7.send(adt("A01", AT, control_id="C1"))
    other = record(adt("A01", AT, JOHN, control_id="C1"))
    assert hl7.deliver(other) == []
    assert hl7.quarantined() == [("control_id_reused", "MSH", 10)]
    assert counted(hl7) == (1, 0, 1)
    assert "HL7ControlIdReused" in hl7.metrics()
    assert [row["subject"] for row in hl7.entries("state")] == [f"patient#{JANE}"]
    assert [ack.split("\r")[1] for ack in hl7.acknowledgements()] == ["MSA|AA|C1", "MSA|AE|C1"]


@pytest.mark.parametrize("sender", ["OTHER|MAIN", "EPIC|BRANCH", "|EPICMAIN"])
def test_control_ids_are_each_senders_own(hl7: Hl7World, sender: str) -> None:
    first = adt("A28", AT, control_id="C1")
    hl7.send(first, first.replace("EPIC|MAIN", sender))
    assert counted(hl7) == (2, 0, 0)


def test_a_batch_may_hold_a_message_twice(hl7: Hl7World) -> None:
    text = adt("A28", AT, control_id="C1")
    sent = record(text + text)
    for _ in range(2):
        hl7.deliver(sent)
    assert counted(hl7) == (1, 1, 0)


@pytest.mark.parametrize(
    "text", [adt("A01", AT), MERGE, oru(pdf_result(b"%PDF-1"))], ids=["A01", "A40", "R01"]
)
@pytest.mark.parametrize("lost_answer", [False, True], ids=["refused", "answer-lost"])
@pytest.mark.parametrize(
    ("service", "operation"),
    [("s3", "PutObject"), ("dynamodb", "GetItem"), ("dynamodb", "TransactWriteItems"),
     ("events", "PutEvents"), ("dynamodb", "UpdateItem"), ("sqs", "SendMessage")],
)  # fmt: skip
def test_a_fault_at_any_call_costs_nothing(
    hl7: Hl7World, service: str, operation: str, lost_answer: bool, text: str
) -> None:
    sent = record(text, message_id="m-1")
    client = {"s3": aws.s3, "dynamodb": aws.dynamodb, "events": aws.events, "sqs": aws.sqs}[service]()
    for after in range(4):
        with hl7.fails(client, operation, "InternalError", after=after, lost_answer=lost_answer):
            hl7.deliver(sent)
    assert hl7.deliver(sent) == []
    assert counted(hl7) == (1, 0, 0)
    assert [row["version"] for row in hl7.entries("state")] == [1] * len(hl7.entries("state"))
    assert hl7.entries("receipt")[0]["published"] is True
    assert {entry["Detail"]["event_id"] for entry in hl7.announced} == {hl7.events()[0]["event_id"]}
    assert hl7.acknowledgements()
    assert hl7.metrics().count("HL7Quarantined") == 0
    patients = {row["subject"].removeprefix("patient#") for row in hl7.entries("state")}
    assert [row["patient_id"] for row in hl7.audit()] == sorted(patients)


def test_a_crash_after_the_write_and_before_the_delete(
    hl7: Hl7World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise SystemExit

    sent = record(adt("A01", AT))
    with monkeypatch.context() as patch:
        patch.setattr(type(hl7.ingest.announcements), "announce", die)
        with pytest.raises(SystemExit):
            hl7.deliver(sent)
    assert counted(hl7) == (1, 0, 0)
    assert hl7.announced == []
    assert hl7.deliver(sent) == []
    assert counted(hl7) == (1, 0, 0)
    assert len(hl7.announced) == 1


@pytest.mark.parametrize("operation", ["TransactWriteItems", "UpdateItem"])
def test_what_was_stored_unheard_is_counted_and_rings_the_alarm(hl7: Hl7World, operation: str) -> None:
    hl7.send(MERGE)
    sent = record(adt("A08", "20260131110000", JOHN))
    with hl7.fails(aws.dynamodb(), operation, "InternalError", lost_answer=True):
        hl7.deliver(sent)
    assert hl7.deliver(sent) == []
    assert hl7.metrics().count("HL7Stored") >= 2
    assert hl7.metrics().count("HL7MergedPatientUsed") >= 1


def test_an_entry_that_the_bus_refuses_is_put_again(hl7: Hl7World, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = record(adt("A01", AT), message_id="m-1")
    answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalException"}]}
    with monkeypatch.context() as patch:
        patch.setattr(aws.events(), "put_events", lambda **_: answer)
        assert hl7.deliver(sent) == ["m-1"]
    assert hl7.entries("receipt")[0]["published"] is False
    # Even where the first delivery has become a dead letter: the message that is sent again announces it.
    assert hl7.deliver({**sent, "messageId": "m-2"}) == []
    assert len(hl7.announced) == 1
    assert hl7.entries("receipt")[0]["published"] is True


def test_a_state_that_has_moved_on_is_read_again(hl7: Hl7World, monkeypatch: pytest.MonkeyPatch) -> None:
    hl7.send(adt("A28", "20260131090000"))
    store = hl7.ingest.store
    real, calls = type(store)._write, []

    def race(self: Any, event: Any, snapshot: Any, received: Any, receipt: Any) -> Any:
        calls.append(event.event_id)
        if len(calls) == 1:
            hl7.send(adt("A31", "20260131110000", name="Smith^Jane"))
        return real(self, event, snapshot, received, receipt)

    monkeypatch.setattr(type(store), "_write", race)
    assert hl7.send(adt("A31", "20260131100000", name="Jones^Jane")) == []
    assert len(calls) == 3
    assert hl7.state()["demographics"]["family_name"] == "Smith"
    assert (hl7.state()["version"], counted(hl7)) == (3, (3, 0, 0))


def test_two_deliveries_of_one_message_at_once(hl7: Hl7World, monkeypatch: pytest.MonkeyPatch) -> None:
    text, store = adt("A01", AT), hl7.ingest.store
    real = type(store).save
    first: list[Any] = []

    def late(self: Any, event: Any, received: Any) -> Any:
        if not first:
            first.append(event)
            assert hl7.send(text) == []  # another instance is faster
        return real(self, event, received)

    monkeypatch.setattr(type(store), "save", late)
    assert hl7.send(text) == []
    assert counted(hl7) == (1, 1, 0)


def test_every_change_of_a_record_is_on_the_audit_record(hl7: Hl7World) -> None:
    hl7.send(MERGE, adt("A28", AT, ids="X^^^ELSEWHERE^MR"))
    rows = hl7.audit()
    assert [row["patient_id"] for row in rows] == [JANE, JOHN]
    assert {(row["action"], row["actor"], row["outcome"]) for row in rows} == {
        ("store_hl7_message", "hl7-ingest", "success")
    }
    assert all(row["disclosed"] == [] for row in rows)


def test_a_receipt_expires_and_the_event_does_not(hl7: Hl7World) -> None:
    hl7.send(adt("A01", AT))
    (receipt,) = hl7.entries("receipt")
    assert receipt["expires_at"] > 0
    assert not any("expires_at" in row for row in hl7.events() + hl7.entries("state") + hl7.entries("visit#"))


def test_a_message_whose_receipt_has_expired_is_still_a_duplicate(hl7: Hl7World) -> None:
    text = adt("A01", AT)
    hl7.send(text)
    (receipt,) = hl7.entries("receipt")
    key = {name: {"S": receipt[name]} for name in ("subject", "entry")}
    hl7.aws["dynamodb"].delete_item(TableName=TABLE, Key=key)
    before = hl7.state()
    again = record(text)
    for _ in range(2):
        assert hl7.deliver(again) == []
    assert hl7.state() == before
    assert counted(hl7) == (1, 1, 0)
    assert len(hl7.audit()) == 1


def test_a_write_that_another_is_under_way_for_is_tried_again(hl7: Hl7World) -> None:
    sent = record(adt("A01", AT), message_id="m-1")
    with hl7.fails(aws.s3(), "PutObject", "ConditionalRequestConflict"):
        assert hl7.deliver(sent) == ["m-1"]
    assert hl7.deliver(sent) == []
    assert len(hl7.objects("received/")) == 1


def test_one_bad_message_neither_blocks_nor_repeats_the_rest(hl7: Hl7World) -> None:
    good = [record(adt("A28", AT, f"P-{n}")) for n in range(3)]
    assert hl7.deliver(good[0], record("MSH|rubbish"), good[1], record("\x00"), good[2]) == []
    assert counted(hl7) == (3, 0, 2)


def test_a_standard_queue_gets_back_what_failed_and_nothing_else(hl7: Hl7World) -> None:
    records = [record(adt("A28", AT, f"P-{n}"), message_id=f"m-{n}") for n in range(3)]
    with hl7.fails(aws.dynamodb(), "TransactWriteItems", "InternalServerError", after=1):
        assert hl7.deliver(*records) == ["m-1", "m-2"]
    assert counted(hl7) == (1, 0, 0)


def test_a_fifo_queue_keeps_the_order_of_a_group_and_goes_on_with_the_others(
    hl7: Hl7World, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [(JANE, "A01"), (JOHN, "A01"), (JANE, "A03"), (JOHN, "A03")]
    records = [
        record(adt(event, f"2026013109300{n}", who), message_id=f"m-{n}", source=FIFO, group=who)
        for n, (who, event) in enumerate(groups)
    ]
    real, calls = Originals.keep, []

    def fail_first(self: Any, path: str, content: Any) -> str:
        calls.append(path)
        if len(calls) == 1:
            raise TimeoutError
        return real(self, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Originals, "keep", fail_first)
        assert hl7.deliver(*records) == ["m-0", "m-2"]
    assert {event["patient_id"] for event in hl7.events()} == {JOHN}
    assert hl7.deliver(records[0], records[2]) == []
    assert hl7.visit("V1", JANE)["status"] == "discharged"


def test_a_group_of_a_standard_queue_means_no_order(hl7: Hl7World) -> None:
    """Fair queues:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """
    records = [record(adt("A28", AT, f"P-{n}"), source=STANDARD, group="tenant") for n in range(2)]
    with hl7.fails(aws.s3(), "PutObject", "SlowDown", after=1):
        assert len(hl7.deliver(*records)) == 1


def test_what_there_is_no_time_for_comes_back(hl7: Hl7World) -> None:
    class Late:
        aws_request_id = "88888888-8888-4888-8888-888888888888"

        def get_remaining_time_in_millis(self) -> int:
            return 4_000

    assert hl7.deliver(record(adt("A28", AT), message_id="m-1"), context=Late()) == ["m-1"]
    assert hl7.rows() == []


def test_a_batch_that_takes_too_long_is_gone_on_with(hl7: Hl7World) -> None:
    class Hurried:
        aws_request_id = "88888888-8888-4888-8888-888888888888"

        def __init__(self) -> None:
            self.asked = 0

        def get_remaining_time_in_millis(self) -> int:
            self.asked += 1
            return 60_000 if self.asked <= 2 else 4_000

    texts = [adt("A28", AT, f"P-{n}") for n in range(4)]
    batch = record("".join(["BHS|^~\\&\r", *texts, "BTS|4\r"]), message_id="batch")
    other = record(adt("A28", AT, "P-9"), message_id="other")
    assert hl7.deliver(batch, other, context=Hurried()) == ["batch", "other"]
    assert counted(hl7) == (2, 0, 0)
    assert hl7.deliver(batch, other) == []
    assert counted(hl7) == (5, 0, 0)


@pytest.mark.parametrize(
    "event", [{}, None, [], {"Records": []}, {"Records": [{"eventSource": "aws:s3"}]}, {"httpMethod": "GET"}]
)
def test_events_of_other_services_are_refused_loudly(hl7: Hl7World, event: object) -> None:
    with pytest.raises(UnsupportedEventError):
        hl7.handler(event, None)
