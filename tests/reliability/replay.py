"""The patients' final state by docs/hl7.md, where every fact is taken once and in order, and nothing fails.

It knows nothing of the function: no stamps, no versions, no late arrivals, as none of these is needed here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.reliability.facts import Changes, Fact


@dataclass
class Visit:
    status: str = "unknown"
    details: Changes = field(default_factory=dict)
    planned: bool = False
    before_discharge: str = "unknown"

    def take(self, event: str) -> None:
        if event == "A05":
            self.status, self.planned = "preadmitted", True
        elif event == "A04":
            self.status = "registered"
        elif event == "A01" or (event == "A02" and self.status in ("unknown", "preadmitted")):
            self.status = "admitted"
        elif event == "A11":
            self.status = "preadmitted" if self.planned else "cancelled"
        elif event == "A03":
            self.before_discharge, self.status = self.status, "discharged"
        elif event == "A13":
            self.status = self.before_discharge


@dataclass
class Patient:
    demographics: Changes = field(default_factory=dict)
    merged_into: str | None = None
    visits: dict[str, Visit] = field(default_factory=dict)

    @property
    def seen(self) -> dict[str, object]:
        """As it is compared: demographics, merged_into, and of each visit its status and details."""
        visits = {number: (visit.status, visit.details) for number, visit in self.visits.items()}
        return {"demographics": self.demographics, "merged_into": self.merged_into, "visits": visits}


def replay(facts: Iterable[Fact]) -> dict[str, dict[str, object]]:
    """The patients' state after all of the facts, in the order given, by patient_id."""
    patients: dict[str, Patient] = {}
    for fact in facts:
        patient = patients.setdefault(fact.patient_id, Patient())
        _change(patient.demographics, fact.demographics)
        if fact.visit_number is not None:
            visit = patient.visits.setdefault(fact.visit_number, Visit())
            visit.take(fact.trigger_event)
            _change(visit.details, {name: _shown(value) for name, value in fact.visit.items()})
        if fact.prior_patient_id is not None:
            patients.setdefault(fact.prior_patient_id, Patient()).merged_into = fact.patient_id
    return {patient_id: patient.seen for patient_id, patient in patients.items()}


def _change(values: Changes, changes: Changes) -> None:
    values.update(changes)
    for name in [name for name, value in values.items() if value is None]:
        del values[name]


def _shown(value: object) -> object:
    """Times as the table has them."""
    return f"{value:%Y-%m-%dT%H:%M:%S.000Z}" if hasattr(value, "hour") else value
