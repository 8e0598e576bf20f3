"""The judge of `make reliability` says yes to right books, and no to every kind of wrong ones."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.reliability.ehr import Books
from tests.reliability.facts import Fact
from tests.reliability.messages import Message, traffic
from tests.reliability.replay import replay
from tests.reliability.report import Report, judge

TRAFFIC = traffic(400, 3)
SENT = {f"id-{number}": message for number, message in enumerate(TRAFFIC.messages)}
METRICS = {"HL7Stored": 360, "HL7Duplicate": 20, "HL7Quarantined": 20, "Invocations": 40, "Errors": 0}


def right_books() -> Books:
    """As a function without fault would leave them: the first copy is stored, the second a duplicate."""
    rows: list[dict[str, Any]] = []
    quarantined, audited, announced = {}, [], []
    stored = set()
    for message_id, message in SENT.items():
        if message.refused is not None:
            quarantined[message_id] = message.refused
        elif message.number in stored:
            rows.append({"subject": f"message#{message.number}", "entry": f"duplicate#{message_id}"})
        else:
            stored.add(message.number)
            rows += stored_rows(message_id, message)
            prior = TRAFFIC.facts[message.number].prior_patient_id
            audited += [event_id(message)] * (2 if prior else 1)
            announced.append(event_id(message))
    return Books([*rows, *state_rows()], quarantined, set(SENT), audited, announced)


def event_id(message: Message) -> str:
    return f"event-{message.number}"


def stored_rows(message_id: str, message: Message) -> list[dict[str, Any]]:
    fact = TRAFFIC.facts[message.number]
    event = {
        "subject": f"patient#{fact.patient_id}",
        "entry": f"event#{message.number}",
        "event_id": event_id(message),
        "patient_id": fact.patient_id,
        "source": message_id,
    }
    if fact.prior_patient_id:
        event["prior_patient_id"] = fact.prior_patient_id
    receipt = {
        "subject": f"message#{message.number}",
        "entry": "receipt",
        "event": event_id(message),
        "published": True,
    }
    return [event, receipt]


def state_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for patient_id, state in replay(TRAFFIC.facts).items():
        subject, visits = f"patient#{patient_id}", state["visits"]
        assert isinstance(visits, dict)
        known = {name: state[name] for name in ("demographics", "merged_into") if state[name] is not None}
        rows.append({"subject": subject, "entry": "state", **known})
        rows += [
            {"subject": subject, "entry": f"visit#{number}", "status": status, "details": details}
            for number, (status, details) in visits.items()
        ]
    return rows


def judged(books: Books, dead_letters: int = 0, metrics: dict[str, int] = METRICS, faults: int = 0) -> Report:
    return judge(TRAFFIC, SENT, books, dead_letters, metrics, {"kill dynamodb:PutItem": faults})


def first(books: Books, entry: str) -> dict[str, Any]:
    return next(row for row in books.rows if row["entry"].startswith(entry))


def test_the_shares_are_those_of_the_issue() -> None:
    kinds = Counter(message.kind for message in traffic(1000, 1).messages)
    assert kinds == {"malformed": 50, "duplicate": 50, "late": 20, "good": 880}


def test_a_seed_says_what_is_sent() -> None:
    assert traffic(200, 5) == traffic(200, 5)
    assert traffic(200, 5) != traffic(200, 6)


def test_right_books_are_right() -> None:
    report = judged(right_books())
    assert report.wrong == []
    assert "sent 400 = stored 360 + duplicate 20 + quarantined 20" in report.lines


WRONG: dict[str, Callable[[Books], Any]] = {
    "lost": lambda books: books.rows.remove(first(books, "event#")),
    "duplicate lost": lambda books: books.rows.remove(first(books, "duplicate#")),
    "stored twice": lambda books: books.rows.append(first(books, "event#") | {"entry": "event#again"}),
    "stored and quarantined": lambda books: books.quarantined.update(
        {first(books, "event#")["source"]: "required"}
    ),
    "not in quarantine": lambda books: books.quarantined.popitem(),
    "another code": lambda books: books.quarantined.update({next(iter(books.quarantined)): "too_large"}),
    "no original": lambda books: books.received.pop(),
    "not announced": lambda books: books.announced.pop(),
    "another announced": lambda books: books.announced.append("event-of-nobody"),
    "not audited": lambda books: books.audited.pop(),
    "audited twice": lambda books: books.audited.append(books.audited[0]),
    "receipt": lambda books: first(books, "receipt").update(published=False),
    "state": lambda books: first(books, "state")["demographics"].update(family_name="Nobody"),
    "status": lambda books: first(books, "visit#").update(status="unknown"),
    "merge": lambda books: next(row for row in books.rows if "merged_into" in row).pop("merged_into"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_wrong_books_are_wrong(spoil: Callable[[Books], Any]) -> None:
    books = copy.deepcopy(right_books())
    spoil(books)
    assert judged(books).wrong


def test_dead_letters_are_wrong() -> None:
    assert judged(right_books(), dead_letters=1).wrong


@pytest.mark.parametrize(
    ("stored", "faults", "right"), [(360, 0, True), (361, 0, False), (361, 1, True), (359, 9, False)]
)
def test_the_functions_own_counts_repeat_what_was_unheard_and_leave_nothing_out(
    stored: int, faults: int, right: bool
) -> None:
    report = judged(right_books(), metrics=METRICS | {"HL7Stored": stored}, faults=faults)
    assert (report.wrong == []) is right


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ("A05", "preadmitted"), ("A04", "registered"), ("A01", "admitted"), ("A02", "admitted"),
        ("A05 A02", "admitted"), ("A04 A02", "registered"), ("A01 A11", "cancelled"),
        ("A05 A01 A11", "preadmitted"), ("A01 A03", "discharged"), ("A04 A03 A13", "registered"),
        ("A01 A03 A13 A03", "discharged"),
    ],
)  # fmt: skip
def test_the_replay_goes_by_the_table_of_docs_hl7(events: str, status: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    states = replay(Fact(event, "P", at, visit_number="V") for event in events.split())
    assert states["P"]["visits"] == {"V": (status, {})}
