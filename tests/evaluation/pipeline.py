"""Both functions in this process, as Terraform would set them up, on a real PostgreSQL and an in-process AWS.

What stands in for AWS: moto's tables and key, and a client of Lambda that calls the retrieval function with
the same event. What stands in for models: `model`, behind OpenAI's protocol, and `embed`.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import boto3
import yaml
from document_ingest.chunks import chunks_of, text_of
from document_ingest.texts import Passage
from healthcare import aws
from healthcare.attributes import to_item
from moto import mock_aws
from rag_retrieval.ingest_chunks import chunk_of
from rag_retrieval.postgresql import PostgreSQLStore
from rag_retrieval.postgresql_session import Session
from rag_retrieval.store import EmbeddedChunk

from scripts.local_cloud.model import embeddings as stand_in
from scripts.local_cloud.postgresql import PostgreSQL
from tests.evaluation.models import Model, ModelServer
from tests.postgresql import make_database, migrated, prepare
from tests.unit.lambda_src.world import create_table

ROOT = Path(__file__).resolve().parents[2]
PROVIDER = "11111111-1111-4111-8111-111111111111"
ALIAS = "arn:aws:lambda:us-east-1:123456789012:function:healthcare-rag-orchestrator:live"
DIMENSIONS = 1024
TABLES = {
    "healthcare-patients": ["patient_id"],
    "healthcare-audit": ["patient_id", "event_id"],
    "healthcare-relationships": ["principal", "patient_id"],
}
ENVIRONMENT = {
    "ACCESS_LABELS": json.dumps({"Provider": ["U", "L", "M", "N", "R"]}),
    "ALLOWED_ORIGINS": "https://portal.example.org",
    "AUDIT_TABLE": "healthcare-audit",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-rag-orchestrator",
    "AWS_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "EMBEDDINGS": json.dumps({"provider": "bedrock", "model": "stand-in", "dimensions": DIMENSIONS}),
    "LOG_LEVEL": "INFO",
    "MODEL_API": "chat_completions",
    "MODEL_ID": "local",
    "PATIENT_TABLE": "healthcare-patients",
    "POLICY_VERSION": "evaluation",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Rag",
    "POWERTOOLS_SERVICE_NAME": "rag",
    "RELATIONSHIP_TABLE": "healthcare-relationships",
    "RETRIEVAL_FUNCTION_NAME": "healthcare-rag-retrieval:live",
    "STORE": json.dumps(
        {"kind": "postgresql", "host": "127.0.0.1", "port": 1, "database": "rag", "user": "rag_reader"}
    ),
}

Embed = Callable[[str, int], list[float]]


class Document(NamedTuple):
    """A document of a patient's record. `date` is YYYY-MM-DD."""

    title: str
    date: str
    text: str


@dataclass(frozen=True)
class Patient:
    """An invented patient; `demographics` as in openapi.yaml."""

    patient_id: str
    demographics: Mapping[str, Any]
    documents: Sequence[Document]


@dataclass(frozen=True)
class Answered:
    """An answer as the caller gets it, and what was found on the way: retrieval's events and contexts."""

    status: int
    body: dict[str, Any]
    text: str
    asked_of_retrieval: list[dict[str, Any]]
    contexts: list[dict[str, Any]]
    log: str
    seconds: float

    @property
    def claims(self) -> list[str]:
        return [citation["claim"] for citation in self.body.get("citations", [])]

    @property
    def supported(self) -> bool:
        return self.status == 200 and bool(self.body.get("supported"))


@dataclass
class Embeddings:
    """healthcare's interface of embeddings for any function."""

    embed_one: Embed
    model: str

    def embed(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        return [tuple(self.embed_one(text, DIMENSIONS)) for text in texts]


@dataclass
class Lambda:
    """boto's client of Lambda, as far as the orchestrator uses it. `asked` is emptied by whoever reads it."""

    retrieval: Any
    asked: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, *, Payload: bytes, **_: object) -> dict[str, Any]:  # noqa: N803 (boto's name)
        event = json.loads(Payload)
        self.asked.append(event)
        answer = self.retrieval.answer(event, None)
        self.contexts += answer.get("contexts", [])
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Caller:
    """Lambda's context of an invocation through the alias."""

    invoked_function_arn: str = ALIAS
    aws_request_id: str = "88888888-8888-4888-8888-888888888888"


