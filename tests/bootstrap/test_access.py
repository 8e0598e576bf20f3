"""The bootstrap's roles: who gets them, by tokens of GitHub's, and what they may and may not."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hipaa_policies.iam import AccessRequest, Decision, evaluate
from hipaa_policies.iam.escalation import escalation_paths
from hipaa_policies.readers.live import policy_document

from tests.bootstrap.account import BootstrappedAccount
from tests.bootstrap.refusals import BOUNDARY, BUCKET, IAM, NOTHING, REFUSED, ROLE, Call
from tests.bootstrap.roles import APPLY, AUDIT, PLAN, SUBJECTS, Role, remove_role

# --- who gets in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [PLAN, APPLY, AUDIT])
@pytest.mark.parametrize(
    "subject",
    [
        "repo:octo-org/octo-repo:pull_request",
        "repo:octo-org/octo-repo:ref:refs/heads/main",
        "repo:octo-org/octo-repo:environment:check-",
        "repo:octo-org/octo-repo:environment:Check",
        "repo:octo-org/octo-repo:environment:check:environment:check-plan",
        "repo:octo-org/octo-repo-fork:environment:check",
        "repo:attacker/octo-repo:environment:check",
        "repo:octo-org@1/octo-repo@2:environment:check",
        "repo:OCTO-ORG/octo-repo:environment:check",
        "repo:octo-org/octo-repo:*",
        "*",
    ],
)
def test_no_other_token_of_githubs_gets_in(
    account: BootstrappedAccount, roles: dict[str, Role], role: str, subject: str
) -> None:
    with pytest.raises(ClientError, match="Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        account.sign_in(role, subject)


@pytest.mark.parametrize("role", [PLAN, APPLY, AUDIT])
@pytest.mark.parametrize("of", [PLAN, APPLY, AUDIT])
def test_each_environment_gets_its_own_role(
    account: BootstrappedAccount, roles: dict[str, Role], role: str, of: str
) -> None:
    if role == of:
        assert account.sign_in(role, SUBJECTS[of])["AWS_SESSION_TOKEN"]
        return
    with pytest.raises(ClientError, match="Not authorized"):
        account.sign_in(role, SUBJECTS[of])


@pytest.mark.parametrize(
    "ref", ["refs/heads/feature", "refs/heads/main2", "refs/pull/1/merge", "refs/tags/main", "main"]
)
def test_another_branch_gets_a_plan_at_most(
    account: BootstrappedAccount, roles: dict[str, Role], ref: str
) -> None:
    """Even where GitHub's environment has lost its protection, and gives the branch its token."""
    assert account.sign_in(PLAN, SUBJECTS[PLAN], ref=ref)["AWS_SESSION_TOKEN"]
    for role in (APPLY, AUDIT):
        with pytest.raises(ClientError, match="Not authorized"):
            account.sign_in(role, SUBJECTS[role], ref=ref)


@pytest.mark.parametrize(
    ("claims", "refusal"),
    [
        ({"audience": "https://github.com/octo-org"}, "Incorrect token audience"),
        ({"iss": "https://token.actions.githubusercontent.com.attacker.example"}, "InvalidIdentityToken"),
        ({"exp": "1"}, "Token expired"),
    ],
)
def test_a_token_for_somebody_else_of_another_issuer_or_of_yesterday_does_not(
    account: BootstrappedAccount, roles: dict[str, Role], claims: dict[str, str], refusal: str
) -> None:
    with pytest.raises(ClientError, match=refusal):
        account.sign_in(APPLY, SUBJECTS[APPLY], **claims)


# --- what they may not -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "service", "what", "call"), REFUSED, ids=[f"{role}-{what}" for role, _, what, _ in REFUSED]
)
def test_what_is_none_of_theirs_is_refused(
    account: BootstrappedAccount,
    sessions: dict[str, dict[str, str]],
    role: str,
    service: str,
    what: str,
    call: Call,
) -> None:
    with pytest.raises(ClientError, match="is not authorized to perform"):
        call(account.client(service, sessions[role]))


# --- what they may, and no more ----------------------------------------------------------------------


def test_apply_makes_roles_within_the_boundary(
    account: BootstrappedAccount, sessions: dict[str, dict[str, str]]
) -> None:
    """So the refusals above are of what is refused, and not of everything."""
    iam = account.client("iam", sessions[APPLY])
    iam.create_role(**ROLE, PermissionsBoundary=BOUNDARY)
    try:
        iam.put_role_policy(RoleName=ROLE["RoleName"], PolicyName="own", PolicyDocument=policy_document())
        with pytest.raises(ClientError, match="is not authorized"):
            iam.delete_role_permissions_boundary(RoleName=ROLE["RoleName"])
        with pytest.raises(ClientError, match="is not authorized"):
            iam.update_assume_role_policy(RoleName=ROLE["RoleName"], PolicyDocument=NOTHING)
        iam.delete_role_policy(RoleName=ROLE["RoleName"], PolicyName="own")
    finally:
        remove_role(account.cloud, ROLE["RoleName"])


