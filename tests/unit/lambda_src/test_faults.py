"""AWS fails in every call there is: nothing is disclosed, nothing is half done, and nothing of it leaks."""

from __future__ import annotations

from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ConnectTimeoutError
from healthcare.aws import problem_for

from tests.unit.lambda_src.world import ADMIN, AUDITOR, NOBODY, REASON, STRANGER, World, hooked, update

SCOPE = {"sub": ADMIN, "groups": "Admin,SsnAccess"}
AUDIT = "healthcare-audit"
PATIENTS = "healthcare-patients"
RELATIONSHIPS = "healthcare-relationships"
CODES = [
    ("ThrottlingException", 1),
    ("ProvisionedThroughputExceededException", 1),
    ("RequestLimitExceeded", 1),
    ("ResourceNotFoundException", 30),
    ("AccessDeniedException", 30),
    ("InternalServerError", 30),
    ("KMSAccessDeniedException", 30),
]


def refused(response: Any, code: str, retry_after: int) -> None:
    assert response.status == 503
    assert response.body["code"] == code
    assert response.headers["Retry-After"] == str(retry_after)
    assert set(response.body) == {"type", "title", "status", "detail", "code", "request_id"}


@pytest.mark.parametrize(("code", "retry_after"), CODES)
@pytest.mark.parametrize("table", [RELATIONSHIPS, PATIENTS])
def test_reads_that_fail_are_503_and_on_record(world: World, table: str, code: str, retry_after: int) -> None:
    with world.fails("GetItem", code, table):
        refused(world.get(), "unavailable", retry_after)
        refused(world.put(update(2)), "unavailable", retry_after)
    assert world.outcomes() == ["attempt", "failed"] * 2
    assert all(row["disclosed"] == [] for row in world.rows())
    assert [line["aws_error"] for line in world.lines()] == [code] * 2
    assert "canary" not in world.output()


@pytest.mark.parametrize(("code", "_"), CODES)
def test_without_the_attempt_on_record_nothing_is_read(world: World, code: str, _: int) -> None:
    def read(**_: object) -> None:
        pytest.fail("something was read before the attempt was on record")

    client = world.api.audit.client
    with (
        world.fails("PutItem", code, AUDIT),
        hooked(client, "before-call.dynamodb.GetItem", read),
        hooked(client, "before-call.dynamodb.Query", read),
        hooked(client, "before-call.dynamodb.TransactWriteItems", read),
    ):
        refused(world.get(), "audit_unavailable", 30)
        refused(world.put(update(2)), "audit_unavailable", 30)
        refused(world.disclosures(sub=AUDITOR, groups="Auditor"), "audit_unavailable", 30)
        refused(world.get(sub=None), "audit_unavailable", 30)
    assert world.rows() == []
    assert world.metrics() == ["AuditUnavailable"] * 4


@pytest.mark.parametrize("arguments", [{}, {"sub": STRANGER}, {**SCOPE, "query": {"include": "ssn"}}])
def test_without_the_outcome_on_record_nothing_is_told(world: World, arguments: dict[str, Any]) -> None:
    with world.fails("PutItem", "ResourceNotFoundException", AUDIT, after=1):
        refused(world.get(**arguments), "audit_unavailable", 30)
    assert world.outcomes() == ["attempt"]
    assert world.metrics() == ["AuditUnavailable"]


def test_accounting_is_not_told_without_its_outcome(world: World) -> None:
    with world.fails("PutItem", "ThrottlingException", AUDIT, after=1):
        refused(world.disclosures(sub=AUDITOR, groups="Auditor"), "audit_unavailable", 30)


def test_audit_table_that_is_gone(world: World) -> None:
    world.dynamodb.delete_table(TableName=AUDIT)
    refused(world.get(), "audit_unavailable", 30)
    before = world.record()
    refused(world.put(update(2)), "audit_unavailable", 30)
    assert world.record() == before


def test_audit_table_that_goes_between_attempt_and_change(world: World) -> None:
    def gone() -> None:
        world.dynamodb.delete_table(TableName=AUDIT)

    before = world.record()
    with world.before("TransactWriteItems", gone):
        response = world.put(update(2))
    assert response.status == 503
    assert world.record() == before


@pytest.mark.parametrize("operation", ["GetItem", "Query", "TransactWriteItems"])
def test_broken_glass_is_counted_even_where_the_read_fails(world: World, operation: str) -> None:
    with world.fails("GetItem", "ThrottlingException", PATIENTS):
        refused(world.get(sub=STRANGER, headers={"X-Break-Glass-Reason": REASON}), "unavailable", 1)
    assert world.metrics() == ["BreakGlass"]
    assert (
        world.rows()[-1].items() >= {"outcome": "failed", "purpose": "break_glass", "disclosed": []}.items()
    )


def test_accounting_that_cannot_be_read(world: World) -> None:
    with world.fails("Query", "ProvisionedThroughputExceededException"):
        refused(world.disclosures(sub=AUDITOR, groups="Auditor"), "unavailable", 1)
    assert world.outcomes() == ["attempt", "failed"]


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "DisabledException", "KMSInvalidStateException", "ThrottlingException"]
)
def test_key_that_refuses(world: World, code: str) -> None:
    before = world.record()
    retry_after = 1 if code == "ThrottlingException" else 30
    with world.fails("Decrypt", code), world.fails("Encrypt", code):
        refused(world.get(**SCOPE, query={"include": "ssn"}), "unavailable", retry_after)
        refused(world.put(update(2, ssn="987-65-4329"), **SCOPE), "unavailable", retry_after)
        assert world.get(**SCOPE).status == 200
    assert world.record() == before
    assert world.outcomes() == ["attempt", "failed", "attempt", "failed", "attempt", "success"]
    assert "canary" not in world.output()


