"""What is taken from the deployed role is missed: the local cloud enforces IAM, and the API fails closed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from scripts.demo.people import ADMIN, MARIA, PROVIDER, SSN_PROVIDER
from scripts.demo.story import Story, changeable


@contextmanager
def denied(
    story: Story, action: str, resource: str = "*", condition: dict[str, Any] | None = None
) -> Iterator[None]:
    """Take ``action`` on ``resource`` from the patient API's role for a while."""
    iam, role = story.deployment.client("iam"), story.deployment.outputs["patient_api_role"]
    statement: dict[str, Any] = {"Effect": "Deny", "Action": action, "Resource": resource}
    statement |= {"Condition": condition} if condition else {}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    iam.put_role_policy(RoleName=role, PolicyName="fault", PolicyDocument=json.dumps(policy))
    try:
        yield
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="fault")


def test_without_kms_the_ssn_is_not_released_and_the_rest_still_is(story: Story) -> None:
    body = changeable(story.get(SSN_PROVIDER, MARIA).json()) | {"ssn": "900-12-3456"}
    assert story.put(SSN_PROVIDER, MARIA, body).status_code == 200
    for_the_ssn = {"StringEquals": {"kms:EncryptionContext:field": "ssn"}}
    with denied(story, "kms:Decrypt", condition=for_the_ssn):
        refused = story.get(SSN_PROVIDER, MARIA, params={"include": "ssn"})
        assert refused.status_code == 503
        assert "Retry-After" in refused.headers
        assert "Example" not in refused.text
        assert story.get(SSN_PROVIDER, MARIA).status_code == 200


# The tables' key is used by DynamoDB in the caller's name: without kms:Decrypt no table can be read.
@pytest.mark.parametrize("action", ["dynamodb:GetItem", "dynamodb:PutItem", "kms:Decrypt"])
def test_without_a_needed_action_nothing_is_disclosed(story: Story, action: str) -> None:
    with denied(story, action):
        answer = story.get(PROVIDER, MARIA)
    assert answer.status_code == 503
    assert "Example" not in answer.text


def test_without_the_audit_table_a_change_is_not_made(story: Story) -> None:
    before = story.get(PROVIDER, MARIA).json()
    with denied(story, "dynamodb:*", story.deployment.outputs["audit_table_arn"]):
        assert story.put(PROVIDER, MARIA, changeable(before)).status_code == 503
        assert story.get_disclosures(ADMIN, MARIA).status_code == 503
    assert story.get(PROVIDER, MARIA).json()["version"] == before["version"]


def test_the_role_can_neither_change_nor_delete_an_audit_row(story: Story) -> None:
    iam, role = story.deployment.client("iam"), story.deployment.outputs["patient_api_role"]
    documents = [
        iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    audit = story.deployment.outputs["audit_table_arn"]
    granted = {
        action
        for document in documents
        for statement in as_list(document["Statement"])
        if statement["Effect"] == "Allow" and audit in as_list(statement["Resource"])
        for action in as_list(statement["Action"])
    }
    assert granted == {"dynamodb:PutItem", "dynamodb:Query"}


def test_of_two_writers_at_once_exactly_one_succeeds(story: Story) -> None:
    seen = changeable(story.get(PROVIDER, MARIA).json())
    writers = [PROVIDER, SSN_PROVIDER] * 4
    with ThreadPoolExecutor(len(writers)) as pool:
        answers = list(pool.map(lambda writer: story.put(writer, MARIA, seen).status_code, writers))
    assert answers.count(200) == 1, answers
    assert set(answers) <= {200, 409, 503}, answers
    assert story.get(PROVIDER, MARIA).json()["version"] == seen["version"] + 1


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
