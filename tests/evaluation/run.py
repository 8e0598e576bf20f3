"""The parts of the evaluation, each of which fills in its part of the results."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from rag_orchestrator.redaction import known_values, redact

from tests.evaluation.attacks import OTHER, VICTIM, attacks, try_attack
from tests.evaluation.judge import Question, correct, found, leaks, plain, unverified
from tests.evaluation.misbehaving import BROKEN, NEVER_OF_BROKEN, honest, misbehaving, rephrasing
from tests.evaluation.models import Messages, Model, Said
from tests.evaluation.phi.scoring import Item, PhiScore, Span, read_items, score
from tests.evaluation.pipeline import Document, Patient, Pipeline
from tests.evaluation.results import WITHIN, Answers, Attacked, Phi, Results, Wrong

DATA = Path(__file__).with_name("data")
_SAME_KIND = {"ID": "OTHER"}
"""The detector's word for (R) of 45 CFR 164.514(b)(2)(i), and the set's."""
Say = Callable[[str], None]


def patients() -> list[Patient]:
    return [
        Patient(one["patient_id"], one["demographics"], [Document(**made) for made in one["documents"]])
        for one in json.loads((DATA / "patients.json").read_text(encoding="utf-8"))
    ]


def questions() -> list[Question]:
    return [Question(**one) for one in json.loads((DATA / "questions.json").read_text(encoding="utf-8"))]


def each(items: Sequence[Question], say: Say, what: str) -> Iterator[Question]:
    """The items, with a word on how far it is every two seconds."""
    last = time.monotonic()
    for number, item in enumerate(items, 1):
        if time.monotonic() - last > 2:
            last = time.monotonic()
            say(f"{what}: {number} of {len(items)}")
        yield item


def answer_questions(
    pipeline: Pipeline, name: str, model: Model | None, asked: Sequence[Question], say: Say
) -> Answers:
    """Every question once. Where `model` is None, the one that the pipeline has been made with."""
    total = Answers(name)
    began = time.perf_counter()
    for question in each(asked, say, name):
        answered = pipeline.ask(question.patient_id, question.question, model)
        texts = pipeline.texts[question.patient_id]
        citations = answered.body.get("citations", [])
        total.cited += len(citations)
        total.verified += len(citations) - len(unverified(answered, texts))
        total.leaks += leaks(question.patient_id, answered, pipeline.texts)
        total.errors += answered.status != 200
        if question.kind == "answerable":
            right = correct(question, answered)
            total.answerable += 1
            total.answered += answered.supported
            total.correct += right
            for number in WITHIN:
                there = found(question, answered, number)
                total.found_within[number] = total.found_within.get(number, 0) + there
            counts = total.by_use.setdefault(question.use, [0, 0])
            counts[0] += 1
            counts[1] += right
        elif question.kind == "unanswerable":
            total.unanswerable += 1
            total.refused += answered.status == 200 and not answered.supported
        else:
            total.about_others += 1
            total.others_refused += answered.status == 200 and not answered.supported
    total.seconds = time.perf_counter() - began
    return total


def misbehave(pipeline: Pipeline, asked: Sequence[Question], say: Say) -> list[Wrong]:
    """Every misbehaving model on every question."""
    done = []
    for name, model in misbehaving().items():
        shown: list[str] = []
        for question in each(asked, say, f"wrong on purpose, {name}"):
            before = len(model.bad)
            said = plain(pipeline.ask(question.patient_id, question.question, model).text)
            shown += [claim for claim in model.bad[before:] if plain(claim) in said]
        done.append(Wrong(name, len(model.bad), shown))
    for name, broken in BROKEN.items():
        answered = pipeline.ask(asked[0].patient_id, asked[0].question, broken)
        partial = [word for word in NEVER_OF_BROKEN if word in answered.text.casefold()]
        # An error, with nothing of what was said: also where part of it could have been used.
        if answered.status < 500 or "answer" in answered.body:
            partial.append(f"status {answered.status}")
        done.append(Wrong(name, 1, partial))
    return done


def keep_the_true(pipeline: Pipeline, asked: Sequence[Question], say: Say) -> tuple[int, int]:
    """Of true claims, said in other words than the record's: how many stand, how many were made."""
    made: list[int] = []

    def model(messages: Messages) -> Said:
        said = rephrasing(messages)
        made.append(len(json.loads(said.content or "")["claims"]))
        return said

    kept = sum(
        len(pipeline.ask(question.patient_id, question.question, model).claims)
        for question in each(asked, say, "true, in other words")
    )
    return kept, sum(made)


