"""``hipaa iam-policy``: a role with that policy and nothing else sees all that the administrator sees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.assessment import Assessment
from hipaa_policies.auditing import audit
from hipaa_policies.readers.live import policy_document
from hipaa_policies.verdicts import Status

from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment
NAME = "hipaa-auditor"
WAIVERS = Path(__file__).resolve().parents[2] / "policies" / "waivers.yaml"


@pytest.fixture(scope="module")
def iam(deployment: LocalDeployment) -> Any:
    return deployment.client("iam")


@pytest.fixture(scope="module")
def role(iam: Any, deployment: LocalDeployment, restore_tested: str, aws_environment: None) -> Iterator[str]:
    """A role that the account's own identities may assume, with the generated policy alone."""
    principal = {"AWS": f"arn:aws:iam::{deployment.state.account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn: str = iam.create_role(RoleName=NAME, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    iam.put_role_policy(RoleName=NAME, PolicyName="read", PolicyDocument=policy_document())
    yield arn
    iam.delete_role_policy(RoleName=NAME, PolicyName="read")
    iam.delete_role(RoleName=NAME)


@pytest.fixture(scope="module")
def administrators(role: str) -> Assessment:
    """Read after the role was made: it is part of the account that both look at."""
    return audit(waivers=WAIVERS)


def test_the_role_sees_what_the_administrator_sees(role: str, administrators: Assessment) -> None:
    seen = audit(roles=[role], waivers=WAIVERS)
    assert seen.unreadable == ()
    assert seen.findings == administrators.findings
    assert seen.facts_sha256 == administrators.facts_sha256
    # How often the credential report is asked for depends on whether one was made lately.
    assert set(seen.asked) == set(administrators.asked)
    assert len(seen.of(Status.PASS)) > 100


def test_tags_can_be_read_with_it_too(role: str) -> None:
    scoped = audit(roles=[role], tags=["nobody=has-this"])
    # What is asked of the account itself has no tags: whether a restore was tested, for one.
    assert scoped.of(Status.FAIL) == ()
    assert "BKP-03" in {finding.control_id for finding in scoped.of(Status.PASS)}
    assert scoped.out_of_scope


@pytest.mark.parametrize(
    ("action", "needed"),
    [
        ("kms:ListKeys", True),
        ("budgets:ViewBudget", True),
        # Every bucket here blocks public access by itself, whatever the account does.
        ("s3:GetAccountPublicAccessBlock", False),
    ],
)
def test_an_action_less_is_unknown_and_named(
    role: str, iam: Any, administrators: Assessment, action: str, needed: bool
) -> None:
    """So the local cloud does judge the role, and the test above can fail."""
    document = json.loads(policy_document())
    document["Statement"][0]["Action"].remove(action)
    iam.put_role_policy(RoleName=NAME, PolicyName="read", PolicyDocument=json.dumps(document))
    try:
        seen = audit(roles=[role], waivers=WAIVERS)
    finally:
        iam.put_role_policy(RoleName=NAME, PolicyName="read", PolicyDocument=policy_document())
    assert {problem.missing_action for problem in seen.unreadable} == {action}
    different = set(seen.findings) - set(administrators.findings)
    assert {finding.status for finding in different} == ({Status.UNKNOWN} if needed else set())
    assert all(f"grant {action}" in finding.message for finding in different)
