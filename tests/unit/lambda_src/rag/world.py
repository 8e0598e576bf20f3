"""The world of one test: both functions on an in-process AWS, a store, and a model that can misbehave."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from healthcare.attributes import to_item
from rag_retrieval.store import DIMENSIONS, Chunk, EmbeddedChunk, Found, Scope, check_chunks

from tests.unit.lambda_src.world import Context, hooked

DOCUMENTS = "healthcare-documents"
RELATIONSHIPS = "healthcare-relationships"
BUCKET = "healthcare-documents-123456789012"
TITAN = "amazon.titan-embed-text-v2:0"
JANE, JOHN = "P-1001", "P-2002"
DOCTOR = "11111111-1111-4111-8111-111111111111"
REQUEST_ID = "99999999-9999-4999-8999-999999999999"
NOTE = "Continue metoprolol 25 mg twice daily."
LABELS = {"Provider": ["U", "L", "M", "N", "R"], "VeryRestrictedAccess": ["U", "L", "M", "N", "R", "V"]}
ENVIRONMENT = {
    "ACCESS_LABELS": json.dumps(LABELS),
    "AWS_LAMBDA_FUNCTION_NAME": "healthcare-rag-retrieval",
    "DOCUMENT_TABLE": DOCUMENTS,
    "EMBEDDINGS": json.dumps({"provider": "bedrock", "model": TITAN, "dimensions": DIMENSIONS}),
    "RELATIONSHIP_TABLE": RELATIONSHIPS,
    "STORE": json.dumps({"kind": "memory"}),
    "POWERTOOLS_SERVICE_NAME": "healthcare-rag-retrieval",
    "POWERTOOLS_METRICS_NAMESPACE": "Healthcare/Rag",
}
ROLES = ("Provider",)


def document_id(number: int = 1) -> str:
    return f"{number:032x}"


def request(
    query: object = "What about metoprolol?",
    patient_id: object = JANE,
    *,
    subject: object = DOCTOR,
    roles: object = ROLES,
    **more: Any,
) -> dict[str, Any]:
    """The orchestrator's event."""
    roles = list(roles) if isinstance(roles, tuple) else roles
    caller = {"subject": subject, "roles": roles}
    return {
        "query": query,
        "patient_id": patient_id,
        "top_k": 5,
        "caller": caller,
        "request_id": REQUEST_ID,
    } | more


def news(number: int = 1, revision: int = 1, status: str = "stored", **more: Any) -> dict[str, Any]:
    """EventBridge's event of the documents workload."""
    detail = {
        "document_id": document_id(number),
        "revision": revision,
        "status": status,
        "event_id": "e" * 32,
    }
    return {
        "version": "0",
        "source": "healthcare.documents",
        "detail-type": "Document stored",
        "detail": detail | {"kind": "text", "version_id": f"v{revision}"},
    } | more


def by_queue(*bodies: object) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:rag-ingest",
            }
            for number, body in enumerate(bodies)
        ]
    }


def unit_vector(text: str) -> list[float]:
    """What a text always gets, and hardly any other text."""
    numbers = [byte - 127.5 for byte in hashlib.shake_256(text.encode()).digest(DIMENSIONS)]
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]


class Titan:
    """Bedrock's answers to InvokeModel. `sent` is what arrived; `answers` are given in order, once each."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.answers: list[Any] = []

    def __call__(self, params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        body = json.loads(params["body"])
        self.sent.append({"model": params["url_path"], **body})
        answer = self.answers.pop(0) if self.answers else {"embedding": unit_vector(body["inputText"])}
        if isinstance(answer, str) and answer.isalpha():
            error = {"Error": {"Code": answer, "Message": "canary-message Jane Doe P-1001"}}
            return AWSResponse("https://aws.invalid", 429, HTTPHeaders(), None), error
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        parsed = {"body": Body(content), "contentType": "application/json"}
        return AWSResponse("https://aws.invalid", 200, HTTPHeaders(), None), parsed


class Body:
    """A streaming body."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self) -> bytes:
        return self.content


