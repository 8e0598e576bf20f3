"""Faults of a model's server: what is tried again, for how long, and what becomes of the rest."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from healthcare import openai_client as module
from healthcare.model_problems import ModelProblem

from tests.unit.lambda_src.rag_orchestrator.client_calls import CANARY, FINE, endpoint, post
from tests.unit.lambda_src.rag_orchestrator.model_server import ModelServer, Said, completion, said


@pytest.mark.parametrize(
    ("status", "kind", "http_status", "attempts"),
    [
        (400, "configuration", 500, 1),
        (401, "configuration", 500, 1),
        (403, "configuration", 500, 1),
        (404, "configuration", 500, 1),
        (413, "configuration", 500, 1),
        (422, "configuration", 500, 1),
        (408, "server_error", 503, 3),
        (409, "server_error", 503, 3),
        (424, "server_error", 503, 3),  # Bedrock's ModelErrorException
        (429, "rate_limited", 503, 3),
        (500, "server_error", 503, 3),
        (502, "server_error", 503, 3),
        (503, "server_error", 503, 3),
        (529, "server_error", 503, 3),
    ],
)
def test_statuses(
    environment: None,
    model: ModelServer,
    quick: list[float],
    status: int,
    kind: str,
    http_status: int,
    attempts: int,
) -> None:
    model.says(said({"error": {"message": CANARY, "code": CANARY, "type": CANARY}}, status))
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model))
    problem = caught.value
    assert (problem.kind, problem.status, len(model.received)) == (kind, http_status, attempts)
    assert len(quick) == attempts - 1
    assert (problem.retry_after is not None) == (http_status == 503)
    assert CANARY not in f"{problem!r} {problem.__dict__} {problem.__cause__!r} {problem.__context__!r}"


def test_a_pause_that_the_server_asks_for_is_made(
    environment: None, model: ModelServer, quick: list[float]
) -> None:
    model.says(said({}, 429, Retry_After="1.5"), said({}, 429, Retry_After_Ms="700"), FINE)
    post(endpoint(model))
    assert quick == [1.5, 0.7]


@pytest.mark.parametrize(
    ("asks", "told"), [("20", 20), ("86400", 300), ("0.2", 30), ("Wed, 21 Oct 2026 07:28:00 GMT", 30)]
)
def test_a_pause_that_does_not_fit_is_passed_on(
    environment: None, model: ModelServer, quick: list[float], asks: str, told: int
) -> None:
    model.says(said({}, 429, Retry_After=asks))
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model, timeout_seconds=5, maximum_retries=0 if told == 30 else 2))
    assert caught.value.retry_after == (1 if asks == "0.2" else told)
    assert quick == []
    assert len(model.received) == 1


def test_a_server_that_is_down_is_tried_again_and_then_503(environment: None, quick: list[float]) -> None:
    with socket.socket() as deaf:  # held and never listened on: a port that is free may be somebody's by then
        deaf.bind(("127.0.0.1", 0))
        with pytest.raises(ModelProblem) as caught:
            post(endpoint(ModelServer(f"http://127.0.0.1:{deaf.getsockname()[1]}")))
    assert (caught.value.kind, caught.value.status, len(quick)) == ("connection", 503, 2)


def test_a_server_that_hangs_up_is_a_connection_error(
    environment: None, model: ModelServer, quick: list[float]
) -> None:
    cut = Said(200, b'{"choices": [', {"Content-Type": "application/json", "Content-Length": "9999"})
    model.says(
        Said(
            200,
            cut.content,
            {"Content-Type": "application/json", "Connection": "close", "Content-Length": "9999"},
        )
    )
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model))
    assert caught.value.kind == "connection"


def test_a_server_that_never_answers_is_given_up(environment: None, model: ModelServer) -> None:
    over = threading.Event()

    def never(_: object) -> Said:
        over.wait()
        return FINE

    model.script = never
    try:
        with pytest.raises(ModelProblem) as caught:
            post(endpoint(model, timeout_seconds=2))
    finally:
        over.set()
    assert (caught.value.kind, caught.value.status, caught.value.retry_after) == ("timeout", 503, 30)
    assert len(model.received) == 1


def test_an_answer_that_comes_in_drops_is_given_up(environment: None, model: ModelServer) -> None:
    """Every drop is within httpx's read timeout; all of them together are not within ours."""
    drops = [b" "] * 60
    reply = Said(
        200, headers={"Content-Type": "application/json"}, pieces=drops, go_on=lambda: time.sleep(0.2)
    )
    model.says(reply)
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model, timeout_seconds=2, maximum_retries=0))
    assert caught.value.kind == "timeout"
    assert len(model.received) == 1


def test_an_answer_without_end_is_given_up(
    environment: None, model: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ANSWER_BYTES", 1000)
    model.says(said(completion("x" * 2000)))
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model, maximum_retries=0))
    assert caught.value.kind == "connection"


def test_without_time_nothing_is_asked(environment: None, model: ModelServer) -> None:
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model), seconds=0.3)
    assert caught.value.kind == "timeout"
    assert model.received == []


@pytest.mark.parametrize("content", [b"{", b"[1,", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_no_exception_with_the_text(
    environment: None, model: ModelServer, content: bytes
) -> None:
    model.says(Said(200, content + CANARY.encode(), {"Content-Type": "application/json"}))
    with pytest.raises(ModelProblem) as caught:
        post(endpoint(model))
    assert caught.value.kind == "unusable"
    assert caught.value.__suppress_context__
    assert len(model.received) == 1
