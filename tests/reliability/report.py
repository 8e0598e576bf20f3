"""What became of each message, by the stores and not by what the function says of itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.reliability.ehr import Books, states
from tests.reliability.messages import Message, Traffic
from tests.reliability.replay import replay
from tests.reliability.trouble import unheard_of

COUNTED = {"HL7Stored": "stored", "HL7Duplicate": "duplicate", "HL7Quarantined": "quarantined"}


@dataclass
class Report:
    """`lines` to print; `wrong` says what does not hold, and is empty where everything does."""

    lines: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def check(self, name: str, wrong: list[str]) -> None:
        self.lines.append(f"  {'FAIL' if wrong else 'ok  '}  {name}")
        if wrong:
            some = ", ".join(wrong[:5])
            self.wrong.append(f"{name}: {len(wrong)}, such as {some}")

    def __str__(self) -> str:
        return "\n".join([*self.lines, *(f"WRONG  {line}" for line in self.wrong)])


def fates(sent: Mapping[str, Message], books: Books) -> dict[str, list[str]]:
    """Where each message that was sent is found, by SQS's id: once, if all is well."""
    found: dict[str, list[str]] = {message_id: [] for message_id in sent}
    for row in books.of("event#"):
        found.get(row["source"], []).append("stored")
    for row in books.of("duplicate#"):
        found.get(row["entry"].removeprefix("duplicate#"), []).append("duplicate")
    for message_id in books.quarantined:
        found.get(message_id, []).append("quarantined")
    return found


def judge(
    traffic: Traffic,
    sent: Mapping[str, Message],
    books: Books,
    dead_letters: int,
    metrics: Mapping[str, int],
    faults: Mapping[str, int],
) -> Report:
    """The sum, and everything that must hold beside it."""
    report = Report()
    found = fates(sent, books)
    sums = Counter(fate for where in found.values() for fate in where)
    total = sum(sums[name] for name in COUNTED.values())
    report.lines += [
        "injected: "
        + ", ".join(f"{kind} {traffic.count(kind)}" for kind in ("malformed", "duplicate", "late")),
        *(f"injected: {name}: {number}" for name, number in faults.items()),
        f"sent {len(sent)} = stored {sums['stored']} + duplicate {sums['duplicate']} "
        f"+ quarantined {sums['quarantined']}" + ("" if total == len(sent) else f"   (that is {total})"),
    ]
    _each_message(report, sent, books, found)
    report.check("no message is a dead letter", ["dead letter"] * dead_letters)
    _announcements(report, traffic, books)
    expected = replay(traffic.facts)
    actual = states(books)
    differing = [patient_id for patient_id, state in expected.items() if actual.get(patient_id) != state]
    report.check(
        f"the state of {len(expected)} patients is that of a replay in order without faults", differing
    )
    _own_counts(report, sums, metrics, faults)
    return report


def _each_message(
    report: Report, sent: Mapping[str, Message], books: Books, found: Mapping[str, list[str]]
) -> None:
    report.check(
        "every message is found once", [f"{key} {where}" for key, where in found.items() if len(where) != 1]
    )
    stored: dict[int, int] = defaultdict(int)
    for message_id, message in sent.items():
        stored[message.number] += found[message_id].count("stored") if message.refused is None else 0
    good = {message.number for message in sent.values() if message.refused is None}
    report.check(
        f"each of {len(good)} good messages is stored once", [str(n) for n in good if stored[n] != 1]
    )
    refused = {key: message.refused for key, message in sent.items() if message.refused is not None}
    report.check(
        f"each of {len(refused)} malformed messages is in quarantine with its code",
        [
            f"{code}: {books.quarantined.get(key)}"
            for key, code in refused.items()
            if books.quarantined.get(key) != code
        ],
    )
    report.check(
        "no good message is in quarantine",
        [key for key in books.quarantined if key in sent and key not in refused],
    )
    report.check("the bytes of every message are kept", [key for key in sent if key not in books.received])


def _announcements(report: Report, traffic: Traffic, books: Books) -> None:
    ours = {fact.patient_id for fact in traffic.facts}
    events = {row["event_id"]: row for row in books.of("event#") if row["patient_id"] in ours}
    heard, audited = Counter(books.announced), Counter(books.audited)
    report.check("every event was announced on the bus", [key for key in events if not heard[key]])
    again = sum(number - 1 for key, number in heard.items() if key in events)
    report.lines.append(f"        ({again} of them more than once, with one event_id)")
    report.check(
        "nothing else was announced",
        [key for key in heard if key not in {r["event_id"] for r in books.of("event#")}],
    )
    patients = {key: 2 if "prior_patient_id" in row else 1 for key, row in events.items()}
    report.check(
        "every patient of every event has one row in the audit table",
        [key for key, number in patients.items() if audited[key] != number],
    )
    unpublished = [
        row["event"] for row in books.of("receipt") if row["event"] in events and not row["published"]
    ]
    report.check("every receipt says that its event was announced", unpublished)


def _own_counts(
    report: Report, sums: Mapping[str, int], metrics: Mapping[str, int], faults: Mapping[str, int]
) -> None:
    """The function counts as it goes, and again where it did not hear that something was done: never less."""
    unheard = unheard_of(faults)
    more = {name: metrics[name] - sums.get(kind, 0) for name, kind in COUNTED.items()}
    said = ", ".join(f"{name} {metrics[name]} ({more[name]:+})" for name in COUNTED)
    wrong = [name for name, difference in more.items() if not 0 <= difference <= unheard]
    report.check(f"the function's own metrics leave nothing out, and repeat what was unheard: {said}", wrong)
    report.lines.append(
        f"        (invocations {metrics['Invocations']}, of which {metrics['Errors']} ended in an error)"
    )
