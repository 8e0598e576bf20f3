"""AWS and the other function fail in every call: nothing is disclosed, and nothing is half audited."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from tests.unit.lambda_src.rag_orchestrator.question_world import CONTEXTS, QuestionWorld
from tests.unit.lambda_src.world import JANE, REQUEST_ID, STRANGER, hooked

AUDIT = "healthcare-audit"
CANARY = "Canary-Zebulon-Quist"
CODES = [
    ("ThrottlingException", 1),
    ("AccessDeniedException", 30),
    ("InternalServerError", 30),
    ("ResourceNotFoundException", 30),
]


def refused(response: Any, code: str, retry_after: int | None = None, status: int = 503) -> None:
    assert (response.status, response.body["code"]) == (status, code)
    assert response.headers.get("Retry-After") == (None if retry_after is None else str(retry_after))
    assert set(response.body) == {"type", "title", "status", "detail", "code", "request_id"}


@pytest.mark.parametrize(("code", "retry_after"), CODES)
@pytest.mark.parametrize("table", ["healthcare-relationships", "healthcare-patients"])
def test_tables_that_fail(world: QuestionWorld, table: str, code: str, retry_after: int) -> None:
    with world.fails("GetItem", code, table):
        refused(world.ask(), "unavailable", retry_after)
    assert world.outcomes() == ["attempt", "failed"]
    assert world.retrieval.asked == []
    assert world.model.received == []


@pytest.mark.parametrize(("code", "retry_after"), [*CODES, ("KMSInvalidStateException", 30)])
def test_a_hash_key_that_fails(world: QuestionWorld, code: str, retry_after: int) -> None:
    """Without it there would be an audit row that says less than the others: nothing is answered."""
    with world.fails("GenerateMac", code):
        refused(world.ask(), "unavailable", retry_after)
    assert world.outcomes() == ["attempt", "failed"]
    assert world.retrieval.asked == []
    assert world.ask().status == 200


@pytest.mark.parametrize(("code", "retry_after"), [*CODES, ("TooManyRequestsException", 1)])
def test_a_retrieval_function_that_cannot_be_invoked(
    world: QuestionWorld, code: str, retry_after: int
) -> None:
    with world.fails("Invoke", code):
        refused(world.ask(), "unavailable", retry_after)
    assert world.outcomes() == ["attempt", "failed"]
    assert world.model.received == []


def test_a_retrieval_function_that_does_not_answer(world: QuestionWorld) -> None:
    def slow(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="https://canary.invalid")

    with hooked(world.operations.retrieval.client, "before-call.lambda.Invoke", slow):
        refused(world.ask(), "unavailable", 30)
    assert "canary" not in world.output()


def test_retrieval_is_invoked_once(world: QuestionWorld) -> None:
    """A second invocation would run beside the first: the client neither waits long nor tries again."""
    config = world.operations.retrieval.client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.read_timeout < 28


@pytest.mark.parametrize(("purged", "status", "asked"), [(1, 200, 1), (2, 503, 0)])
def test_a_connection_that_was_dropped_is_made_anew(
    world: QuestionWorld, purged: int, status: int, asked: int
) -> None:
    """ "Lambda purges idle connections over time. Attempting to reuse an idle connection when invoking a
    function will result in a connection error": after a pause the first question would always be refused.

    https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html, seen in aws/aws-sdk-js-v3#1196
    """
    dropped = iter([ConnectionClosedError(endpoint_url="https://canary.invalid")] * purged)

    def send(**_: object) -> None:
        for error in dropped:
            raise error

    with hooked(world.operations.retrieval.client, "before-call.lambda.Invoke", send):
        assert world.ask().status == status
    assert len(world.retrieval.asked) == asked
    assert "canary" not in world.output()


def test_a_retrieval_function_that_dies(world: QuestionWorld) -> None:
    world.retrieval.function_error = "Unhandled"
    world.retrieval.answer = {"errorMessage": CANARY, "stackTrace": [CANARY]}
    refused(world.ask(), "unavailable", 30)
    assert CANARY not in world.output()


@pytest.mark.parametrize(
    ("problem", "status", "code", "retry_after", "outcome"),
    [
        ({"status": 403, "code": "forbidden", "retry_after": None}, 403, "forbidden", None, "denied"),
        ({"status": 503, "code": "unavailable", "retry_after": 7}, 503, "unavailable", 7, "failed"),
        ({"status": 503, "code": "unavailable", "retry_after": None}, 503, "unavailable", 30, "failed"),
        ({"status": 502, "code": "model_unusable", "retry_after": 30}, 503, "unavailable", 30, "failed"),
        ({"status": 503, "code": CANARY, "retry_after": CANARY}, 503, "unavailable", 30, "failed"),
        ({"status": 400, "code": "malformed_request"}, 500, "internal_error", None, "failed"),
        ({"status": 500, "code": "internal_error"}, 500, "internal_error", None, "failed"),
        ({"status": CANARY}, 500, "internal_error", None, "failed"),
        (CANARY, 500, "internal_error", None, "failed"),
    ],
)
def test_problems_of_retrieval(
    world: QuestionWorld, problem: object, status: int, code: str, retry_after: int | None, outcome: str
) -> None:
    world.retrieval.answer = {"problem": problem}
    response = world.ask()
    refused(response, code, retry_after, status)
    assert world.outcomes() == ["attempt", outcome]
    assert CANARY not in json.dumps([response.body, world.rows()]) + world.output()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        CANARY.encode(),
        b"\xff",
        [],
        {},
        {"patient_id": JANE},
        {"patient_id": JANE, "contexts": {}},
        {"patient_id": "patient-0002", "contexts": CONTEXTS},
        {"contexts": CONTEXTS},
        {"patient_id": JANE, "contexts": CONTEXTS * 10},
        {"patient_id": JANE, "contexts": [CANARY]},
        {"patient_id": JANE, "contexts": [{**CONTEXTS[0], "text": None}]},
        {"patient_id": JANE, "contexts": [{**CONTEXTS[0], "start": "0"}]},
        {"patient_id": JANE, "contexts": [{key: CONTEXTS[0][key] for key in ("text", "source")}]},
    ],
)
def test_answers_of_retrieval_that_are_none(world: QuestionWorld, answer: object) -> None:
    world.retrieval.answer = answer
    refused(world.ask(), "internal_error", None, 500)
    assert world.outcomes() == ["attempt", "failed"]
    assert world.model.received == []
    assert CANARY not in world.output()


def test_without_the_attempt_on_record_nothing_is_read(world: QuestionWorld) -> None:
    def read(**_: object) -> None:
        pytest.fail("something was read before the attempt was on record")

    client = world.api.api.audit.client
    with (
        world.fails("PutItem", "ThrottlingException", AUDIT),
        hooked(client, "before-call.dynamodb.GetItem", read),
        hooked(world._client_of("GenerateMac"), "before-call.kms.GenerateMac", read),
    ):
        refused(world.ask(), "audit_unavailable", 30)
        refused(world.ask(sub=STRANGER), "audit_unavailable", 30)
        refused(world.ask(sub=None), "audit_unavailable", 30)
        answer, body = world.invoke({"query": "What dose?", "patient_id": JANE})
        assert (answer["statusCode"], body["code"]) == (503, "audit_unavailable")
    assert world.rows() == []
    assert world.retrieval.asked == []
    assert world.model.received == []
    assert world.metrics() == ["AuditUnavailable"] * 4


def test_without_the_outcome_on_record_nothing_is_told(world: QuestionWorld) -> None:
    with world.fails("PutItem", "ResourceNotFoundException", AUDIT, after=1):
        response = world.ask()
    refused(response, "audit_unavailable", 30)
    assert len(world.model.received) == 1
    assert world.outcomes() == ["attempt"]
    assert "lisinopril" not in json.dumps(response.body)


def test_the_attempt_is_on_record_before_anything_is_read_and_the_outcome_before_the_answer(
    world: QuestionWorld,
) -> None:
    order: list[str] = []

    def note(params: Any, model: Any, **_: object) -> None:
        order.append(model.name)

    script = world.model.script

    def asked(received: Any) -> Any:
        order.append("model")
        return script(received)

    world.model.script = asked
    with (
        hooked(world.api.api.audit.client, "before-call.dynamodb", note),
        hooked(world.operations.retrieval.client, "before-call.lambda.Invoke", note),
    ):
        assert world.ask().status == 200
    assert order == ["PutItem", "GetItem", "GetItem", "Invoke", "model", "PutItem"]


def test_a_fault_of_the_code_is_500_and_on_record(
    world: QuestionWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(CANARY)

    monkeypatch.setattr("rag_orchestrator.operations.verify", broken)
    refused(world.ask(), "internal_error", None, 500)
    assert world.outcomes() == ["attempt", "failed"]
    (line,) = [line for line in world.lines() if line.get("error_type")]
    assert line["error_type"] == "RuntimeError"
    assert line["request_id"] == REQUEST_ID
    assert CANARY not in world.output()