class Pipeline:
    """What one evaluation asks. Make it by `pipeline`."""

    def __init__(
        self, orchestrator: Any, lambda_: Lambda, writer: PostgreSQLStore, server: ModelServer
    ) -> None:
        self._orchestrator, self._lambda, self._writer, self._server = orchestrator, lambda_, writer, server
        self._documents: dict[str, list[str]] = {}
        self._stamps = itertools.count(1)
        self._dynamodb = boto3.client("dynamodb")
        self.log = ""
        self.texts: dict[str, dict[str, str]] = {}
        """By patient, by document id, the whole text: what spans point into."""

    @property
    def model_failures(self) -> list[str]:
        return self._server.failures

    def add(self, patient: Patient, *, treated: bool = True) -> None:
        """The patient's row, relationship and documents."""
        row = {"patient_id": patient.patient_id, "version": 1, "demographics": dict(patient.demographics)}
        self._dynamodb.put_item(TableName="healthcare-patients", Item=to_item(row))
        if treated:
            relation = to_item(
                {"principal": PROVIDER, "patient_id": patient.patient_id, "relationship": "treatment"}
            )
            relation["expires_at"] = {"N": str(int(time.time()) + 86_400)}
            self._dynamodb.put_item(TableName="healthcare-relationships", Item=relation)
        for document in patient.documents:
            self.index(patient.patient_id, document)

    def index(self, patient_id: str, document: Document) -> str:
        """What ingestion makes of a document: pieces with embeddings, in the store. Returns its id."""
        document_id = sha256(f"{patient_id}|{document.title}|{document.date}|{document.text}".encode())
        identity = document_id.hexdigest()[:32]
        passages = [Passage(document.text)]
        text = text_of(passages)
        lines = [
            {
                "chunk_id": f"{identity}/v1/{number:05d}", "document_id": identity, "version_id": "v1",
                "patient_id": patient_id, "access_label": chunk.access_label or "N", "kind": "text",
                "place": chunk.place, "title": document.title, "date": document.date,
                "start": chunk.start, "end": chunk.end, "text": text[chunk.start : chunk.end],
                "heading": chunk.heading,
            }
            for number, chunk in enumerate(chunks_of(passages))
        ]  # fmt: skip
        chunks = [chunk_of(json.dumps(line).encode(), identity, "v1", patient_id) for line in lines]
        vectors = self._lambda.retrieval.embeddings.embed([chunk.text for chunk in chunks])
        # Of one document the highest stamp wins: one that was removed comes again only under a newer one.
        stamp = next(self._stamps)
        self._writer.replace(identity, stamp, patient_id, list(map(EmbeddedChunk, chunks, vectors)))
        self.texts.setdefault(patient_id, {})[identity] = text
        return identity

    def remove(self, patient_id: str, document_id: str) -> None:
        self._writer.remove(document_id, next(self._stamps))
        del self.texts[patient_id][document_id]

    def ask(self, patient_id: str, question: str, model: Model | None = None, top_k: int = 5) -> Answered:
        """A provider's question through API Gateway's event; `model` answers this one and those after it."""
        if model is not None:
            self._server.model = model
        self._lambda.asked, self._lambda.contexts = [], []
        log, began = io.StringIO(), time.perf_counter()
        with contextlib.redirect_stdout(log):
            answer = self._orchestrator.handle(event(patient_id, question, top_k), Caller())
        self.log += log.getvalue()
        return Answered(
            answer["statusCode"], json.loads(answer["body"]), json.dumps(answer, ensure_ascii=False),
            self._lambda.asked, self._lambda.contexts, log.getvalue(), time.perf_counter() - began,
        )  # fmt: skip


@contextmanager
def pipeline(model: Model, embed: Embed = stand_in.embed, name: str = "stand-in") -> Iterator[Pipeline]:
    """The functions and all behind them, from here to the block's end. Takes some seconds to start."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="evaluation-")))
        document = yaml.safe_load((ROOT / "openapi.yaml").read_text(encoding="utf-8"))
        (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
        models = ModelServer(model)
        stack.callback(models.close)
        stack.enter_context(_environment(folder, models.base_url))
        stack.enter_context(mock_aws())
        _make_tables()
        server = PostgreSQL()
        stack.callback(server.close)
        prepare(server)
        database = migrated(server, make_database(server))
        # After the environment: the handlers read it when they are imported, as Lambda does it.
        from rag_orchestrator import handler as orchestrator_handler
        from rag_orchestrator.settings import Settings
        from rag_retrieval import handler as retrieval_handler
        from rag_retrieval.settings import RetrievalSettings

        retrieval = retrieval_handler.build(RetrievalSettings.from_environment())
        retrieval.embeddings = Embeddings(embed, name)
        retrieval.store = PostgreSQLStore(Session(lambda: server.connect(database, "rag_reader")), name)
        lambda_ = Lambda(retrieval)
        with mock.patch.object(aws, "lambda_", return_value=lambda_):
            orchestrator = orchestrator_handler.build(Settings.from_environment())
        for logger in (retrieval.logger, orchestrator.api.logger):
            for stream in logger.handlers:
                assert isinstance(stream, logging.StreamHandler)
                stream.stream = _Stdout()
        writer = PostgreSQLStore(Session(lambda: server.connect(database, "rag_writer")), name)
        yield Pipeline(orchestrator, lambda_, writer, models)


def event(patient_id: str, question: str, top_k: int) -> dict[str, Any]:
    """API Gateway's proxy event of POST /patients/{patient_id}/questions, by a provider."""
    claims = {"sub": PROVIDER, "cognito:groups": "Provider", "token_use": "id"}
    headers = {"Content-Type": "application/json"}
    return {
        "resource": "/patients/{patient_id}/questions",
        "path": f"/patients/{patient_id}/questions",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"patient_id": patient_id},
        "stageVariables": None,
        "requestContext": {
            "requestId": "99999999-9999-4999-8999-999999999999",
            "identity": {"sourceIp": "203.0.113.7"},
            "authorizer": {"claims": claims},
        },
        "body": json.dumps({"question": question, "top_k": top_k}),
        "isBase64Encoded": False,
    }


class _Stdout:
    """Whatever sys.stdout is at the moment of a line."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        """Nothing is kept."""


@contextmanager
def _environment(folder: Path, base_url: str) -> Iterator[None]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "POWERTOOLS_"))}
    endpoint = {"base_url": base_url, "authentication": "sigv4", "timeout_seconds": 28, "maximum_retries": 0}
    ours = ENVIRONMENT | {"MODEL_ENDPOINT": json.dumps(endpoint), "LAMBDA_TASK_ROOT": str(folder)}
    with mock.patch.dict(os.environ, {**kept, **ours, "HASH_KEY_ID": "made-later"}, clear=True):
        yield


def _make_tables() -> None:
    client = boto3.client("dynamodb")
    for table, keys in TABLES.items():
        create_table(client, table, keys)
    key = boto3.client("kms").create_key(KeyUsage="GENERATE_VERIFY_MAC", KeySpec="HMAC_256")
    os.environ["HASH_KEY_ID"] = key["KeyMetadata"]["Arn"]
