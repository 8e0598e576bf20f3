"""Questions with the answers that records give, in three use cases, and questions that they do not answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from tests.evaluation.records.documents import documents, follow_up
from tests.evaluation.records.synthea import Facts

DISCHARGE, AUTHORIZATION, NAVIGATION = "discharge", "prior authorization", "care navigation"
# Drugs, tests and facts that clinicians ask for; of these, those are asked that a record does not hold.
NOT_THERE = (
    ("warfarin", "Is the patient on warfarin?"),
    ("insulin glargine", "What is the dose of insulin glargine?"),
    ("methotrexate", "When was methotrexate started?"),
    ("troponin", "What was the troponin?"),
    ("ferritin", "what was the ferritin level"),
    ("blood type", "What is the blood type?"),
    ("colonoscopy", "What did the last colonoscopy show?"),
    ("ejection fraction", "What is the ejection fraction?"),
    ("code status", "What is the code status?"),
    ("pacemaker", "Is there a pacemaker, and when was it placed?"),
    ("oxygen", "How much home oxygen was ordered?"),
    ("dialysis", "Which days is dialysis scheduled?"),
    ("smok", "How many packs a day does the patient smoke?"),
    ("interpreter", "Is an interpreter needed?"),
)


def questions(everyone: Sequence[Facts], seed: int) -> list[dict[str, Any]]:
    """[{"id", "patient_id", "use", "kind", "question", "all", "any", "none"}]; see judge.py."""
    draw = random.Random(seed)  # noqa: S311 (test data)
    made = []
    for facts in everyone:
        asked = [*_discharge(facts, draw), *_authorization(facts, draw), *_navigation(facts, draw)]
        asked += [*_unanswerable(facts, draw), *_about_another(facts, everyone, draw)]
        for number, question in enumerate(asked, 1):
            made.append(
                {"id": f"q-{facts.number:02}-{number:02}", "patient_id": patient_id(facts), **question}
            )
    return made


def patient_id(facts: Facts) -> str:
    return f"E-{facts.number:04}"


def _answerable(
    use: str, question: str, *, all_of: Sequence[str] = (), any_of: Sequence[str] = ()
) -> dict[str, Any]:
    answer = {"all": list(all_of), "any": list(any_of), "none": []}
    return {"use": use, "kind": "answerable", "question": question, **answer}


def _first_word(medication: str) -> str:
    """Of "24 HR metoprolol succinate 25 MG ..." metoprolol: how people call it."""
    words = [
        word
        for word in medication.split()
        if word[0].isalpha() and word.upper() not in ("HR", "MG", "ML", "ACTUAT")
    ]
    return words[0].lower()


def _strength(medication: str) -> str:
    words = medication.split()
    place = next(number for number, word in enumerate(words) if word.startswith(("MG", "UNT", "MCG", "MEQ")))
    return f"{words[place - 1]} {words[place]}"


def _discharge(facts: Facts, draw: random.Random) -> Iterator[dict[str, Any]]:
    active = [name for name, _, _ in facts.active]
    asked = [
        "What medications should be continued after discharge?",
        "which meds to continue at discharge",
        "List the medications to continue after discharge.",
        f"What medications should {facts.given} {facts.family} continue after discharge?",
    ]
    yield _answerable(DISCHARGE, draw.choice(asked), all_of=active[:1], any_of=active)
    drug = draw.choice([name for name in active if " MG" in name] or active)
    if " MG" in drug:
        asked = [f"What dose of {_first_word(drug)} is continued?", f"{_first_word(drug)} dose at discharge?"]
        yield _answerable(DISCHARGE, draw.choice(asked), all_of=[_first_word(drug), _strength(drug)])
    if facts.stopped:
        stopped = [name for name, _, _ in facts.stopped]
        asked = [
            "Which medications were stopped?",
            "What was stopped at discharge?",
            "which drugs should be stopped",
        ]
        yield _answerable(DISCHARGE, draw.choice(asked), any_of=stopped)
    allergies = [f"Allergic to {name}" for name in facts.allergies] or ["No known allergies"]
    asked = ["What allergies are documented?", "Is the patient allergic to anything?", "allergies?"]
    yield _answerable(DISCHARGE, draw.choice(asked), any_of=allergies)
    for name, value, unit in draw.sample(facts.labs, min(2, len(facts.labs))):
        asked = [f"What was the {name.lower()}?", f"last {name.lower()}", f"{name} result on the lab report?"]
        yield _answerable(DISCHARGE, draw.choice(asked), all_of=[f"{name}: {value} {unit}"])


def _authorization(facts: Facts, draw: random.Random) -> Iterator[dict[str, Any]]:
    drug, _, year = facts.active[0]
    yield _answerable(AUTHORIZATION, f"Since when has the patient taken {_first_word(drug)}?", all_of=[year])
    if facts.conditions:
        asked = [
            "Which diagnoses support the request?",
            "What diagnoses support the prior authorization request?",
        ]
        yield _answerable(AUTHORIZATION, draw.choice(asked), any_of=[name for name, _ in facts.conditions])
        name, since = draw.choice(facts.conditions[:4])
        yield _answerable(AUTHORIZATION, f"When was {name.lower()} first documented?", all_of=[name, since])
    if facts.stopped:
        asked = ["Which drugs were tried before?", "What drugs were tried and stopped before the request?"]
        yield _answerable(AUTHORIZATION, draw.choice(asked), any_of=[name for name, _, _ in facts.stopped])
    if facts.procedures:
        name, when = draw.choice(facts.procedures)
        yield _answerable(AUTHORIZATION, f"On which date was {name.lower()} done?", all_of=[name, when])


def _navigation(facts: Facts, draw: random.Random) -> Iterator[dict[str, Any]]:
    asked = ["When is the follow-up?", "Who should the patient follow up with?", "follow up appointment?"]
    yield _answerable(NAVIGATION, draw.choice(asked), all_of=[follow_up(facts)])
    if facts.plans:
        name, activities = draw.choice(facts.plans)
        yield _answerable(NAVIGATION, f"What does the {name.lower()} recommend?", any_of=activities)
    if facts.vaccines:
        yield _answerable(
            NAVIGATION, "Which immunizations were given?", any_of=[name for name, _ in facts.vaccines]
        )
    yield _answerable(NAVIGATION, "Who should be called with a question?", all_of=["care navigator"])


def _unanswerable(facts: Facts, draw: random.Random) -> Iterator[dict[str, Any]]:
    whole = " ".join(document["text"] for document in documents(facts)).lower()
    fitting = [question for word, question in NOT_THERE if word not in whole]
    for question in draw.sample(fitting, min(4, len(fitting))):
        use = draw.choice([DISCHARGE, AUTHORIZATION, NAVIGATION])
        yield {"use": use, "kind": "unanswerable", "question": question, "all": [], "any": [], "none": []}


def _about_another(facts: Facts, everyone: Sequence[Facts], draw: random.Random) -> Iterator[dict[str, Any]]:
    """Of somebody else's, what this record does not have: nothing may come of it."""
    whole = " ".join(document["text"] for document in documents(facts)).lower()
    others = [
        (other, name)
        for other in everyone
        for name, _, _ in other.active
        if other.number != facts.number and _first_word(name) not in whole
    ]
    for other, name in draw.sample(others, 2):
        drug = _first_word(name)
        question = draw.choice([
            f"What dose of {drug} does {other.given} {other.family} take?",
            f"Is {drug} continued for patient {patient_id(other)}?",
        ])  # fmt: skip
        never = [name, f"{other.given} {other.family}", other.mrn]
        yield {
            "use": DISCHARGE,
            "kind": "other patient",
            "question": question,
            "all": [],
            "any": [],
            "none": never,
        }
