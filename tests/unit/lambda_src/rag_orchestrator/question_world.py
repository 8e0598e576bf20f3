"""rag_orchestrator's world: the tables, the hash key, a retrieval function and a model, both scripted."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from tests.unit.lambda_src.rag_orchestrator.model_server import ModelServer
from tests.unit.lambda_src.world import JANE, PROVIDER, Response, World, event

QUESTIONS_PATH = "/patients/{patient_id}/questions"
QUESTION = "What medications should be continued after discharge?"
DIRECT_CALLER = "care-navigation"
ALIAS_ARN = "arn:aws:lambda:us-east-1:123456789012:function:healthcare-rag-orchestrator:live"
FUNCTION_ARN = ALIAS_ARN.removesuffix(":live")
NOT_ENOUGH = "There is not enough information in the record to answer this."

SUMMARY = (
    "Discharge instructions:\nContinue lisinopril 10 mg once daily after discharge. "
    "No known drug allergies. Follow up with cardiology in two weeks."
)
LABS = "Basic metabolic panel. Creatinine 0.9 mg/dL, within the normal range. Potassium 4.1 mmol/L."


def context(number: int, text: str, source: str, **more: Any) -> dict[str, Any]:
    """A passage as retrieval gives it, of a document of its own."""
    document_id = f"{number:08d}-3d64-4d3e-9d53-1f6f0d3c2b10"
    return {
        "source": source,
        "text": text,
        "chunk_id": f"{document_id}#0001",
        "document_id": document_id,
        "version_id": "v1",
        "place": "page 1",
        "kind": "pdf",
        "access_label": "N",
        "start": 1000,
        "end": 1000 + len(text),
        "score": 0.03,
        **more,
    }


CONTEXTS = [
    context(1, SUMMARY, "Discharge summary of 2024-09-12"),
    context(2, LABS, "Lab report of 2024-09-10"),
]


@dataclass
class LambdaContext:
    """What awslambdaric passes, as far as the function looks at it."""

    aws_request_id: str = "88888888-8888-4888-8888-888888888888"
    invoked_function_arn: str = ALIAS_ARN
    milliseconds: int = 28_000

    def get_remaining_time_in_millis(self) -> int:
        return self.milliseconds


@dataclass
class FakeRetrieval:
    """The other function: what it was asked, and what it answers (a document, or bytes as they are)."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[dict[str, Any]] = field(default_factory=lambda: list(CONTEXTS))
    answer: object = None
    function_error: str | None = None

    def invoke(self, params: Mapping[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        """A botocore handler of before-call."""
        request = json.loads(params["body"])
        self.asked.append({**request, "function": params["url_path"]})
        found = {"query": request["query"], "patient_id": request["patient_id"], "purpose": "treatment"}
        document = {**found, "contexts": self.contexts[: request["top_k"]]}
        answer = document if self.answer is None else self.answer
        payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        parsed: dict[str, Any] = {"StatusCode": 200, "Payload": io.BytesIO(payload)}
        if self.function_error is not None:
            parsed["FunctionError"] = self.function_error
        return AWSResponse("https://lambda.invalid", 200, HTTPHeaders(), None), parsed


@dataclass
class QuestionWorld(World):
    """The function with its two neighbours. `rebuilt` makes it anew, with other settings."""

    model: ModelServer = field(default_factory=lambda: ModelServer(""))
    retrieval: FakeRetrieval = field(default_factory=FakeRetrieval)
    build: Callable[..., Any] = dict

    def ask(self, question: object = QUESTION, patient_id: str = JANE, **more: Any) -> Response:
        """POST of a question, as API Gateway sends it."""
        body = more.pop("body", {"question": question, **more.pop("fields", {})})
        lambda_context = more.pop("context", LambdaContext())
        request = event("POST", QUESTIONS_PATH, patient_id, body=body, **more)
        return self.call(request, lambda_context)

    def invoke(self, payload: object, arn: str = FUNCTION_ARN) -> tuple[dict[str, Any], dict[str, Any]]:
        """A direct invocation: the answer, and the document in its body."""
        answer = self.api.handle(payload, LambdaContext(invoked_function_arn=arn))
        return answer, json.loads(answer["body"])

    def rebuilt(self, **settings: Any) -> None:
        """Build the function again, with fields of the model's settings changed."""
        self.api = self.build(self, **settings)

    def treat(self, *subjects: str) -> None:
        for subject in subjects or (PROVIDER,):
            self.relate(subject, "treatment")

    def outcome(self, patient_id: str = JANE) -> dict[str, Any]:
        """The last audit row."""
        return self.rows(patient_id)[-1]

    @property
    def prompt(self) -> str:
        """The user message of the last question that the model was asked."""
        return str(self.model.received[-1].messages[-1]["content"])

    def _client_of(self, operation: str) -> Any:
        from healthcare import aws

        if operation == "GenerateMac":
            return aws.kms()
        if operation == "Invoke":
            return self.operations.retrieval.client
        return aws.secretsmanager() if operation == "GetSecretValue" else aws.dynamodb()

    @property
    def operations(self) -> Any:
        return operations_of(self.api)


def operations_of(orchestrator: Any) -> Any:
    """The operations behind the handler, where a test has to look at a part."""
    return orchestrator.api.routes["POST", QUESTIONS_PATH].perform.__self__
