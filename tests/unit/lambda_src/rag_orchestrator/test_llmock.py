"""OpenAI's contract against a fake server that is not ours: llmock, with its faults, through the real SDK."""

from __future__ import annotations

import json
from typing import Any

import pytest
from llmock.chaos import ChaosSettings
from llmock.scenarios import Delay, Fail, Match, Reply, ToolCall
from llmock.testing import LLMockServer

from tests.unit.lambda_src.rag_orchestrator.question_world import NOT_ENOUGH, QuestionWorld

APIS = ["chat_completions", "responses"]
CONTINUE = "Continue lisinopril 10 mg once daily after discharge."
GOOD = json.dumps({"supported": True, "claims": [{"text": CONTINUE, "chunk_id": "1", "quote": CONTINUE}]})


@pytest.fixture(params=APIS)
def asked(request: pytest.FixtureRequest, world: QuestionWorld, llmock: LLMockServer) -> QuestionWorld:
    """The function with llmock as its model, by each of the two APIs."""
    world.rebuilt(api=request.param, endpoint={"base_url": llmock.base_url("openai"), "maximum_retries": 2})
    return world


def sent(llmock: LLMockServer) -> list[Any]:
    return llmock.state.journal.records()


def test_an_answer(asked: QuestionWorld, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Reply(GOOD))
    response = asked.ask()
    assert (response.status, response.body["answer"]) == (200, CONTINUE)
    (record,) = sent(llmock)
    assert record.body["store"] is False
    assert "tools" not in record.body


def test_an_answer_by_the_schema_that_says_nothing(asked: QuestionWorld) -> None:
    """llmock makes an example of the schema that it is given: right in form, and supported by nothing."""
    response = asked.ask()
    assert (response.status, response.body["answer"]) == (200, NOT_ENOUGH)


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_faults_that_pass(asked: QuestionWorld, llmock: LLMockServer, status: int) -> None:
    llmock.state.scenarios.add(Fail(status, retry_after=0.05, times=2), Reply(GOOD))
    assert asked.ask().status == 200
    assert [record.status for record in sent(llmock)] == [status, status, 200]
    assert len({record.fingerprint for record in sent(llmock)}) == 1


@pytest.mark.parametrize(
    ("status", "code", "attempts"),
    [
        (400, "model_misconfigured", 1),
        (401, "model_misconfigured", 1),
        (403, "model_misconfigured", 1),
        (404, "model_misconfigured", 1),
        (429, "model_unavailable", 3),
        (500, "model_unavailable", 3),
    ],
)
def test_faults_that_stay(
    asked: QuestionWorld, llmock: LLMockServer, status: int, code: str, attempts: int
) -> None:
    llmock.state.scenarios.add(Fail(status, retry_after=0.05, times=None))
    response = asked.ask()
    assert response.body["code"] == code
    assert len(sent(llmock)) == attempts
    assert asked.outcomes() == ["attempt", "failed"]


def test_a_pause_of_hours_is_passed_on(asked: QuestionWorld, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Fail(429, retry_after=7200, times=None))
    response = asked.ask()
    assert (response.status, response.headers["Retry-After"]) == (503, "300")
    assert len(sent(llmock)) == 1


def test_chaos_ends_in_an_answer_or_in_a_clear_status(asked: QuestionWorld, llmock: LLMockServer) -> None:
    chaos = llmock.state.chaos
    before = chaos.error_rates
    chaos.error_rates = {429: 0.2, 500: 0.2, 503: 0.2}
    llmock.state.scenarios.add(Reply(GOOD, times=None))
    try:
        statuses = [asked.ask().status for _ in range(8)]
    finally:
        chaos.error_rates = before
    assert set(statuses) <= {200, 503}
    outcomes = asked.outcomes()
    assert outcomes.count("attempt") == 8
    assert outcomes.count("success") == statuses.count(200)
    assert outcomes.count("failed") == statuses.count(503)


def test_a_tool_call_that_nobody_offered(asked: QuestionWorld, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Reply(tool_calls=(ToolCall("read_patient", {"patient_id": "patient-0002"}),)))
    response = asked.ask()
    assert (response.status, response.body["code"]) == (502, "model_unusable")


def test_an_answer_that_is_cut_off(asked: QuestionWorld, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Reply(GOOD[:50], finish_reason="length"))
    response = asked.ask()
    assert (response.status, response.body["code"]) == (502, "model_unusable")
    assert "ModelCutOff" in asked.metrics()


def test_prose(asked: QuestionWorld, llmock: LLMockServer) -> None:
    llmock.state.scenarios.add(Reply("The patient should continue lisinopril."))
    assert asked.ask().status == 502


def test_a_slow_answer_is_waited_for_and_a_slower_one_is_not(
    asked: QuestionWorld, llmock: LLMockServer
) -> None:
    llmock.state.scenarios.add(Delay(0.3), Reply(GOOD))
    assert asked.ask().status == 200
    asked.rebuilt(endpoint={"base_url": llmock.base_url("openai"), "timeout_seconds": 1})
    llmock.state.scenarios.add(Delay(3, match=Match(path="*")))
    response = asked.ask()
    assert (response.status, response.body["code"]) == (503, "model_unavailable")
    assert "ModelTimeout" in asked.metrics()


def test_llmock_is_without_faults_of_its_own(llmock: LLMockServer) -> None:
    assert llmock.state.chaos.error_rates == ChaosSettings().error_rates