@pytest.mark.parametrize(
    ("reasons", "code", "retry_after"),
    [
        (["ThrottlingError", "None"], "unavailable", 1),
        (["ProvisionedThroughputExceeded", "None"], "unavailable", 1),
        (["TransactionConflict", "None"], "unavailable", 1),
        (["None", "ThrottlingError"], "audit_unavailable", 30),
        (["None", "TransactionConflict"], "audit_unavailable", 30),
        ([], "unavailable", 30),
    ],
)
def test_cancelled_change_is_told_from_a_stale_version(
    world: World, reasons: list[str], code: str, retry_after: int
) -> None:
    before = world.record()
    given = [{"Code": reason, "Message": "canary-reason"} for reason in reasons]
    with world.fails("TransactWriteItems", "TransactionCanceledException", reasons=given):
        refused(world.put(update(2)), code, retry_after)
    assert world.record() == before
    assert world.outcomes() == ["attempt", "failed"]
    assert ("AuditUnavailable" in world.metrics()) == (code == "audit_unavailable")
    assert "canary" not in world.output()


def test_contention_that_passes_is_no_failure(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from healthcare import transactions

    reasons = [{"Code": "TransactionConflict"}, {"Code": "None"}]
    contention = ExitStack()
    contention.enter_context(
        world.fails("TransactWriteItems", "TransactionCanceledException", reasons=reasons)
    )
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        contention.close()

    monkeypatch.setattr(transactions, "time", SimpleNamespace(sleep=pause))
    assert world.put(update(2)).status == 200
    assert len(pauses) == 1
    assert world.outcomes() == ["attempt", "success"]


@pytest.mark.parametrize("code", ["ThrottlingException", "TransactionInProgressException"])
def test_change_that_is_throttled_changes_nothing(world: World, code: str) -> None:
    before = world.record()
    with world.fails("TransactWriteItems", code):
        refused(world.put(update(0), NOBODY, sub=ADMIN, groups="Admin"), "unavailable", 1)
    assert world.record() == before
    assert world.record(NOBODY) is None


def test_fault_that_trying_again_cannot_mend_is_500(world: World) -> None:
    with world.fails("GetItem", "ValidationException", PATIENTS):
        response = world.get()
    assert response.status == 500
    assert "Retry-After" not in response.headers
    assert "canary" not in world.output()


def test_network_that_is_down_is_503(world: World) -> None:
    def unreachable(**_: object) -> None:
        raise ConnectTimeoutError(endpoint_url="https://canary.invalid")

    with hooked(world.api.audit.client, "before-call.dynamodb.GetItem", unreachable):
        refused(world.get(), "unavailable", 30)
    with hooked(world.api.audit.client, "before-call.dynamodb.PutItem", unreachable):
        refused(world.get(), "audit_unavailable", 30)
    assert "canary" not in world.output()


def test_repeated_audit_write_of_the_same_row_is_one_row(world: World) -> None:
    row = {
        "patient_id": NOBODY,
        "event_id": "2026-01-01T00:00:00.000000Z#1",
        "outcome": "attempt",
        "roles": [],
    }
    world.api.audit.append(row)
    world.api.audit.append(row)
    assert world.rows(NOBODY) == [row]


def test_audit_row_is_never_overwritten(world: World) -> None:
    from healthcare.problems import AuditUnavailable

    row = {"patient_id": NOBODY, "event_id": "2026-01-01T00:00:00.000000Z#1", "outcome": "denied"}
    world.api.audit.append(row)
    with pytest.raises(AuditUnavailable):
        world.api.audit.append({**row, "outcome": "success"})
    assert world.rows(NOBODY) == [row]


def test_record_of_an_unknown_shape_is_500_with_type_and_place_only(world: World) -> None:
    world.dynamodb.put_item(
        TableName=PATIENTS,
        Item={
            "patient_id": {"S": NOBODY},
            "version": {"N": "1.5"},
            "demographics": {"NULL": True},
        },
    )
    response = world.get(NOBODY, sub=ADMIN, groups="Admin")
    assert response.status == 500
    (line,) = world.lines()
    assert line["error_type"] in ("TypeError", "ValueError")
    assert line["error_location"].startswith("healthcare.attributes:")
    assert world.outcomes(NOBODY) == ["attempt", "failed"]


@pytest.mark.parametrize(
    ("code", "status", "retry_after"),
    [
        ("ValidationError", 500, None),  # a cancelled transaction's reason: the item is too large
        ("ValidationException", 500, None),
        ("IncorrectKeyException", 500, None),  # KMS: encrypted with another key than it is opened with
        ("InvalidMessageContents", 500, None),  # SQS
        ("SlowDown", 503, 1),  # S3
        ("KmsThrottled", 503, 1),  # SQS
        ("RequestThrottled", 503, 1),  # SQS
        ("ProvisionedThroughputExceeded", 503, 1),
        ("AccessDenied", 503, 30),  # S3 writes it without "Exception"
        ("EndpointConnectionError", 503, 30),
    ],
)
def test_codes_as_each_service_spells_them(code: str, status: int, retry_after: int | None) -> None:
    problem = problem_for(code)
    assert (problem.status, problem.retry_after, problem.aws_error) == (status, retry_after, code)
