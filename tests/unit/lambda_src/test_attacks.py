"""Attacks that once went through, or would if a line of defence were dropped: each asserts the effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.parsers import ResponseParserError

from tests.unit.lambda_src.world import (
    ADMIN,
    JANE,
    NOBODY,
    PROVIDER,
    REASON,
    REQUEST_ID,
    SSN,
    STRANGER,
    World,
    event,
    hooked,
    update,
)


def lost(**_: object) -> None:
    """AWS has done it; its answer never arrives."""
    raise ReadTimeoutError(endpoint_url="https://canary.invalid")


def garbled(**_: object) -> None:
    """Something between here and AWS has answered: no error that botocore knows."""
    raise ResponseParserError("canary-message")


# --- who asks
@pytest.mark.parametrize("token_use", [None, "access", "ID", "", ["id"]])
def test_only_an_identity_token_says_who_asks(world: World, token_use: object) -> None:
    """An access token of the pool has sub and groups as well, and is made for other audiences."""
    request = event()
    claims = request["requestContext"]["authorizer"]["claims"]
    del claims["token_use"]
    if token_use is not None:
        claims["token_use"] = token_use
    assert world.call(request).status == 401
    (row,) = world.rows()
    assert row["actor"] == "anonymous"


@pytest.mark.parametrize(
    "groups",
    ["Provider\u200b", "\uff30rovider", "Provide\u0433", "[Provider", "Provider;Admin", [["Provider"]]],
)
def test_groups_that_only_look_alike_are_none(world: World, groups: object) -> None:
    assert world.get(groups=groups).status == 403


# --- breaking the glass
def test_reason_sent_twice_in_two_spellings_is_400(world: World) -> None:
    request = event(sub=STRANGER)
    both = {"X-Break-Glass-Reason": REASON, "x-break-glass-reason": "Another reason altogether"}
    request["headers"] = both
    request["multiValueHeaders"] = {name: [value] for name, value in both.items()}
    assert world.call(request).status == 400
    assert world.rows() == []


def test_glass_is_never_broken_for_a_change_or_the_accounting(world: World) -> None:
    broken: dict[str, Any] = {"sub": STRANGER, "headers": {"X-Break-Glass-Reason": REASON}}
    before = world.record()
    assert world.put(update(2), **broken).status == 403
    assert world.disclosures(**broken).status == 403
    assert world.record() == before
    assert all("reason" not in row and row["purpose"] == "none" for row in world.rows())


# --- the audit
def test_change_whose_answer_is_lost_has_one_outcome_and_it_is_true(world: World) -> None:
    with hooked(world.api.audit.client, "after-call.dynamodb.TransactWriteItems", lost):
        assert world.put(update(2)).status == 503
    record = world.record()
    assert record is not None
    assert record["version"] == 3
    assert world.outcomes() == ["attempt", "success"]


def test_change_that_comes_late_is_stopped_by_its_outcome(world: World) -> None:
    """The answer is lost and "failed" is on record: the transaction that arrives after that does nothing."""
    client = world.api.audit.client
    late: list[Mapping[str, Any]] = []

    def delayed(params: Mapping[str, Any], **_: object) -> None:
        late.append(dict(params))
        raise ReadTimeoutError(endpoint_url="https://canary.invalid")

    with hooked(client, "provide-client-params.dynamodb.TransactWriteItems", delayed):
        assert world.put(update(2)).status == 503
    before = world.record()
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=late[0]["TransactItems"])
    assert world.record() == before
    assert world.outcomes() == ["attempt", "failed"]


@pytest.mark.parametrize("after", ["attempt", "outcome"])
def test_audit_that_fails_in_a_way_unknown_to_the_sdk_is_still_an_alarm(world: World, after: str) -> None:
    rows = 0

    def fail(**_: object) -> None:
        nonlocal rows
        rows += 1
        if rows == (1 if after == "attempt" else 2):
            garbled()

    with hooked(world.api.audit.client, "before-call.dynamodb.PutItem", fail):
        response = world.get()
    assert (response.status, response.body["code"]) == (503, "audit_unavailable")
    assert world.metrics() == ["AuditUnavailable"]
    assert "canary" not in world.output()


# --- ids and bodies
@pytest.mark.parametrize(
    "patient_id", ["patient%2D0001", "patient-0001%00", "patient-0001 ", "patient\u20110001"]
)
def test_id_is_never_decoded_or_normalised(world: World, patient_id: str) -> None:
    assert world.get(patient_id).status == 400
    assert world.rows() == []


def test_the_path_is_not_what_is_judged(world: World) -> None:
    """pathParameters decide which record is read, by which relationship, and where that is recorded."""
    request = {**event(patient_id=NOBODY), "path": f"/patients/{JANE}"}
    assert world.call(request).status == 403
    assert world.outcomes(NOBODY) == ["attempt", "denied"]
    assert world.rows(JANE) == []


def test_body_that_is_called_base64_and_is_no_ascii_is_400(world: World) -> None:
    request = {**event("PUT", body="\u00fc"), "isBase64Encoded": True}
    assert world.call(request).body["errors"] == [{"path": "body", "rule": "encoding"}]


# --- the SSN
def test_ciphertext_moved_to_another_record_opens_for_no_one(world: World) -> None:
    stolen = world.record()
    assert stolen is not None
    world.save({**stolen, "patient_id": NOBODY})
    response = world.get(NOBODY, sub=ADMIN, groups="Admin,SsnAccess", query={"include": "ssn"})
    assert response.status == 500
    assert SSN not in world.output()
    assert world.outcomes(NOBODY) == ["attempt", "failed"]


# --- logs
def test_trace_header_of_a_caller_writes_nothing_of_theirs(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=Jane Doe born 1970-01-31;Sampled=1")
    assert world.get().status == 200
    assert "Jane" not in world.output()
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")
    assert world.get().status == 200
    assert world.lines()[-1]["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"


def test_subject_of_the_caller_is_on_record_and_request_id_is_a_uuid(world: World) -> None:
    request = event()
    request["requestContext"]["requestId"] = "Jane Doe"
    answer = world.api.handle(request, None)
    assert "Jane Doe" not in answer["headers"].values()
    (attempt, outcome) = world.rows()
    assert attempt["actor"] == outcome["actor"] == PROVIDER
    assert "Jane" not in outcome["request_id"]
    assert outcome["request_id"] != REQUEST_ID