@dataclass
class MemoryStore:
    """A store that keeps what it is given. `gives` is what a store with a fault finds, whatever is asked."""

    held: dict[str, tuple[int, list[EmbeddedChunk]]] = field(default_factory=dict)
    gives: list[Found] | None = None
    fails: Exception | None = None
    asked: list[tuple[Scope, str, int]] = field(default_factory=list)

    def search(self, scope: Scope, text: str, embedding: Sequence[float], limit: int) -> list[Found]:
        self._fail()
        self.asked.append((scope, text, limit))
        if self.gives is not None:
            return self.gives
        inside = [
            Found(one.chunk, sum(map(float.__mul__, map(float, one.embedding), map(float, embedding))))
            for _, chunks in self.held.values()
            for one in chunks
            if one.chunk.patient_id == scope.patient_id and one.chunk.access_label in scope.access_labels
        ]
        return sorted(inside, key=lambda one: (-one.score, one.chunk.chunk_id))[:limit]

    def replace(
        self, document_id: str, revision: int, patient_id: str, chunks: Sequence[EmbeddedChunk]
    ) -> bool:
        check_chunks(document_id, patient_id, chunks)
        self._fail()
        if self.held.get(document_id, (0, []))[0] > revision:
            return False
        self.held[document_id] = revision, list(chunks)
        return True

    def remove(self, document_id: str, revision: int) -> bool:
        self._fail()
        if self.held.get(document_id, (0, []))[0] > revision:
            return False
        self.held[document_id] = revision, []
        return True

    def chunks(self, number: int = 1) -> list[Chunk]:
        return [one.chunk for one in self.held.get(document_id(number), (0, []))[1]]

    def _fail(self) -> None:
        if self.fails is not None:
            raise self.fails


def store_of(_setting: Mapping[str, Any], _model: str) -> MemoryStore:
    """As every module of a store has it."""
    return MemoryStore()


