"""What the documents are written from: Synthea's patients, each boiled down to the facts that are used."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEED, TODAY, POPULATION = "912", "20240912", "30"
PATIENTS = 14
_LABELS = re.compile(
    r"\s*(\[[^\]]*\]|\((?:disorder|finding|situation|procedure|regime/therapy|record artifact|substance"
    r"|organism|morphologic abnormality|person|event)\))"
)
_NOT_DISEASES = re.compile(
    r"review due|education|employment|labor force|stress|isolation|contact|violence|refugee|income|housing"
    r"|transport|criminal|activity involvement|gingiv|dental|molar",
    re.IGNORECASE,
)
_LABS = (
    "Hemoglobin", "Leukocytes", "Platelets", "Creatinine", "Glucose", "Potassium", "Sodium", "Calcium",
    "Urea nitrogen", "Hemoglobin A1c/Hemoglobin.total", "Cholesterol", "Triglycerides", "Albumin", "Chloride",
)  # fmt: skip
_PERIODS = {"d": "day", "h": "hour", "wk": "week", "mo": "month"}
_TIMES = {1: "once", 2: "twice", 3: "three times", 4: "four times"}


@dataclass(frozen=True)
class Facts:
    """One patient. Medications are (name, how often or "", year first ordered)."""

    number: int
    given: str
    family: str
    birth_date: str
    address: dict[str, str]
    phone: str
    email: str
    mrn: str
    active: list[tuple[str, str, str]]
    stopped: list[tuple[str, str, str]]
    labs: list[tuple[str, str, str]]
    labs_date: str
    conditions: list[tuple[str, str]]
    allergies: list[str]
    procedures: list[tuple[str, str]]
    plans: list[tuple[str, list[str]]]
    vaccines: list[tuple[str, str]]
    insurer: str


def generate() -> list[Facts]:
    """Runs Synthea (about two minutes) and takes the living with the most to tell. Deterministic."""
    with tempfile.TemporaryDirectory(prefix="synthea-") as folder:
        command = [
            str(Path(sys.executable).with_name("synthea")), "-p", POPULATION, "-s", SEED,
            "--clinician-seed", SEED, "-a", "55-80", "-r", TODAY, "-o", folder, "--state", "Massachusetts",
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return facts_in(Path(folder) / "fhir")


def facts_in(folder: Path) -> list[Facts]:
    bundles = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    records = [[entry["resource"] for entry in bundle["entry"]] for bundle in bundles]
    living = [record for record in records if "deceasedDateTime" not in _of(record, "Patient")[0]]
    ready = [record for record in living if len(_medications(record, active=True)) >= 2 and _labs(record)]
    ready.sort(
        key=lambda record: (-len(_of(record, "MedicationRequest")), _of(record, "Patient")[0]["birthDate"])
    )
    return [_facts(number, record) for number, record in enumerate(ready[:PATIENTS], 1)]


def _facts(number: int, record: list[dict[str, Any]]) -> Facts:
    (patient,) = _of(record, "Patient")
    name, address = patient["name"][0], patient["address"][0]
    telecom = {entry["system"]: entry["value"] for entry in patient["telecom"]}
    labs = _labs(record)
    active = _medications(record, active=True)
    known = {medication[0] for medication in active}
    coverage = _of(record, "Coverage")
    return Facts(
        number=number,
        given=name["given"][0],
        family=name["family"],
        birth_date=patient["birthDate"],
        address={"line": address["line"][0], "city": address["city"], "postal_code": address["postalCode"]},
        phone=telecom["phone"],
        email=telecom["email"],
        mrn=next(
            entry["value"] for entry in patient["identifier"] if entry["system"].endswith("smarthealthit.org")
        ),
        active=active[:7],
        stopped=[
            medication for medication in _medications(record, active=False) if medication[0] not in known
        ][:4],
        labs=[(lab, value, unit) for lab, value, unit, _ in labs],
        labs_date=max(date for *_, date in labs),
        conditions=_conditions(record),
        allergies=sorted({_plain(_text(entry["code"])) for entry in _of(record, "AllergyIntolerance")})[:4],
        procedures=_dated(record, "Procedure", "performedDateTime", "code", 60)[:5],
        plans=_plans(record),
        vaccines=_dated(record, "Immunization", "occurrenceDateTime", "vaccineCode", 60)[:4],
        insurer=next(
            (entry["payor"][0]["display"] for entry in reversed(coverage) if "display" in entry["payor"][0]),
            "the insurer",
        ),
    )


def _of(record: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [resource for resource in record if resource["resourceType"] == kind]


def _text(concept: dict[str, Any]) -> str:
    return str(concept.get("text") or concept["coding"][0]["display"])


def _plain(text: str) -> str:
    return _LABELS.sub("", text).strip()


def _medications(record: list[dict[str, Any]], *, active: bool) -> list[tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    for order in _of(record, "MedicationRequest"):
        name = _plain(_text(order["medicationCodeableConcept"]))
        if (order["status"] == "active") == active and re.search(r"\d", name):
            found.setdefault(name, (name, _how_often(order), order["authoredOn"][:4]))
    return list(found.values())


def _how_often(order: dict[str, Any]) -> str:
    for instruction in order.get("dosageInstruction", []):
        if instruction.get("asNeededBoolean"):
            return "as needed"
        repeat = instruction.get("timing", {}).get("repeat", {})
        frequency, period, unit = repeat.get("frequency"), repeat.get("period"), repeat.get("periodUnit")
        if frequency in _TIMES and period == 1 and unit in _PERIODS:
            return f"{_TIMES[frequency]} a {_PERIODS[unit]}"
    return ""


def _labs(record: list[dict[str, Any]]) -> list[tuple[str, str, str, str]]:
    """(name, value, unit, date): the last of each."""
    last: dict[str, tuple[str, str, str, str]] = {}
    for seen in sorted(_of(record, "Observation"), key=lambda one: str(one["effectiveDateTime"])):
        name = _plain(_text(seen["code"])).split(" in ")[0].strip()
        if name in _LABS and "valueQuantity" in seen:
            quantity = seen["valueQuantity"]
            short = name.replace("Hemoglobin A1c/Hemoglobin.total", "Hemoglobin A1c")
            last[short] = (
                short,
                f"{quantity['value']:.1f}",
                str(quantity["unit"]),
                seen["effectiveDateTime"][:10],
            )
    return list(last.values())


def _conditions(record: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """(name, year of onset) of what is active and a disease."""
    found: dict[str, str] = {}
    for condition in _of(record, "Condition"):
        name = _plain(_text(condition["code"]))
        if condition["clinicalStatus"]["coding"][0]["code"] == "active" and not _NOT_DISEASES.search(name):
            found.setdefault(name, condition["onsetDateTime"][:4])
    return list(found.items())[:6]


def _dated(
    record: list[dict[str, Any]], kind: str, date: str, code: str, longest: int
) -> list[tuple[str, str]]:
    """(name, date), newest first, each once."""
    found: dict[str, str] = {}
    for resource in sorted(_of(record, kind), key=lambda one: str(one[date]), reverse=True):
        name = _plain(_text(resource[code]))
        if len(name) <= longest and not _NOT_DISEASES.search(name) and "ssessment" not in name:
            found.setdefault(name, resource[date][:10])
    return list(found.items())


def _plans(record: list[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    return list(_named_plans(record))[:3]


def _named_plans(record: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    seen = set()
    for plan in reversed(_of(record, "CarePlan")):
        names = [_plain(_text(category)) for category in plan["category"][1:]]
        activities = [
            _plain(_text(activity["detail"]["code"]))
            for activity in plan.get("activity", [])
            if "detail" in activity
        ]
        if names and activities and names[0] not in seen:
            seen.add(names[0])
            yield names[0], activities[:4]