@pytest.mark.parametrize(
    ("role", "service", "passed"),
    [
        ("healthcare-patient-api", "lambda.amazonaws.com", Decision.ALLOWED),
        ("healthcare-patient-api", "ec2.amazonaws.com", Decision.IMPLICIT_DENY),
        ("healthcare-patient-api", "cloudformation.amazonaws.com", Decision.IMPLICIT_DENY),
        ("administrator", "lambda.amazonaws.com", Decision.IMPLICIT_DENY),
        (PLAN, "lambda.amazonaws.com", Decision.EXPLICIT_DENY),
        (APPLY, "lambda.amazonaws.com", Decision.EXPLICIT_DENY),
        (AUDIT, "lambda.amazonaws.com", Decision.EXPLICIT_DENY),
    ],
)
def test_apply_hands_only_the_stacks_roles_to_the_stacks_services(
    roles: dict[str, Role], role: str, service: str, passed: Decision
) -> None:
    """By evaluation: the local cloud does not ask for iam:PassRole."""
    request = AccessRequest("iam:PassRole", f"{IAM}:role/{role}", {"iam:PassedToService": service})
    assert evaluate([*roles[APPLY].policies.values()], request) is passed


def test_apply_can_escalate_to_what_the_boundary_says_and_no_further(
    account: BootstrappedAccount, roles: dict[str, Role]
) -> None:
    """Whoever deploys functions runs code under their roles: docs/bootstrap.md."""
    found = {path.name for path in escalation_paths([*roles[APPLY].policies.values()])}
    assert found == {
        "iam:AttachRolePolicy",
        "iam:CreatePolicyVersion",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:PassRole with lambda:CreateFunction and lambda:AddPermission",
        "iam:PassRole with lambda:CreateFunction and lambda:CreateEventSourceMapping",
        "iam:PassRole with lambda:CreateFunction and lambda:InvokeFunction",
        "lambda:UpdateFunctionCode",
    }
    for role in (PLAN, AUDIT):
        assert escalation_paths([*roles[role].policies.values()]) == ()


def test_a_role_of_its_making_gets_nowhere_with_all_rights_there_are(
    account: BootstrappedAccount, roles: dict[str, Role]
) -> None:
    iam = account.cloud.client("iam")
    version = iam.get_policy(PolicyArn=BOUNDARY)["Policy"]["DefaultVersionId"]
    boundary = iam.get_policy_version(PolicyArn=BOUNDARY, VersionId=version)["PolicyVersion"]["Document"]
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert escalation_paths([everything], [boundary]) == ()
    for action, resource in (
        ("s3:GetObject", f"arn:aws:s3:::{BUCKET}/check/terraform.tfstate"),
        ("s3:PutObject", f"arn:aws:s3:::{BUCKET}/check/terraform.tfstate"),
        ("s3:BypassGovernanceRetention", "arn:aws:s3:::healthcare-audit-123456789012/AWSLogs/1"),
        ("iam:CreateUser", f"{IAM}:user/me"),
        ("sts:AssumeRole", f"{IAM}:role/{APPLY}"),
        ("cloudtrail:StopLogging", "arn:aws:cloudtrail:us-east-1:123456789012:trail/healthcare-audit"),
    ):
        assert evaluate([everything], AccessRequest(action, resource), [boundary]) is not Decision.ALLOWED, (
            action
        )
    record = AccessRequest(
        "dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"
    )
    assert evaluate([everything], record, [boundary]) is Decision.ALLOWED


def test_audit_has_the_generated_policy_and_nothing_else(roles: dict[str, Role]) -> None:
    (policy,) = roles[AUDIT].policies.values()
    assert policy == json.loads(policy_document())


def test_hipaa_audit_works_by_a_workflows_token(
    account: BootstrappedAccount, sessions: dict[str, Any]
) -> None:
    command = [sys.executable, "-c", "import sys; from hipaa_policies.cli import main; sys.exit(main())"]
    finished = subprocess.run(
        [*command, "audit", "--format", "json"],
        env=account.environment(sessions[AUDIT]),
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(finished.stdout)
    assert report["unreadable"] == [], finished.stderr
    about = [finding for finding in report["findings"] if "terraform-state" in json.dumps(finding)]
    assert about
    assert {finding["status"] for finding in about} <= {"PASS", "NOT_APPLICABLE"}


def test_each_policy_fits_into_iam(roles: dict[str, Role]) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    for role in roles.values():
        assert len(role.policies) <= 10 + 1, "10 attached ones, and one of its own"
        for name, policy in role.policies.items():
            assert len(json.dumps(policy, separators=(",", ":"))) <= 6144, name