@dataclass
class RagWorld:
    """Both functions, what is behind them, and all that they have written to stdout and stderr."""

    retrieval: Any
    ingest: Any
    store: MemoryStore
    titan: Titan
    aws: Mapping[str, Any]
    capture: pytest.CaptureFixture[str]
    written: str = ""

    def ask(self, event: object = ..., **more: Any) -> dict[str, Any]:
        """The answer to the orchestrator's event, or to any other."""
        answer: dict[str, Any] = self.retrieval.answer(request(**more) if event is ... else event, Context())
        return answer

    def problem(self, event: object = ..., **more: Any) -> tuple[int, str]:
        answer = self.ask(event, **more)
        assert set(answer) == {"problem"}
        assert set(answer["problem"]) == {"status", "code", "retry_after"}
        return answer["problem"]["status"], answer["problem"]["code"]

    def texts(self, **more: Any) -> list[str]:
        return [context["text"] for context in self.ask(**more)["contexts"]]

    def relate(
        self,
        subject: str = DOCTOR,
        patient_id: str = JANE,
        *,
        kind: str = "treatment",
        seconds: int | None = 3600,
        labels: object = None,
    ) -> None:
        row: dict[str, Any] = dict(
            to_item({"principal": subject, "patient_id": patient_id, "relationship": kind})
        )
        if seconds is not None:
            row["expires_at"] = {"N": str(int(time.time()) + seconds)}
        if labels is not None:
            row["access_labels"] = labels
        self.aws["dynamodb"].put_item(TableName=RELATIONSHIPS, Item=row)

    def unrelate(self, subject: str = DOCTOR, patient_id: str = JANE) -> None:
        key = to_item({"principal": subject, "patient_id": patient_id})
        self.aws["dynamodb"].delete_item(TableName=RELATIONSHIPS, Key=key)

    def document(
        self,
        *texts: str,
        number: int = 1,
        revision: int = 1,
        patient_id: str = JANE,
        label: str = "N",
        lines: Sequence[object] | None = None,
        row: Mapping[str, Any] | None = None,
        **about: Any,
    ) -> None:
        """What document_ingest leaves of a stored document: the row, and its chunks. `about`: title, date."""
        identity, version = document_id(number), f"v{revision}"
        folder = f"derived/{identity}/{revision:08d}/{version}/"
        made = chunk_lines(texts, identity, version, patient_id, label, **about) if lines is None else lines
        content = "".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in made)
        self.aws["s3"].put_object(Bucket=BUCKET, Key=f"{folder}chunks.jsonl", Body=content.encode())
        self.save_row(
            {
                "document_id": identity,
                "entry": "current",
                "status": "stored",
                "revision": revision,
                "patient_id": patient_id,
                "access_label": label,
                "version_id": version,
                "kind": "text",
                "bucket": BUCKET,
                "key": "incoming/Jane Doe.txt",
                "folder": folder,
                "chunks": len(made),
                **about,
            }
            | dict(row or {})
        )

    def save_row(self, row: Mapping[str, Any]) -> None:
        self.aws["dynamodb"].put_item(TableName=DOCUMENTS, Item=to_item(row))

    def without_text(self, number: int = 1, revision: int = 2, status: str = "removed", **more: Any) -> None:
        row = {"document_id": document_id(number), "entry": "current", "status": status, "revision": revision}
        self.save_row(row | {"bucket": BUCKET, "version_id": f"v{revision}"} | more)

    def tell(self, *bodies: object) -> list[str]:
        """Give messages to the ingestion; the ids of those that come again."""
        from healthcare.queues import each_message

        answer = each_message(by_queue(*bodies), Context(), self.ingest.process, self.ingest.logger)
        return [failed["itemIdentifier"] for failed in answer["batchItemFailures"]]

    def index(self, *texts: str, **more: Any) -> None:
        """A document, stored and indexed."""
        self.document(*texts, **more)
        assert self.tell(news(more.get("number", 1), more.get("revision", 1))) == []

    def output(self) -> str:
        captured = self.capture.readouterr()
        self.written += captured.out + captured.err
        return self.written

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines, all of them JSON; without metrics."""
        return [line for line in map(json.loads, self.output().splitlines()) if "_aws" not in line]

    def metrics(self) -> list[str]:
        names = []
        for line in map(json.loads, self.output().splitlines()):
            for metric in line.get("_aws", {}).get("CloudWatchMetrics", []):
                assert (metric["Namespace"], metric["Dimensions"]) == ("Healthcare/Rag", [["service"]])
                names += [entry["Name"] for entry in metric["Metrics"]]
        return names

    @contextmanager
    def fails(self, service: str, operation: str, code: str, *, after: int = 0) -> Iterator[None]:
        """AWS answers `operation` with `code`, once `after` calls have gone through."""
        from healthcare import aws

        client: Any = {"s3": aws.s3, "dynamodb": aws.dynamodb}[service]()
        error = {"Error": {"Code": code, "Message": "canary-message Jane Doe P-1001"}}
        seen = 0

        def fail(**_: Any) -> Any:
            nonlocal seen
            seen += 1
            answer = AWSResponse("https://aws.invalid", 503, HTTPHeaders(), None), error
            return answer if seen > after else None

        with hooked(client, f"before-call.*.{operation}", fail):
            yield


def chunk_lines(
    texts: Sequence[str], identity: str, version: str, patient_id: str = JANE, label: str = "N", **about: Any
) -> list[dict[str, Any]]:
    """Lines of chunks.jsonl, as document_ingest writes them."""
    lines, offset = [], 0
    for number, text in enumerate(texts):
        lines.append(
            {
                "chunk_id": f"{identity}/{version}/{number:05d}",
                "document_id": identity,
                "version_id": version,
                "patient_id": patient_id,
                "kind": "text",
                **about,
                "access_label": label,
                "place": f"page {number + 1}",
                "start": offset,
                "end": offset + len(text),
                "text": text,
            }
        )
        offset += len(text) + 2
    return lines
