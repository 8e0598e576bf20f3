"""scripts/replay_hl7.py: what was refused comes again, byte by byte, when it can be stored."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts import replay_hl7
from tests.unit.lambda_src.hl7.world import (
    BUCKET,
    JANE,
    Hl7World,
    adt,
    as_bytes,
    evn,
    message,
    msh,
    pid,
    record,
)

AT = "20260131093000"


@pytest.fixture
def queue(hl7: Hl7World) -> str:
    return str(hl7.aws["sqs"].create_queue(QueueName="healthcare-hl7")["QueueUrl"])


def replay(hl7: Hl7World, queue: str, *options: str) -> str:
    hl7.output()
    assert replay_hl7.main(["--bucket", BUCKET, "--queue-url", queue, *options]) == 0
    before = len(hl7.written)
    return hl7.output()[before:]


def deliver_all(hl7: Hl7World, queue: str) -> int:
    """What the poller would do."""
    sqs, count = hl7.aws["sqs"], 0
    while got := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for entry in got:
            assert hl7.deliver(record(entry["Body"], message_id=entry["MessageId"])) == []
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=entry["ReceiptHandle"])
            count += 1
    return count


def refused(hl7: Hl7World) -> None:
    """One message as text, one as Latin-1 bytes, of a training system; and one of an unknown authority."""
    hl7.send(adt("A28", AT, "P-1", name="Łucja^J").replace("|P|2.5.1", "|T|2.5.1"))
    latin = message(msh("ADT^A28", charset="8859/1", processing_id="T"), evn(AT), pid("P-2", "Müller^J"))
    hl7.send(as_bytes(latin.encode("latin-1")))
    hl7.send(adt("A28", AT, ids="X^^^ELSEWHERE^MR"))
    assert len(hl7.quarantined()) == 3


def test_without_send_nothing_happens(hl7: Hl7World, queue: str) -> None:
    refused(hl7)
    said = replay(hl7, queue)
    assert "Would send 3 of quarantine/" in said
    assert "Nothing was sent" in said
    assert deliver_all(hl7, queue) == 0


def test_what_can_be_stored_now_is_stored(hl7: Hl7World, queue: str) -> None:
    refused(hl7)
    object.__setattr__(hl7.ingest.rules, "processing_ids", frozenset("PT"))
    said = replay(hl7, queue, "--send", "--code", "unsupported_processing_id")
    assert "Sent 2 of quarantine/" in said
    assert "1  another reason" in said
    assert deliver_all(hl7, queue) == 2
    assert hl7.state("P-1")["demographics"]["family_name"] == "Łucja"
    assert hl7.state("P-2")["demographics"]["family_name"] == "Müller"
    again = replay(hl7, queue, "--send")
    assert "2  replayed before" in again
    assert "1  unknown_patient_identifier PID-3" in again
    for word in ("Müller", "Łucja", "P-1", JANE, "Doe"):
        assert word not in said + again


def test_what_a_replay_makes_is_not_replayed_by_it(
    hl7: Hl7World, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The function's copies come at the end of a listing that goes on: it must end where it began."""
    ends: list[datetime] = []

    def listed(_s3: Any, _bucket: str, wanted: replay_hl7.Wanted, _skipped: Any) -> list[Any]:
        ends.append(wanted.until)
        return []

    monkeypatch.setattr(replay_hl7, "candidates", listed)
    before = datetime.now(UTC)
    replay(hl7, queue, "--send", "--from", "received")
    replay(hl7, queue, "--send", "--until", "2026-01-31T09:00")
    assert before <= ends[0] <= datetime.now(UTC)
    assert ends[1] == datetime(2026, 1, 31, 9, tzinfo=UTC)


def test_replaying_what_is_stored_stores_nothing_twice(hl7: Hl7World, queue: str) -> None:
    hl7.send(adt("A28", AT), adt("A31", AT))
    before = hl7.state()
    assert "Sent 2 of received/" in replay(hl7, queue, "--send", "--from", "received")
    assert deliver_all(hl7, queue) == 2
    assert hl7.state() == before
    assert (len(hl7.events()), len(hl7.entries("duplicate#"))) == (2, 2)


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--segment", "PID"], 1),
        (["--segment", "MSH"], 2),
        (["--until", "2020-01-01"], 0),
        (["--since", "2020-01-01T00:00"], 3),
    ],
)
def test_filters(hl7: Hl7World, queue: str, options: list[str], count: int) -> None:
    refused(hl7)
    assert f"Would send {count} of" in replay(hl7, queue, *options)


def test_a_fifo_queue_takes_them_too(hl7: Hl7World) -> None:
    refused(hl7)
    queue = hl7.aws["sqs"].create_queue(QueueName="healthcare-hl7.fifo", Attributes={"FifoQueue": "true"})[
        "QueueUrl"
    ]
    assert "Sent 3" in replay(hl7, queue, "--send")
    got = hl7.aws["sqs"].receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert {next(iter(json.loads(entry["Body"]))) for entry in got} == {"hl7v2"}


def test_a_fault_is_said_and_what_was_sent_is_left_out_next_time(hl7: Hl7World, queue: str) -> None:
    refused(hl7)
    options = ["--bucket", BUCKET, "--queue-url", queue + "-gone", "--send"]
    assert replay_hl7.main(options) == 1
    assert "the rest was not looked at" in hl7.output()


def test_reasons_do_not_go_with_what_was_received(hl7: Hl7World, queue: str) -> None:
    with pytest.raises(SystemExit):
        replay_hl7.main(
            ["--bucket", BUCKET, "--queue-url", queue, "--from", "received", "--code", "data_type"]
        )
