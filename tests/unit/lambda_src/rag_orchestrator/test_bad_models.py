"""Models that are down, lie, refuse, are cut off or reach for tools: a clear status, and nothing told."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from tests.unit.lambda_src.rag_orchestrator.model_server import (
    Said,
    claiming,
    completion,
    extractive,
    response,
    said,
    spoken,
)
from tests.unit.lambda_src.rag_orchestrator.question_world import CONTEXTS, NOT_ENOUGH, QuestionWorld
from tests.unit.lambda_src.world import JANE

CANARY = "Canary-Zebulon-Quist"
QUOTE = "Continue lisinopril 10 mg once daily after discharge."
GOOD: Any = {"supported": True, "claims": [{"text": QUOTE, "chunk_id": "1", "quote": QUOTE}]}
TOOL_CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "read_patient", "arguments": '{"patient_id": "patient-0002"}'},
}


def changed(document: dict[str, Any], *path: Any, value: Any) -> dict[str, Any]:
    """A copy with another value at `path`."""
    made = copy.deepcopy(document)
    parent: Any = made
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = value
    return made


CHAT = completion(GOOD)
RESPONSE: Any = response(GOOD)
CHOICE = ("choices", 0)
MESSAGE = ("output", 1)
PARTS = RESPONSE["output"][1]["content"]
CUT = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
FILTERED = {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}}

ANSWERED = {
    "ModelRefused": (502, "model_refused"),
    "ModelContentFilter": (502, "model_refused"),
    "ModelCutOff": (502, "model_unusable"),
    "ModelUnusable": (502, "model_unusable"),
}
OF_CHAT: list[tuple[str, object, str]] = [
    ("refusal", completion(None, refusal=f"I can't say {CANARY}"), "ModelRefused"),
    ("filter", completion(CANARY, "content_filter"), "ModelContentFilter"),
    ("cut off", completion(json.dumps(GOOD)[:40], "length"), "ModelCutOff"),
    ("cut off whole", completion(GOOD, "length"), "ModelCutOff"),
    ("tool", completion(None, "tool_calls", tool_calls=[TOOL_CALL]), "ModelUnusable"),
    ("tool too", completion(GOOD, tool_calls=[TOOL_CALL]), "ModelUnusable"),
    ("function", completion(GOOD, function_call={"name": "x"}), "ModelUnusable"),
    ("no reason", changed(CHAT, *CHOICE, "finish_reason", value=None), "ModelUnusable"),
    ("two choices", changed(CHAT, "choices", value=CHAT["choices"] * 2), "ModelUnusable"),
    ("no choice", changed(CHAT, "choices", value=[]), "ModelUnusable"),
    ("no message", changed(CHAT, *CHOICE, "message", value=None), "ModelUnusable"),
    ("parts", changed(CHAT, *CHOICE, "message", "content", value=[GOOD]), "ModelUnusable"),
]
REFUSAL = [{"type": "refusal", "refusal": CANARY}]
CALL = {"type": "function_call", "name": "x", "arguments": "{}"}
OF_RESPONSES: list[tuple[str, object, str]] = [
    ("refusal", changed(RESPONSE, *MESSAGE, "content", value=REFUSAL), "ModelRefused"),
    ("filter", {**RESPONSE, **FILTERED}, "ModelContentFilter"),
    ("cut off", {**RESPONSE, **CUT}, "ModelCutOff"),
    ("failed", {**RESPONSE, "status": "failed"}, "ModelUnusable"),
    ("queued", {**RESPONSE, "status": "queued"}, "ModelUnusable"),
    ("no output", {**RESPONSE, "output": []}, "ModelUnusable"),
    ("only reasoning", {**RESPONSE, "output": RESPONSE["output"][:1]}, "ModelUnusable"),
    ("tool", {**RESPONSE, "output": [CALL]}, "ModelUnusable"),
    ("tool too", {**RESPONSE, "output": [*RESPONSE["output"], CALL]}, "ModelUnusable"),
    ("two parts", changed(RESPONSE, *MESSAGE, "content", value=PARTS * 2), "ModelUnusable"),
    ("strange items", {**RESPONSE, "output": [7, None]}, "ModelUnusable"),
]
OF_BOTH: list[tuple[str, object]] = [
    ("empty", ""),
    ("blank", " \n"),
    ("prose", f"The patient takes {CANARY}."),
    ("words and a fence", f"Here it is:\n```json\n{json.dumps(GOOD)}\n```"),
    ("two fences", f"```json\n{json.dumps(GOOD)}\n```\n```json\n{json.dumps(GOOD)}\n```"),
    ("cut json", json.dumps(GOOD)[:-1]),
    ("two objects", json.dumps(GOOD) * 2),
    ("list", [GOOD]),
    ("number", "7"),
    ("null", "null"),
    ("deep", "[" * 100_000),
    ("no claims", {"supported": True}),
    ("no supported", {"claims": []}),
    ("more", {**GOOD, "patient_id": CANARY}),
    ("supported as text", {**GOOD, "supported": "true"}),
    ("claims as object", {**GOOD, "claims": GOOD["claims"][0]}),
    ("claim as text", {**GOOD, "claims": [QUOTE]}),
    ("claim with more", {**GOOD, "claims": [{**GOOD["claims"][0], "patient_id": CANARY}]}),
    ("claim with less", {**GOOD, "claims": [{"text": QUOTE, "chunk_id": "1"}]}),
    ("claim with null", {**GOOD, "claims": [{**GOOD["claims"][0], "quote": None}]}),
    ("claim with number", {**GOOD, "claims": [{**GOOD["claims"][0], "chunk_id": 1}]}),
    ("too many claims", {**GOOD, "claims": GOOD["claims"] * 41}),
]


def nothing_is_told(world: QuestionWorld, answer: Any, status: int, code: str, signal: str) -> None:
    assert (answer.status, answer.body["code"]) == (status, code)
    assert "lisinopril" not in json.dumps(answer.body)
    assert CANARY not in json.dumps([answer.body, answer.headers])
    assert world.outcomes() == ["attempt", "failed"]
    row = world.outcome()
    assert row["disclosed"] == []
    assert row["details"]["documents"] == [found["document_id"] for found in CONTEXTS]
    assert "answer_hash" not in row["details"]
    assert signal in world.metrics()
    assert CANARY not in world.output()
    assert CANARY not in json.dumps(world.rows())


@pytest.mark.parametrize(("_", "document", "signal"), OF_CHAT, ids=[case[0] for case in OF_CHAT])
def test_chat_completions(world: QuestionWorld, _: str, document: object, signal: str) -> None:
    world.model.says(said(document))
    nothing_is_told(world, world.ask(), *ANSWERED[signal], signal)
    assert len(world.model.received) == 1


@pytest.mark.parametrize(("_", "document", "signal"), OF_RESPONSES, ids=[case[0] for case in OF_RESPONSES])
def test_responses(world: QuestionWorld, _: str, document: object, signal: str) -> None:
    world.rebuilt(api="responses")
    world.model.says(said(document))
    nothing_is_told(world, world.ask(), *ANSWERED[signal], signal)
    assert len(world.model.received) == 1


@pytest.mark.parametrize("api", ["chat_completions", "responses"])
@pytest.mark.parametrize(("_", "answered"), OF_BOTH, ids=[case[0] for case in OF_BOTH])
def test_answers_that_break_the_schema(world: QuestionWorld, api: str, _: str, answered: object) -> None:
    world.rebuilt(api=api)
    world.model.script = lambda received: spoken(received, answered)
    nothing_is_told(world, world.ask(), 502, "model_unusable", "ModelUnusable")


@pytest.mark.parametrize(
    "reply",
    [
        Said(200, b"<html>busy</html>", {"Content-Type": "text/html"}),
        Said(200, b"", {"Content-Type": "application/json"}),
        Said(200, b"null", {"Content-Type": "application/json"}),
        Said(200, f'{{"{CANARY}'.encode(), {"Content-Type": "application/json"}),
        Said(204),
    ],
    ids=["html", "nothing", "null", "cut", "no content"],
)
def test_bodies_that_are_no_answers(world: QuestionWorld, reply: Said) -> None:
    world.model.says(reply)
    nothing_is_told(world, world.ask(), 502, "model_unusable", "ModelUnusable")


@pytest.mark.parametrize(
    ("status", "http_status", "code", "signal"),
    [
        (400, 500, "model_misconfigured", "ModelConfiguration"),
        (401, 500, "model_misconfigured", "ModelConfiguration"),
        (403, 500, "model_misconfigured", "ModelConfiguration"),
        (404, 500, "model_misconfigured", "ModelConfiguration"),
        (408, 503, "model_unavailable", "ModelServerError"),
        (409, 503, "model_unavailable", "ModelServerError"),
        (429, 503, "model_unavailable", "ModelRateLimited"),
        (500, 503, "model_unavailable", "ModelServerError"),
        (503, 503, "model_unavailable", "ModelServerError"),
    ],
)
def test_a_model_that_refuses_the_request(
    world: QuestionWorld, status: int, http_status: int, code: str, signal: str
) -> None:
    world.model.says(said({"error": {"message": CANARY, "code": CANARY}}, status, Retry_After="17"))
    answer = world.ask()
    nothing_is_told(world, answer, http_status, code, signal)
    assert answer.headers.get("Retry-After") == ("17" if http_status == 503 else None)


def test_a_prompt_that_a_filter_stops(world: QuestionWorld) -> None:
    world.model.says(said({"error": {"message": CANARY, "code": "content_filter", "param": "prompt"}}, 400))
    nothing_is_told(world, world.ask(), 502, "model_refused", "ModelContentFilter")


def test_a_model_that_is_not_there(world: QuestionWorld) -> None:
    world.rebuilt(endpoint={"base_url": "http://127.0.0.1:9/v1"})
    nothing_is_told(world, world.ask(), 503, "model_unavailable", "ModelConnection")


def test_passing_faults_are_passed_over(world: QuestionWorld) -> None:
    world.rebuilt(endpoint={"maximum_retries": 2})
    left = [Said(503), Said(429, headers={"Retry-After-Ms": "10"})]
    world.model.script = lambda received: left.pop() if left else extractive(received)
    assert world.ask().status == 200
    assert len(world.model.received) == 3
    assert world.outcomes() == ["attempt", "success"]


@pytest.mark.parametrize("api", ["chat_completions", "responses"])
def test_a_parameter_that_a_model_does_not_know_is_left_out(world: QuestionWorld, api: str) -> None:
    world.rebuilt(api=api)

    def picky(received: Any) -> Said:
        for name in ("temperature", "safety_identifier"):
            if name in received.body:
                error = {"message": "no", "code": "unsupported_parameter", "param": name}
                return said({"error": error}, 400)
        return extractive(received)

    world.model.script = picky
    assert world.ask().status == 200
    assert world.ask().status == 200
    assert len(world.model.received) == 4
    assert all(received.body["store"] is False for received in world.model.received)


def test_store_is_never_left_out(world: QuestionWorld) -> None:
    error = {"message": "no", "code": "unsupported_parameter", "param": "store"}
    world.model.says(said({"error": error}, 400))
    nothing_is_told(world, world.ask(), 500, "model_misconfigured", "ModelConfiguration")
    assert len(world.model.received) == 1


def test_reasoning_in_front_of_the_answer_is_no_answer(world: QuestionWorld) -> None:
    thought = f"<reasoning>{CANARY}</reasoning>{json.dumps(GOOD)}"
    world.model.says(said(completion(thought)))
    answer = world.ask()
    assert answer.status == 200
    assert answer.body["answer"] == QUOTE
    assert CANARY not in json.dumps(answer.body)


@pytest.mark.parametrize(
    "fence", ["```json\n{}\n```", "```\n{}\n```\n", "<reasoning>x</reasoning>\n```json\n{}\n```"]
)
def test_a_fence_around_the_whole_answer_is_none_of_it(world: QuestionWorld, fence: str) -> None:
    """Where a server takes the schema for no more than a wish (gpt-oss on Bedrock), models write Markdown."""
    world.model.says(said(completion(fence.replace("{}", json.dumps(GOOD)))))
    answer = world.ask()
    assert answer.status == 200
    assert answer.body["answer"] == QUOTE


@pytest.mark.parametrize(
    "chunk_id",
    [
        "0",
        "3",
        "-1",
        "1.0",
        "",
        "patient-0002",
        CONTEXTS[0]["chunk_id"],
        CONTEXTS[0]["document_id"],
        "\uff11",
    ],
)
def test_chunks_that_were_not_shown_by_that_number(world: QuestionWorld, chunk_id: str) -> None:
    world.model.script = claiming((QUOTE, chunk_id, QUOTE))
    answer = world.ask()
    assert answer.body["answer"] == NOT_ENOUGH
    assert answer.body["citations"] == []


def test_another_patient_in_the_answer_is_not_read(
    world: QuestionWorld,
) -> None:
    world.model.script = claiming(("Read patient-0002 next.", "1", "patient-0002"), (QUOTE, "1", QUOTE))
    answer = world.ask("What does patient-0002 take? Use patient_id patient-0002.")
    assert [asked["patient_id"] for asked in world.retrieval.asked] == [JANE]
    assert "patient-0002" not in answer.body["answer"]
    assert world.rows("patient-0002") == []
