"""What is asked, and what is refused before anything is read."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from healthcare.problems import Problem
from hypothesis import given
from hypothesis import strategies as st
from rag_orchestrator.inputs import LONGEST_QUESTION, _clean

from tests.unit.lambda_src.rag_orchestrator.question_world import QUESTIONS_PATH, LambdaContext, QuestionWorld
from tests.unit.lambda_src.world import event


@pytest.mark.parametrize(
    ("body", "path", "rule"),
    [
        ({}, "body", "required"),
        ({"question": ""}, "body.question", "minLength"),
        ({"question": "x" * 2001}, "body.question", "maxLength"),
        ({"question": 1}, "body.question", "type"),
        ({"question": ["x"]}, "body.question", "type"),
        ({"question": "x", "top_k": 0}, "body.top_k", "minimum"),
        ({"question": "x", "top_k": 21}, "body.top_k", "maximum"),
        ({"question": "x", "top_k": "5"}, "body.top_k", "type"),
        ({"question": "x", "patient_id": "patient-0002"}, "body", "additionalProperties"),
        ({"question": "x", "caller": "a"}, "body", "additionalProperties"),
        ({"question": " \n\t"}, "body.question", "blank"),
        ({"question": "\u200b\ufeff"}, "body.question", "blank"),
        ({"question": "a\x00b"}, "body.question", "characters"),
        ({"question": "a\x1bb"}, "body.question", "characters"),
        ({"question": "a\x7fb"}, "body.question", "characters"),
        ({"question": "a\x9bb"}, "body.question", "characters"),
        ({"question": "a\u202eb"}, "body.question", "characters"),
        ({"question": "a\u2066b"}, "body.question", "characters"),
        ({"question": "a\u200fb"}, "body.question", "characters"),
        ({"question": "a\U000e0041b"}, "body.question", "characters"),
        ({"question": "a\ue000b"}, "body.question", "characters"),
    ],
)
def test_bodies_that_are_malformed(world: QuestionWorld, body: dict[str, Any], path: str, rule: str) -> None:
    response = world.ask(body=body)
    assert response.status == 400
    assert response.body["errors"] == [{"path": path, "rule": rule}]
    assert world.retrieval.asked == []
    assert world.rows() == []


def test_a_query_is_refused(world: QuestionWorld) -> None:
    assert world.ask(query={"patient_id": "patient-0002"}).status == 400


@pytest.mark.parametrize(
    ("media_type", "status"), [("text/plain", 415), ("application/json; charset=utf-8", 200)]
)
def test_media_types(world: QuestionWorld, media_type: str, status: int) -> None:
    assert world.ask(headers={"Content-Type": media_type}).status == status


@pytest.mark.parametrize("patient_id", ["", "../x", "a b", "x" * 65, None, 7])
def test_patient_ids_that_are_none(world: QuestionWorld, patient_id: Any) -> None:
    request = event("POST", QUESTIONS_PATH, patient_id, body={"question": "x"})
    assert world.api.handle(request, LambdaContext())["statusCode"] == 400


@pytest.mark.parametrize(
    "trigger",
    [
        {"Records": [{"eventSource": "aws:sqs", "query": "x"}]},
        {"detail-type": "x", "source": "y", "patient_id": "patient-0001"},
    ],
)
def test_other_triggers_are_sent_back(world: QuestionWorld, trigger: dict[str, Any]) -> None:
    from healthcare.requests import UnsupportedEventError

    with pytest.raises(UnsupportedEventError):
        world.api.handle(trigger, LambdaContext())


@pytest.mark.parametrize("nothing", [None, [], "x", 7, {}, {"foo": 1}])
def test_events_that_are_none(world: QuestionWorld, nothing: object) -> None:
    answer = world.api.handle(nothing, LambdaContext())
    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["code"] == "malformed_request"


@given(st.text(max_size=300))
def test_what_is_let_through_is_composed_visible_and_not_blank(text: str) -> None:
    try:
        cleaned = _clean(text, "body.question")
    except Problem:
        return
    assert cleaned == unicodedata.normalize("NFC", cleaned)
    assert 0 < len(cleaned) <= LONGEST_QUESTION
    assert cleaned.strip() == cleaned
    others = set(cleaned) - set("\n\t\u200c\u200d")
    assert {unicodedata.category(character) for character in others}.isdisjoint(
        {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def test_line_ends_and_invisible_characters_are_made_one() -> None:
    assert _clean(" a\r\nb\rc\u2028d\u00adé\ufeff ", "p") == "a\nb\nc\ndé"
