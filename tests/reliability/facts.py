"""What an EHR has to tell, as facts in the order in which they happened; made of a seed, all invented."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
SIDE_BY_SIDE = 50  # patients whose stories run at the same time
STAYS = (
    ("A05", "A01", "A02", "A08", "A03"),
    ("A01", "A02", "A02", "A03", "A13", "A03"),
    ("A04", "A08", "A01", "A03"),
    ("A04", "A03"),
    ("A01", "A11"),
    ("A05", "A01", "A11", "A01", "A03", "A13"),
    ("A05", "A02", "A08"),
    ("A01", "A08", "R01", "A03"),
)
GIVEN, FAMILY = (
    ("Zoë", "Ana", "Kofi", "Mei", "Per", "Nour"),
    ("Example", "Sample", "Testa", "Müster", "Prova"),
)
STREETS, CITIES = ("1 Elm St", "2 Oak Ave", "3 Ash Rd"), ("Springfield", "Riverton", "Lakeside")

Changes = dict[str, object]
"""Values by name; None deletes."""


@dataclass(frozen=True)
class Fact:
    """One event of one patient, at a time that no other event has."""

    trigger_event: str
    patient_id: str
    at: datetime
    demographics: Changes = field(default_factory=dict)
    visit_number: str | None = None
    visit: Changes = field(default_factory=dict)
    prior_patient_id: str | None = None


def facts(count: int, seed: int) -> list[Fact]:
    """`count` facts in their order. Patients with odd numbers are merged into one with an even number when
    their stories end, and nobody speaks of them again.
    """
    draw = random.Random(f"facts {seed}")  # noqa: S311  # to be repeatable, not secret
    told: list[Fact] = []
    stories = [_story(number, seed, draw) for number in range(SIDE_BY_SIDE)]
    begun = len(stories)
    while len(told) < count:
        place = draw.randrange(len(stories))
        fact = next(stories[place], None)
        if fact is None:
            stories[place] = _story(begun, seed, draw)
            begun += 1
            continue
        # A minute for each: no two have one stamp, for then the order of arrival would decide.
        told.append(_at(fact, BEGIN + timedelta(minutes=len(told))))
    return told


def _at(fact: Fact, moment: datetime) -> Fact:
    stamped = {name: moment for name, value in fact.visit.items() if value is BEGIN}
    return Fact(
        fact.trigger_event,
        fact.patient_id,
        moment,
        fact.demographics,
        fact.visit_number,
        fact.visit | stamped,
        fact.prior_patient_id,
    )


def _story(number: int, seed: int, draw: random.Random) -> Iterator[Fact]:
    patient = _patient(number, seed)
    yield Fact("A28", patient, BEGIN, _demographics(draw, whole=True))
    for stay in range(draw.randint(1, 2)):
        visit_number = f"V{seed}-{number}-{stay}"
        for event in draw.choice(STAYS):
            if event == "R01":
                yield Fact(event, patient, BEGIN)
                continue
            yield Fact(event, patient, BEGIN, _demographics(draw), visit_number, _visit(event, draw))
        if draw.random() < 0.5:
            yield Fact("A31", patient, BEGIN, _demographics(draw))
    if number % 2:
        survivor = _patient(2 * draw.randrange(number // 2 + 1), seed)
        yield Fact("A40", survivor, BEGIN, _demographics(draw), prior_patient_id=patient)


def _patient(number: int, seed: int) -> str:
    return f"REL{seed}-{number}"


def _demographics(draw: random.Random, *, whole: bool = False) -> Changes:
    """Some of what may be said of a patient, or all of it."""
    said: Changes = {
        "family_name": draw.choice(FAMILY),
        "given_name": draw.choice(GIVEN),
        "birth_date": f"19{draw.randint(40, 99)}-0{draw.randint(1, 9)}-1{draw.randint(0, 9)}",
        "sex": draw.choice("FMU"),
        "address": {
            "line": draw.choice(STREETS),
            "city": draw.choice(CITIES),
            "postal_code": str(draw.randint(10000, 99999)),
        },
        "home_phone": f"+1202555{draw.randint(100, 199):04}",
        "marital_status": draw.choice("SMDW"),
    }
    if whole:
        return said
    some: Changes = {name: value for name, value in said.items() if draw.random() < 0.4}
    for name in ("home_phone", "marital_status", "address"):
        if draw.random() < 0.1:
            some[name] = None
    return some


def _visit(event: str, draw: random.Random) -> Changes:
    """What is said of the stay; BEGIN stands for the time of the event."""
    visit: Changes = {"patient_class": draw.choice("IOE")}
    if event in ("A01", "A02", "A05"):
        visit["location"] = {
            "point_of_care": draw.choice(("3W", "ICU", "ER")),
            "room": str(draw.randint(1, 40)),
        }
    if event in ("A01", "A04"):
        visit["admit_date_time"] = BEGIN
    if event == "A03":
        visit |= {"discharge_disposition": draw.choice(("01", "02")), "discharge_date_time": BEGIN}
    if event == "A13":
        visit |= {"discharge_disposition": None, "discharge_date_time": None}
    if draw.random() < 0.3:
        visit["hospital_service"] = draw.choice(("MED", "SUR", "PED"))
    return visit