def attack(pipeline: Pipeline, say: Say, name: str = "obedient", model: Model | None = None) -> Attacked:
    """All attacks. The model obeys, unless another is given."""
    if VICTIM.patient_id not in pipeline.texts:
        pipeline.add(VICTIM)
        pipeline.add(OTHER, treated=False)
    tried = attacks()
    total = Attacked(name, len(tried), [], {})
    last = time.monotonic()
    for number, one in enumerate(tried, 1):
        if time.monotonic() - last > 2:
            last = time.monotonic()
            say(f"attacks, {name}: {number} of {len(tried)}")
        outcome = try_attack(pipeline, one, model)
        counts = total.by_kind.setdefault(one.kind, [0, 0])
        counts[0] += 1
        if outcome.found:
            counts[1] += 1
            total.successes.append((one.id, one.kind, "; ".join(outcome.found)))
    return total


def ask_as_a_stranger(pipeline: Pipeline) -> list[int]:
    """The statuses for a patient whom the caller does not treat."""
    if OTHER.patient_id not in pipeline.texts:
        pipeline.add(OTHER, treated=False)
    asked = ("What medications are taken?", "Is quetiapine continued?", "{}", "' OR 1=1 --")
    return [pipeline.ask(OTHER.patient_id, question, honest).status for question in asked]


def in_the_log(pipeline: Pipeline, everyone: Sequence[Patient]) -> list[str]:
    """What of people and records is in what the functions have logged."""
    log = pipeline.log.casefold()
    names = {
        str(one.demographics[part]) for one in everyone for part in ("family_name", "birth_date", "email")
    }
    drugs = {"lisinopril", "sertraline", "metformin", "quetiapine", "hemoglobin"}
    return sorted(word for word in names | drugs if word.casefold() in log)


def detect(name: str, *, with_demographics: bool) -> Phi:
    """The default detector on the PHI set; the quickest of three runs, for who shares a machine."""

    def find(item: Item) -> list[Span]:
        known = known_values(item.demographics) if with_demographics and item.demographics else ()
        found_ = redact(item.text, known).found
        return [Span(one.start, one.end, _SAME_KIND.get(one.kind, one.kind)) for one in found_]

    runs: list[PhiScore] = [score(read_items(), find) for _ in range(3)]
    best = min(runs, key=lambda run: run.cpu_seconds)
    kinds = sorted(best.identifiers)
    return Phi(
        name,
        best.recall or 0.0,
        best.precision or 0.0,
        best.milliseconds_per_kilobyte or 0.0,
        {kind: [best.identifiers[kind], best.found[kind], best.named[kind]] for kind in kinds},
        best.findings.total(),
        len(best.wrong),
    )


def evaluate(pipeline: Pipeline, results: Results, say: Say, every: int = 6) -> None:
    """All that needs no optional package. Misbehaving models get every `every`th answerable question."""
    everyone, asked = patients(), questions()
    for patient in everyone:
        pipeline.add(patient)
    results.answers.append(answer_questions(pipeline, "stand-in", honest, asked, say))
    some = [question for question in asked if question.kind == "answerable"][::every]
    results.wrong = misbehave(pipeline, some, say)
    results.kept_of_true = keep_the_true(pipeline, some, say)
    results.attacked = [attack(pipeline, say), attack(pipeline, say, "stand-in", honest)]
    results.strangers = ask_as_a_stranger(pipeline)
    results.in_the_log = in_the_log(pipeline, everyone)
    say("identifiers in 633 questions and notes")
    results.phi = [
        detect("with the patient's demographics", with_demographics=True),
        detect("detector alone", with_demographics=False),
    ]
