"""Embeddings of servers that speak OpenAI's protocol, through the real SDK, over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from healthcare.model_problems import ModelProblem
from healthcare.problems import Problem
from llmock.testing import LLMockServer
from rag_retrieval.embeddings import Embeddings, embeddings_of
from rag_retrieval.settings import EmbeddingSettings

from tests.unit.lambda_src.rag_orchestrator.model_server import ModelServer, Received, Said, said, serving

CANARY = "canary-Zebulon-Quist"
TEXTS = [f"{CANARY} has asthma.", "Ärztin: 38.5 °C", "Third."]
ANSWERS_AT_ONCE = {"timeout_seconds": 5, "maximum_retries": 1}


def adapter(
    url: str,
    dimensions: int = 4,
    sends_dimensions: bool = True,
    seconds: float | None = None,
    endpoint: dict[str, Any] | None = None,
) -> Embeddings:
    where = {"base_url": f"{url}/v1", **ANSWERS_AT_ONCE, **(endpoint or {})}
    settings = EmbeddingSettings("text-embedding-3-large", dimensions, json.dumps(where), sends_dimensions)
    return embeddings_of(settings, at_once=1, attempts=1, seconds=seconds)


def vectors(received: Received) -> Said:
    """A vector for each text, and in another order than they came: `index` says which is whose."""
    data = [
        {"object": "embedding", "index": index, "embedding": [float(len(text)), 0.5, 0, -1e-9]}
        for index, text in enumerate(received.body["input"])
    ]
    return said({"object": "list", "model": "m", "data": data[::-1], "usage": {}})


def one(embedding: object, index: object = 0, **more: Any) -> dict[str, Any]:
    return {"object": "list", "model": "m", "data": [{"index": index, "embedding": embedding}], **more}


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModelServer]:
    monkeypatch.setattr("healthcare.openai_client.time.sleep", lambda _: None)
    with serving() as server:
        server.script = vectors
        yield server


def test_each_text_gets_its_own(model: ModelServer) -> None:
    embeddings = adapter(model.url)
    assert embeddings.model == "text-embedding-3-large/4"
    assert embeddings.embed(TEXTS) == [(float(len(text)), 0.5, 0.0, -1e-9) for text in TEXTS]
    (received,) = model.received
    assert received.path == "/v1/embeddings"
    assert received.body == {
        "model": "text-embedding-3-large",
        "input": TEXTS,
        "dimensions": 4,
        "encoding_format": "float",
    }


def test_a_server_whose_model_has_one_length(model: ModelServer) -> None:
    adapter(model.url, sends_dimensions=False).embed(TEXTS)
    assert "dimensions" not in model.received[0].body


def test_signed_by_the_role_or_with_a_key_of_secrets_manager(model: ModelServer) -> None:
    adapter(model.url).embed(TEXTS)
    assert model.received[0].headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
    secret = boto3.client("secretsmanager").create_secret(Name="key", SecretString="sk-example")["ARN"]
    adapter(model.url, endpoint={"authentication": "secret", "secret_arn": secret}).embed(TEXTS)
    assert model.received[1].headers["authorization"] == "Bearer sk-example"


@pytest.mark.parametrize(
    "answer",
    [
        one(None), one("AAAA"), one([]) | {"data": []}, one([1, 0, 0, 0]) | {"data": None},
        one(["1", "0", "0", "0"]), one([0, 0, 0, 0]), one([[1], 0, 0, 0]),
        one([1, 0, 0, 0], index=1), one([1, 0, 0, 0], index=None), one([float("nan"), 0, 0, 0]),
        one([1e999, 0, 0, 0]), one([1, 0, 0, 0]) | {"data": [{"index": 0, "embedding": [1, 0, 0, 0]}] * 2},
        one([1, 0, 0, 0]) | {"data": [{}]}, one([1, 0, 0, 0]) | {"data": {"index": 0}}, {}, [], None, CANARY,
    ],
    ids=lambda answer: json.dumps(answer)[:60],
)  # fmt: skip
def test_answers_that_are_none(model: ModelServer, answer: object) -> None:
    model.says(said(answer))
    with pytest.raises(ModelProblem) as caught:
        adapter(model.url).embed(["One text."])
    assert (caught.value.status, caught.value.code) == (502, "model_unusable")


@pytest.mark.parametrize(
    "content", [b"<html>", b"", b"\xff\xfe", b'{"data": [{"index": 0, "embedding": [1, 0']
)
def test_answers_that_are_no_json(model: ModelServer, content: bytes) -> None:
    model.says(Said(200, content, {"Content-Type": "application/json"}))
    with pytest.raises(ModelProblem) as caught:
        adapter(model.url).embed(["One text."])
    assert caught.value.status in (502, 503)


@pytest.mark.parametrize("length", [0, 3, 5])
def test_another_model_than_was_agreed(model: ModelServer, length: int) -> None:
    model.says(said(one([0.5] * length)))
    with pytest.raises(ModelProblem) as caught:
        adapter(model.url).embed(["One text."])
    assert (caught.value.status, caught.value.code) == (500, "model_misconfigured")


@pytest.mark.parametrize(
    ("status", "headers", "expected", "retry_after", "attempts"),
    [
        (429, {"retry_after": "7"}, 503, 7, 1),
        (429, {}, 503, 30, 2),
        (500, {}, 503, 30, 2),
        (503, {}, 503, 30, 2),
        (400, {}, 500, None, 1),
        (401, {}, 500, None, 1),
        (404, {}, 500, None, 1),
    ],
)
def test_servers_that_refuse(
    model: ModelServer,
    capfd: pytest.CaptureFixture[str],
    status: int,
    headers: dict[str, str],
    expected: int,
    retry_after: int | None,
    attempts: int,
) -> None:
    model.says(said({"error": {"message": f"{CANARY} at index 0", "type": CANARY}}, status, **headers))
    with pytest.raises(Problem) as caught:
        adapter(model.url).embed(TEXTS)
    assert (caught.value.status, caught.value.retry_after) == (expected, retry_after)
    assert len(model.received) == attempts
    assert CANARY not in repr(caught.value) + str(caught.value.aws_error) + "".join(capfd.readouterr())
    assert caught.value.__cause__ is None


def test_a_server_that_never_answers(model: ModelServer) -> None:
    """Whoever waits for an answer waits no longer than was said, whatever the endpoint's own patience is."""
    done = threading.Event()
    model.script = lambda _: Said(200, pieces=[b"{}"], go_on=done.wait)
    embeddings = adapter(model.url, endpoint={"timeout_seconds": 28}, seconds=1.5)
    try:
        with pytest.raises(ModelProblem) as caught:
            embeddings.embed(TEXTS)
    finally:
        done.set()
    assert (caught.value.status, caught.value.kind) == (503, "timeout")


def test_llmock_serves_the_same_protocol(aws: None) -> None:
    """A fake of OpenAI's server that was not written here. Its vectors have 1,536 numbers always."""
    with LLMockServer() as server:
        url = server.base_url("openai").removesuffix("/v1")
        first, second, third = adapter(url, dimensions=1536).embed(TEXTS)
        assert len(first) == 1536
        assert len({first, second, third}) == 3
        assert adapter(url, dimensions=1536).embed(TEXTS[:1]) == [first]
        with pytest.raises(ModelProblem, match="model_misconfigured"):
            adapter(url, dimensions=1024).embed(TEXTS)
