"""A patient's facts as the documents that a hospital would hold of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.evaluation.records.synthea import TODAY, Facts

DISCHARGED = date(int(TODAY[:4]), int(TODAY[4:6]), int(TODAY[6:]))
_CLINICS = ("cardiology", "primary care", "nephrology", "the diabetes clinic", "neurology")


def discharged(facts: Facts) -> date:
    """Some days before Synthea's last, another for each."""
    return DISCHARGED - timedelta(days=3 * (facts.number - 1))


def follow_up(facts: Facts) -> str:
    return f"Follow up with {_CLINICS[facts.number % len(_CLINICS)]} in {1 + facts.number % 5} weeks."


def documents(facts: Facts) -> list[dict[str, str]]:
    """[{"title", "date", "text"}]: discharge summary, lab report, letter to the insurer, care plan."""
    day = discharged(facts)
    made = [
        ("Discharge summary", day, _summary(facts)),
        ("Lab report", date.fromisoformat(facts.labs_date), _labs(facts)),
        ("Prior authorization letter", day + timedelta(days=2), _letter(facts)),
        ("Care plan", day + timedelta(days=1), _plan(facts)),
    ]
    return [{"title": title, "date": when.isoformat(), "text": text} for title, when, text in made]


def demographics(facts: Facts) -> dict[str, Any]:
    return {
        "given_name": facts.given,
        "family_name": facts.family,
        "birth_date": facts.birth_date,
        "address": facts.address,
        "home_phone": facts.phone,
        "email": facts.email,
    }


def _header(facts: Facts, title: str) -> list[str]:
    return [title, f"Patient: {facts.given} {facts.family}   DOB: {facts.birth_date}   MRN: {facts.mrn}", ""]


def _with(name: str, often: str) -> str:
    return f"{name}, {often}" if often else name


def _summary(facts: Facts) -> str:
    lines = _header(facts, "DISCHARGE SUMMARY")
    lines += ["Diagnoses:", *(f"- {name} (since {year})" for name, year in facts.conditions), ""]
    lines += [
        "Hospital course:",
        "The stay was uneventful. The patient was discharged home in stable condition.",
        "",
    ]
    lines += ["Medications to continue after discharge:"]
    lines += [f"- Continue {_with(name, often)}." for name, often, _ in facts.active]
    lines += ["", "Medications stopped:"]
    lines += [f"- Stop {name}." for name, _, _ in facts.stopped] or ["- None."]
    lines += ["", "Allergies:"]
    lines += [f"- Allergic to {name}." for name in facts.allergies] or ["- No known allergies."]
    return "\n".join([*lines, "", "Follow-up:", follow_up(facts)])


def _labs(facts: Facts) -> str:
    lines = _header(facts, "LABORATORY REPORT")
    return "\n".join([*lines, *(f"{name}: {value} {unit}." for name, value, unit in facts.labs)])


def _letter(facts: Facts) -> str:
    drug, _, year = facts.active[0]
    lines = _header(facts, "PRIOR AUTHORIZATION REQUEST")
    lines += [
        f"To {facts.insurer}.",
        f"We request coverage of {drug}, which the patient has taken since {year}.",
        "",
    ]
    lines += ["Diagnoses that support the request:"]
    lines += [f"- {name}, first documented in {year}." for name, year in facts.conditions[:4]]
    lines += ["", "Drugs that were tried before:"]
    lines += [f"- {name}, ordered in {year}, was tried and stopped." for name, _, year in facts.stopped] or [
        "- None."
    ]
    lines += ["", "Procedures:", *(f"- {name} on {when}." for name, when in facts.procedures)]
    return "\n".join(lines)


def _plan(facts: Facts) -> str:
    lines = _header(facts, "CARE PLAN")
    for name, activities in facts.plans:
        lines += [f"{name}:", *(f"- {activity}." for activity in activities), ""]
    lines += ["Immunizations:", *(f"- {name} given on {when}." for name, when in facts.vaccines), ""]
    return "\n".join([*lines, "Next steps:", follow_up(facts), "Call the care navigator with any question."])
