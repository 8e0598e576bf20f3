"""What Terraform may write into the environment, what it may not, and what each function loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from healthcare.requests import UnsupportedEventError
from healthcare.settings import SettingMissingError
from rag_retrieval.settings import IngestSettings, RetrievalSettings, SettingUnusableError
from rag_retrieval.stores import store_of

from tests.unit.lambda_src.rag.world import ENVIRONMENT, RagWorld, request
from tests.unit.lambda_src.world import Context

SOURCES = Path(__file__).resolve().parents[4] / "lambda_src"
BEDROCK = {"provider": "bedrock", "model": "amazon.titan-embed-text-v2:0", "dimensions": 1024}
OPENAI = {
    "provider": "openai",
    "model": "m",
    "dimensions": 1024,
    "endpoint": {"base_url": "https://a.example/v1"},
}
POSTGRESQL = {
    "kind": "postgresql",
    "host": "127.0.0.1",
    "port": 5432,
    "database": "rag",
    "user": "rag_reader",
    "ca_file": None,
}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.parametrize("name", ["RELATIONSHIP_TABLE", "ACCESS_LABELS", "EMBEDDINGS", "STORE"])
def test_what_retrieval_needs(settings: pytest.MonkeyPatch, name: str) -> None:
    settings.setenv(name, " ")
    with pytest.raises(SettingMissingError, match=name):
        RetrievalSettings.from_environment()


@pytest.mark.parametrize("name", ["DOCUMENT_TABLE", "EMBEDDINGS", "STORE"])
def test_what_ingestion_needs(settings: pytest.MonkeyPatch, name: str) -> None:
    settings.setenv(name, "")
    with pytest.raises(SettingMissingError, match=name):
        IngestSettings.from_environment()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[
            ("ACCESS_LABELS", value)
            for value in ("x", "[]", '{"Provider": 7}', '{"Provider": ["X"]}', '{"Doctor": ["N"]}')
        ],
        ("ACCESS_LABELS", '{"Provider": ["N", ["R"]]}'),
        *[("EMBEDDINGS", value) for value in ("x", "[]", "7", "{}")],
        *[
            ("EMBEDDINGS", json.dumps(value))
            for value in (
                BEDROCK | {"provider": "other"},
                BEDROCK | {"dimensions": "many"},
                BEDROCK | {"endpoint": {}},
                {"provider": "openai", "model": "m", "dimensions": 1024},
                OPENAI | {"endpoint": "https://a.example/v1"},
            )
        ],
        *[("STORE", value) for value in ("x", "[]", "{}", '{"kind": 7}')],
    ],
)
def test_what_can_not_be_used(settings: pytest.MonkeyPatch, name: str, value: str) -> None:
    settings.setenv(name, value)
    with pytest.raises(SettingUnusableError, match=name) as caught:
        RetrievalSettings.from_environment()
    assert caught.value.__cause__ is None


def test_of_which_kind_the_store_is() -> None:
    with pytest.raises(SettingUnusableError, match="opensearch, pinecone, postgresql, s3"):
        store_of({"kind": "mysql"}, "m/1024")
    assert type(store_of(POSTGRESQL, "m/1024")).__name__ == "PostgreSQLStore"


def test_the_entries(rag: RagWorld) -> None:
    from rag_retrieval import handler, ingest_handler

    assert handler.handler(request(top_k=0), Context())["problem"]["code"] == "malformed_request"
    with pytest.raises(UnsupportedEventError):
        ingest_handler.handler({}, Context())
    assert handler.handler({"Records": []}, Context())["problem"]["status"] == 400


@pytest.mark.parametrize(
    ("module", "embeddings", "loaded", "not_loaded"),
    [
        ("handler", BEDROCK, "rag_retrieval.access", ("rag_retrieval.ingest", "openai")),
        ("handler", OPENAI, "openai", ("rag_retrieval.ingest",)),
        ("ingest_handler", BEDROCK, "rag_retrieval.ingest", ("rag_retrieval.access", "openai")),
    ],
)
def test_each_function_loads_its_own(
    module: str, embeddings: object, loaded: str, not_loaded: tuple[str, ...]
) -> None:
    """What a function does not load it can't do by accident, and need not wait for."""
    environment = {
        **ENVIRONMENT,
        "EMBEDDINGS": json.dumps(embeddings),
        "STORE": json.dumps(POSTGRESQL),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "PYTHONPATH": str(SOURCES),
        "PATH": os.environ["PATH"],
    }
    script = f"import sys, rag_retrieval.{module}; print(*sys.modules, sep='\\n')"
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    names = set(found.stdout.split())
    assert loaded in names
    assert "rag_retrieval.migrations" not in names
    assert names.isdisjoint(not_loaded)
