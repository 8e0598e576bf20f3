"""Facts as HL7 v2 on the wire: good messages, copies, late ones, and malformed ones with why they are."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.reliability.facts import Changes, Fact, facts

MALFORMED, DUPLICATES, LATE = 0.05, 0.05, 0.02
AUTHORITY = "MAIN&2.16.840.1.113883.19.5&ISO"  # that of environments/local
DELETED = '""'


@dataclass(frozen=True)
class Message:
    """A body for the queue. `group` is the message group on a FIFO queue; `refused` the code with which it
    must be in quarantine, None for a good one; `number` its place in the order of the facts.
    """

    kind: str
    control_id: str
    group: str
    body: str
    number: int
    refused: str | None = None


@dataclass(frozen=True)
class Traffic:
    """What is sent, in the order of sending, and the facts behind it in the order of their happening."""

    messages: list[Message]
    facts: list[Fact]

    def count(self, kind: str) -> int:
        """How many are `good`, `late`, `duplicate` or `malformed`."""
        return sum(message.kind == kind for message in self.messages)


def traffic(count: int, seed: int) -> Traffic:
    """`count` messages: 5% of them malformed, 5% copies of others, 2% sent long after what follows them."""
    draw = random.Random(f"traffic {seed}")  # noqa: S311  # to be repeatable, not secret
    malformed, duplicates, late = (round(count * share) for share in (MALFORMED, DUPLICATES, LATE))
    told = facts(count - malformed - duplicates, seed)
    left_behind = set(draw.sample(range(len(told)), late))
    placed: list[tuple[float, Message]] = []
    for number, fact in enumerate(told):
        is_late = number in left_behind
        message = _message(fact, number, seed, "late" if is_late else "good")
        placed.append((number + (draw.uniform(20, 500) if is_late else 0), message))
    for place, original in draw.sample(placed, duplicates):
        copy = Message("duplicate", original.control_id, original.group, original.body, original.number)
        placed.append((place + draw.uniform(0.1, 500), copy))
    placed += [
        (draw.uniform(0, len(told)), _malformed(number, draw.choice(told), seed))
        for number in range(malformed)
    ]
    return Traffic([message for _, message in sorted(placed, key=lambda entry: entry[0])], told)


def _message(fact: Fact, number: int, seed: int, kind: str) -> Message:
    control_id = f"{seed}-{number}"
    text = er7(fact, control_id)
    # Every tenth as bytes from the wire.
    body = _from_the_wire(text) if number % 10 == 0 else text
    return Message(kind, control_id, fact.patient_id, body, number)


def er7(fact: Fact, control_id: str) -> str:
    """The message as text. It asks for an acknowledgement only where it is refused (MSH-16: ER)."""
    at = stamp(fact.at)
    code = "ORU" if fact.trigger_event == "R01" else "ADT"
    lines = [
        f"MSH|^~\\&|RELIABILITY|MAIN|STORE|AWS|{at}||{code}^{fact.trigger_event}|{control_id}|P|2.5.1|||NE|ER",
        _pid(fact.patient_id, fact.demographics),
    ]
    if code == "ORU":
        return "\r".join(
            [*lines, "OBR|1||F-1|2951-2^Sodium^LN", "OBX|1|NM|2951-2^Sodium^LN||140|mmol/L||||F"]
        )
    lines.insert(1, f"EVN||{at}")
    if fact.prior_patient_id is not None:
        lines.append(f"MRG|{fact.prior_patient_id}^^^{AUTHORITY}^MR")
    if fact.visit_number is not None:
        lines.append(_pv1(fact.visit_number, fact.visit))
    return "\r".join(lines)


def stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H%M%S}"


def _from_the_wire(text: str) -> str:
    framed = b"\x0b" + text.replace("\r", "\r\n").encode() + b"\x1c\r"
    return json.dumps({"hl7v2": {"base64": base64.b64encode(framed).decode()}})


def _text(changes: Changes, name: str) -> str:
    value = changes.get(name, "")
    return DELETED if value is None else stamp(value) if isinstance(value, datetime) else str(value)


def _pid(patient_id: str, changes: Changes) -> str:
    fields = [""] * 31
    fields[0] = "PID"
    # The foreign number comes first: the authority chooses, and not the place.
    fields[3] = f"77^^^ELSEWHERE^MR~{patient_id}^^^{AUTHORITY}^MR"
    fields[5] = f"{_text(changes, 'family_name')}^{_text(changes, 'given_name')}".rstrip("^")
    fields[7] = _text(changes, "birth_date").replace("-", "")
    fields[8] = _text(changes, "sex")
    address = changes.get("address", {})
    if isinstance(address, dict):
        parts = [address.get(part, "") for part in ("line", "other", "city", "state", "postal_code")]
        fields[11] = "^".join(parts).rstrip("^")
    else:
        fields[11] = DELETED
    fields[13] = _text(changes, "home_phone")
    fields[16] = _text(changes, "marital_status")
    return "|".join(fields).rstrip("|")


def _pv1(visit_number: str, visit: Changes) -> str:
    fields = [""] * 46
    fields[0] = "PV1"
    fields[2], fields[10] = _text(visit, "patient_class"), _text(visit, "hospital_service")
    location = visit.get("location", {})
    if isinstance(location, dict):
        fields[3] = "^".join(location.values())
    fields[19] = visit_number
    fields[36] = _text(visit, "discharge_disposition")
    fields[44], fields[45] = _text(visit, "admit_date_time"), _text(visit, "discharge_date_time")
    return "|".join(fields).rstrip("|")


# Ways to be wrong, with the code of docs/hl7.md.
WRONG: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("unknown_patient_identifier", lambda text: text.replace(AUTHORITY, "ELSEWHERE")),
    ("unsupported_event_code", lambda text: text.replace("ADT^A28", "ADT^A17")),
    ("unsupported_message_type", lambda text: text.replace("ADT^A28", "SIU^S12")),
    ("unsupported_version_id", lambda text: text.replace("|2.5.1|", "|3.0|")),
    ("unsupported_processing_id", lambda text: text.replace("|P|2.5.1", "|T|2.5.1")),
    ("data_type", lambda text: text.replace("EVN||2026", "EVN||noon")),
    ("future_time", lambda text: text.replace("EVN||2026", "EVN||2999")),
    ("several_patients", lambda text: text + "\r" + text.split("\r")[2]),
    ("segment_sequence", lambda text: "\r".join(text.split("\r")[:2])),
    ("required", lambda text: text.replace("|RELIABLE|", "||")),
    ("no_message", lambda text: text.replace("MSH|", "HSM|")),
    ("envelope", lambda text: json.dumps({"hl7v2": {"base64": f"%{text}"}})),
)


def _malformed(number: int, fact: Fact, seed: int) -> Message:
    """A message like the others but for one thing."""
    code, spoil = WRONG[number % len(WRONG)]
    right = Fact("A28", fact.patient_id, fact.at, {"family_name": "Wrong"})
    control_id = "RELIABLE" if code == "required" else f"{seed}-wrong-{number}"
    text = er7(right, control_id)
    spoilt = spoil(text)
    if spoilt == text:
        raise AssertionError(f"{code}: nothing was spoilt")
    return Message("malformed", control_id, fact.patient_id, spoilt, -1, code)
