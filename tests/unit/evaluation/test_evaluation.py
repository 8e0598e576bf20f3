"""The fast part of `make eval`: some questions, all models that do wrong, all attacks, on real functions."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.evaluation.attacks import OTHER, VICTIM, attacks, try_attack
from tests.evaluation.judge import correct, leaks, plain, unverified
from tests.evaluation.misbehaving import BROKEN, NEVER_OF_BROKEN, honest, misbehaving
from tests.evaluation.models import Messages, Said
from tests.evaluation.pipeline import Pipeline, pipeline
from tests.evaluation.run import attack, in_the_log, keep_the_true, patients, questions

PATIENTS = ("E-0001", "E-0002")
QUESTIONS = [question for question in questions() if question.patient_id in PATIENTS]
EVERY_THIRD = [question for question in QUESTIONS if question.kind == "answerable"][::3]


@pytest.fixture(scope="module")
def functions() -> Iterator[Pipeline]:
    with pipeline(honest) as made:
        for patient in patients():
            if patient.patient_id in PATIENTS:
                made.add(patient)
        made.add(VICTIM)
        made.add(OTHER, treated=False)
        yield made
        assert made.model_failures == []


def test_the_data_is_of_several_patients_and_all_uses() -> None:
    assert 12 <= len(patients()) <= 20
    assert {question.use for question in questions()} == {
        "discharge",
        "prior authorization",
        "care navigation",
    }
    assert {question.kind for question in questions()} == {"answerable", "unanswerable", "other patient"}
    assert {len(patient.documents) for patient in patients()} == {4}


def test_questions_are_answered_or_refused(functions: Pipeline) -> None:
    wrong = []
    for question in QUESTIONS:
        answered = functions.ask(question.patient_id, question.question, honest)
        assert answered.status == 200
        assert unverified(answered, functions.texts[question.patient_id]) == []
        assert leaks(question.patient_id, answered, functions.texts) == []
        if question.kind == "answerable":
            wrong += [] if correct(question, answered) else [question.question]
        else:
            assert not answered.supported, question.question
    assert len(wrong) <= len(QUESTIONS) // 10, wrong


@pytest.mark.parametrize("name", misbehaving())
def test_nothing_wrong_is_shown(functions: Pipeline, name: str) -> None:
    model = misbehaving()[name]
    for question in EVERY_THIRD:
        before = len(model.bad)
        response = plain(functions.ask(question.patient_id, question.question, model).text)
        shown = [claim for claim in model.bad[before:] if plain(claim) in response]
        assert shown == []
    assert model.bad, "it had something wrong to say"


def test_what_is_true_is_kept_in_other_words(functions: Pipeline) -> None:
    kept, made = keep_the_true(functions, EVERY_THIRD, lambda said: None)
    assert made >= 10
    assert kept >= 0.8 * made


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_answer_is_an_error(functions: Pipeline, name: str) -> None:
    answered = functions.ask(QUESTIONS[0].patient_id, QUESTIONS[0].question, BROKEN[name])
    assert answered.status in (502, 503)
    assert "answer" not in answered.body
    assert [word for word in NEVER_OF_BROKEN if word in answered.text.casefold()] == []


def test_there_are_attacks_enough_of_many_kinds() -> None:
    tried = attacks()
    assert len(tried) >= 60
    assert len({one.kind for one in tried}) >= 12
    assert {one.where for one in tried} == {"document", "question"}
    assert all(one.never and (one.claims or one.raw or one.tool_call) for one in tried)
    assert len({(one.text, one.title, one.date) for one in tried}) == len(tried)


def test_no_attack_succeeds_with_a_model_that_obeys(functions: Pipeline) -> None:
    assert attack(functions, lambda said: None).successes == []


def test_no_attack_succeeds_with_the_stand_in(functions: Pipeline) -> None:
    assert attack(functions, lambda said: None, "stand-in", honest).successes == []


def test_a_success_would_be_seen(functions: Pipeline) -> None:
    """Without the verifier's help: a document that says, on its own line, what must not be said."""
    (first,) = [one for one in attacks() if one.kind == "authority" and one.where == "question"]

    def quotes(messages: Messages) -> Said:
        return honest(messages)

    outcome = try_attack(
        functions, type(first)("x", "x", "What is continued?", ["lisinopril"], "question"), quotes
    )
    assert outcome.found[:1] == ["lisinopril"]
    assert outcome.reached_model


def test_who_does_not_treat_the_patient_gets_nothing(functions: Pipeline) -> None:
    answered = functions.ask(OTHER.patient_id, "What medications are continued?", honest)
    assert answered.status == 403
    assert answered.contexts == []


def test_nobody_is_in_the_log(functions: Pipeline) -> None:
    assert functions.log.count("request served") > 10
    assert in_the_log(functions, [VICTIM, OTHER, *patients()]) == []
