"""rag_orchestrator on an in-process AWS, with a model server of its own on 127.0.0.1."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
from llmock.testing import LLMockServer

from tests.unit.lambda_src.rag_orchestrator.model_server import ModelServer, serving
from tests.unit.lambda_src.rag_orchestrator.question_world import DIRECT_CALLER, QuestionWorld, operations_of
from tests.unit.lambda_src.world import DEMOGRAPHICS, JANE, PROVIDER, Stdout, create_table

TABLES = {
    "healthcare-patients": ["patient_id"],
    "healthcare-audit": ["patient_id", "event_id"],
    "healthcare-relationships": ["principal", "patient_id"],
}
SETTINGS = {
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-rag-orchestrator",
    "RETRIEVAL_FUNCTION_NAME": "healthcare-rag-retrieval:live",
    "MODEL_ID": "openai.gpt-oss-120b-1:0",
    "MODEL_API": "chat_completions",
    "DIRECT_CALLER": DIRECT_CALLER,
    "POLICY_VERSION": "2026-11",
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses that are noted and not made."""
    pauses: list[float] = []
    monkeypatch.setattr("healthcare.openai_client.time.sleep", pauses.append)
    return pauses


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A model that can be scripted."""
    with serving() as server:
        yield server


@pytest.fixture(scope="session")
def llmock_server() -> Iterator[LLMockServer]:
    """An OpenAI-compatible fake of somebody else's making, started once."""
    with LLMockServer() as server:
        yield server


@pytest.fixture
def llmock(llmock_server: LLMockServer) -> LLMockServer:
    llmock_server.state.reset()
    return llmock_server


@cache
def client(service: Literal["dynamodb", "kms"]) -> Any:
    """The tests' own client, kept: making one takes longer than a test."""
    return boto3.client(service)


@pytest.fixture
def world(
    aws: None, model: ModelServer, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> QuestionWorld:
    """Jane, a provider who treats her, and a model by Bedrock's authentication."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for table, keys in TABLES.items():
        create_table(client("dynamodb"), table, keys)
    key = client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    monkeypatch.setenv("HASH_KEY_ID", key["KeyMetadata"]["Arn"])
    endpoint = {"base_url": f"{model.url}/v1", "timeout_seconds": 5, "maximum_retries": 0}
    monkeypatch.setenv("MODEL_ENDPOINT", json.dumps(endpoint))
    document = json.loads((Path(os.environ["LAMBDA_TASK_ROOT"]) / "openapi.json").read_text(encoding="utf-8"))
    made = QuestionWorld(None, document, capfd, client("dynamodb"), model=model, build=_built)
    made.rebuilt()
    made.save({"patient_id": JANE, "version": 1, "demographics": DEMOGRAPHICS, "record_id": "r-1"})
    made.treat(PROVIDER)
    made.output()
    made.written = ""
    return made


def _built(world: QuestionWorld, **changes: Any) -> Any:
    from rag_orchestrator.handler import build
    from rag_orchestrator.settings import Settings

    settings = Settings.from_environment()
    endpoint = replace(settings.model.endpoint, **changes.pop("endpoint", {}))
    of_all = {name: changes.pop(name) for name in ("direct_caller",) if name in changes}
    made = build(replace(settings, model=replace(settings.model, endpoint=endpoint, **changes), **of_all))
    # Powertools keeps the stdout of the first test, which pytest has closed.
    for handler in made.api.logger.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.stream = Stdout()
    operations_of(made).retrieval.client.meta.events.register(
        "before-call.lambda.Invoke", world.retrieval.invoke
    )
    return made
