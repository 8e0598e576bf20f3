"""The function's entry: `rag_orchestrator.handler.handler`, for API Gateway and for lambda.invoke."""

from dataclasses import dataclass
from typing import Any

from healthcare import aws
from healthcare.api import Api, Route
from healthcare.audit import AuditTable
from healthcare.logs import function_logger
from healthcare.relationships import Relationships

from rag_orchestrator import direct, inputs
from rag_orchestrator.hashes import KeyedHashes
from rag_orchestrator.model import Model
from rag_orchestrator.operations import Operations
from rag_orchestrator.patients import Patients
from rag_orchestrator.redaction import redactor
from rag_orchestrator.retrieval import Retrieval
from rag_orchestrator.settings import Settings
from rag_orchestrator.time_left import TimeLeft

RETRIEVAL_SECONDS = 10
"""More than a cold start of the other function and a database that wakes; the model needs the rest."""


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """The API, and what comes before it: the clock, and the two ways in."""

    api: Api
    time_left: TimeLeft
    direct_caller: str | None

    def handle(self, event: object, context: object) -> dict[str, Any]:
        """A proxy answer; to a direct invocation {"statusCode", "body"}."""
        self.time_left.begin(context)
        if isinstance(event, dict) and direct.is_direct(event):
            answer = self.api.handle(direct.as_request(event, self.direct_caller), context)
            return {"statusCode": answer["statusCode"], "body": answer["body"]}
        return self.api.handle(direct.believed(event, context), context)


def build(settings: Settings) -> Orchestrator:
    """The function with its clients, none of which has connected to anything yet."""
    dynamodb = aws.dynamodb()
    audit = AuditTable(dynamodb, settings.audit_table)
    time_left = TimeLeft()
    operations = Operations(
        relationships=Relationships(dynamodb, settings.relationship_table),
        patients=Patients(dynamodb, settings.patient_table),
        redact=redactor(settings.redaction),
        retrieval=Retrieval(aws.lambda_(RETRIEVAL_SECONDS), settings.retrieval_function),
        model=Model(settings.model),
        hashes=KeyedHashes(aws.kms, settings.hash_key_id),
        time_left=time_left,
        model_id=settings.model.model_id,
        policy_version=settings.policy_version,
    )
    api = Api(
        routes={
            ("POST", "/patients/{patient_id}/questions"): Route(
                "ask_question", inputs.question, operations.ask
            ),
            (direct.METHOD, direct.RESOURCE): Route(
                "ask_question", inputs.direct, operations.ask, lambda asked: asked.patient_id
            ),
        },
        audit=audit,
        origins=settings.allowed_origins,
        logger=function_logger(),
    )
    return Orchestrator(api, time_left, settings.direct_caller)


_orchestrator = build(Settings.from_environment())


def handler(event: object, context: object) -> dict[str, Any]:
    """An API Gateway REST proxy event or a direct invocation's payload in, an answer out."""
    return _orchestrator.handle(event, context)
