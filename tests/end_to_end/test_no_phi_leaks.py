"""Canaries wherever a client of the patient API can put something: no log, metric or error body has one."""

from __future__ import annotations

import json
import uuid

import pytest

from scripts.demo.people import ADMIN, MARIA, PROVIDER, SSN_PROVIDER
from scripts.demo.story import Story, changeable
from tests.canaries import log_lines

CANARY = f"Canary{uuid.uuid4().hex[:12]}"
CANARY_SSN = "987-65-4329"  # of the range that is kept for advertisements and never issued


@pytest.fixture(scope="module")
def error_bodies(story: Story) -> list[str]:
    """The bodies of refusals to requests that carry canaries in path, query, headers and body."""
    record = {
        "version": 0,
        "demographics": {
            "given_name": CANARY,
            "family_name": CANARY,
            "birth_date": "1999-12-31",
            "phone": "+12025550187",
            "email": f"{CANARY}@example.org",
            "address": {"line": CANARY, "city": CANARY, "postal_code": "62701", "country": "US"},
        },
    }
    patient = f"P-{CANARY}"
    assert story.put(ADMIN, patient, record).status_code == 201
    current = changeable(story.get(SSN_PROVIDER, MARIA).json())
    with_ssn = current | {"ssn": CANARY_SSN, "clinical": {"conditions": [CANARY], "medications": [CANARY]}}
    assert story.put(SSN_PROVIDER, MARIA, with_ssn).status_code == 200
    token = story.tokens[PROVIDER.username]
    as_json, as_text = {"Content-Type": "application/json"}, {"Content-Type": "text/plain"}
    refused = [
        story.get(PROVIDER, patient),
        story.get(PROVIDER, f"{CANARY} {CANARY}"),
        story.get(PROVIDER, MARIA, params={"include": CANARY}),
        story.get(PROVIDER, patient, headers={"X-Break-Glass-Reason": f"{CANARY} {'x' * 300}"}),
        story.put(ADMIN, patient, record | {CANARY: CANARY}),
        story.put(ADMIN, patient, record | {"version": CANARY}),
        story.put(ADMIN, patient, record),
        story.request("PUT", f"/patients/{patient}", token, data=f'{{"{CANARY}": ', headers=as_json),
        story.request("PUT", f"/patients/{patient}", token, data=CANARY, headers=as_text),
        story.request("GET", f"/{CANARY}", token),
        story.request("GET", f"/patients/{patient}", CANARY),
    ]  # fmt: skip
    assert all(400 <= answer.status_code < 500 for answer in refused), [a.status_code for a in refused]
    # Allowed, with the canary in the header that is kept for the audit record alone.
    reason = {"X-Break-Glass-Reason": f"Emergency {CANARY}"}
    assert story.get(PROVIDER, patient, headers=reason).status_code == 200
    return [answer.text + json.dumps(dict(answer.headers)) for answer in refused]


def leaks(text: str) -> bool:
    return CANARY in text or CANARY.lower() in text.lower() or CANARY_SSN in text


def test_error_bodies_hold_no_canary(error_bodies: list[str]) -> None:
    assert not [body for body in error_bodies if leaks(body)]


def test_no_log_group_holds_a_canary(story: Story, error_bodies: list[str]) -> None:
    lines = list(log_lines(story.deployment))
    functions = {group for group, _ in lines if group.startswith("/aws/lambda/")}
    assert functions, "the functions' log groups were read"
    assert len({group for group, _ in lines} - functions) >= 1, "the API's access log was read"
    assert not [(group, line) for group, line in lines if leaks(line)]


def test_no_patient_id_reaches_a_log(story: Story, error_bodies: list[str]) -> None:
    assert not [(group, line) for group, line in log_lines(story.deployment) if MARIA in line]


def test_no_metric_holds_a_canary(story: Story, error_bodies: list[str]) -> None:
    cloudwatch = story.deployment.client("cloudwatch")
    metrics = [
        metric for page in cloudwatch.get_paginator("list_metrics").paginate() for metric in page["Metrics"]
    ]
    assert any(metric["Namespace"] == "Healthcare/Security" for metric in metrics)
    assert not leaks(json.dumps(metrics))


def test_the_local_clouds_own_log_holds_no_canary(story: Story, error_bodies: list[str]) -> None:
    files = [path for path in story.deployment.directory.glob("*.log") if path.is_file()]
    assert files, "the local cloud writes a log"
    assert not [path.name for path in files if leaks(path.read_text(encoding="utf-8", errors="replace"))]


def test_the_audit_table_keeps_the_reason(story: Story, error_bodies: list[str]) -> None:
    """The canary's one rightful place, so that the tests above are known to look for what is there."""
    rows = story.deployment.client("dynamodb").query(
        TableName=story.deployment.outputs["audit_table"],
        KeyConditionExpression="patient_id = :id",
        ExpressionAttributeValues={":id": {"S": f"P-{CANARY}"}},
    )["Items"]
    assert leaks(json.dumps(rows))
