"""`make bootstrap` on an empty local cloud: interrupted, killed, resumed. And its roles, by tokens."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hipaa_policies.iam import AccessRequest, Decision, evaluate
from hipaa_policies.iam.escalation import escalation_paths
from hipaa_policies.readers.live import policy_document

from scripts.local_deployment import LocalDeployment
from tests.bootstrap.account import BootstrappedAccount, addresses, make_project, small_stack
from tests.bootstrap.refusals import BOUNDARY, BUCKET, IAM, NOTHING, REFUSED, ROLE, Call
from tests.bootstrap.roles import (
    APPLY,
    AUDIT,
    PLAN,
    Role,
    read_role,
    remove_role,
)

SUBJECT = "repo:octo-org/octo-repo:environment:"
SUBJECTS = {PLAN: f"{SUBJECT}check-plan", APPLY: f"{SUBJECT}check", AUDIT: f"{SUBJECT}check-audit"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BootstrappedAccount]:
    cloud = LocalDeployment(tmp_path_factory.mktemp("account"))
    cloud.start()
    root = tmp_path_factory.mktemp("project")
    make_project(root, cloud.state.account_id)
    try:
        yield BootstrappedAccount(cloud, root)
    finally:
        cloud.stop()


@pytest.fixture(scope="module")
def interrupted(account: BootstrappedAccount) -> dict[str, Any]:
    """Ctrl-C while the slow resources are made. The state that it left in the file."""
    status, printed = account.run_until(lambda line: "Still creating..." in line, signal.SIGINT)
    assert status != 0, printed
    state = account.state_in_file()
    assert state is not None, printed
    return state


class Killed(threading.Thread):
    """The second run: killed, with all that it started, once all is made and before the state is moved."""

    def __init__(self, account: BootstrappedAccount) -> None:
        super().__init__()
        self.account = account
        self.status, self.printed = 0, ""

    def run(self) -> None:
        self.status, self.printed = self.account.run_until(
            lambda line: line.startswith("Apply complete!"), signal.SIGKILL
        )


@pytest.fixture(scope="module")
def killed(account: BootstrappedAccount, interrupted: dict[str, Any]) -> Killed:
    """Started, not waited for: what the roles may is tried while S3's lifecycle rule takes its minute."""
    thread = Killed(account)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def roles(account: BootstrappedAccount, killed: Killed) -> dict[str, Role]:
    """The three roles, once they and the bucket's policy are all there."""
    while killed.is_alive():
        try:
            found = {name: read_role(account.cloud, name) for name in (PLAN, APPLY, AUDIT)}
            account.cloud.client("s3").get_bucket_policy(Bucket=BUCKET)
        except ClientError:
            found = {}
        if (
            found
            and "healthcare-terraform-guard" in found[APPLY].policies
            and "state" in found[PLAN].policies
        ):
            break
        time.sleep(0.5)
    return {name: read_role(account.cloud, name) for name in (PLAN, APPLY, AUDIT)}


@pytest.fixture(scope="module")
def sessions(account: BootstrappedAccount, roles: dict[str, Role]) -> dict[str, dict[str, str]]:
    """A session of each role, by a token of its own environment."""
    return {role: account.sign_in(role, subject) for role, subject in SUBJECTS.items()}


@pytest.fixture(scope="module")
def done(account: BootstrappedAccount, killed: Killed) -> str:
    """What the third run printed, which has come to its end."""
    killed.join()
    assert killed.status == -signal.SIGKILL, killed.printed
    left = account.state_in_file()
    assert left is not None, "there is no state but in the file yet"
    status, printed = account.run("--yes")
    assert status == 0, printed
    moved = account.state_in_bucket()
    assert moved["lineage"] == left["lineage"]
    assert addresses(moved) == addresses(left)
    return printed


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


# --- from an empty account to a state in the bucket ------------------------------------------------


def test_what_was_made_before_an_interruption_is_in_the_file(interrupted: dict[str, Any]) -> None:
    made = {resource["type"] for resource in interrupted["resources"]}
    assert {"aws_iam_role", "aws_iam_policy", "aws_s3_bucket"} <= made


def test_after_an_interruption_and_a_kill_all_is_there_and_nothing_is_left_to_do(
    account: BootstrappedAccount, done: str, interrupted: dict[str, Any]
) -> None:
    assert "No changes." in done
    assert account.state_in_bucket()["lineage"] == interrupted["lineage"]
    assert not list(account.account.configuration.glob("*.tfstate*"))
    assert account.account.backend_file.read_text() == account.account.backend
    assert "check-plan" in done
    assert "permissions_boundary_arn" in done


def test_the_state_is_encrypted_with_its_key_versioned_and_locked(
    account: BootstrappedAccount, done: str
) -> None:
    s3 = account.cloud.client("s3")
    head = s3.head_object(Bucket=BUCKET, Key=account.account.state_key)
    assert head["ServerSideEncryption"] == "aws:kms"
    assert head["ObjectLockMode"] == "GOVERNANCE"
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"


def test_another_accounts_credentials_do_nothing(
    account: BootstrappedAccount, done: str, tmp_path: Path
) -> None:
    make_project(tmp_path, "999999999999")
    status, printed = BootstrappedAccount(account.cloud, tmp_path).run("--yes")
    assert status == 2
    assert "account 123456789012" in printed
    assert "Nothing was done" in printed
    assert not (tmp_path / ".local").exists()


def test_without_anybody_to_ask_nothing_is_applied(account: BootstrappedAccount, done: str) -> None:
    variables = account.account.configuration / "terraform.tfvars"
    before = variables.read_text()
    # As if it had been killed once more, after the state was moved and before the file was removed.
    account.account.local_state.write_bytes(account.state_bytes_in_bucket())
    variables.write_text(before + "tags = { Changed = true }\n")
    try:
        status, printed = account.run()
    finally:
        variables.write_text(before)
    assert status == 2
    assert "nobody to ask" in printed
    assert "Apply complete" not in printed
    assert "check.tfstate is removed: the bucket has the state" in printed
    assert not account.account.local_state.exists()


def test_a_second_writer_waits_its_turn(
    account: BootstrappedAccount, done: str, sessions: dict[str, dict[str, str]], tmp_path: Path
) -> None:
    """Terraform's own lock: who asks before applying holds it, and everybody else is refused."""
    stack = tmp_path / "stack"
    small_stack(stack, account.account.backend.replace("bootstrap/", "check/"))
    apply, plan = sessions[APPLY], sessions[PLAN]
    status, printed = account.terraform(
        stack, apply, "init", "-input=false", "-backend-config=state.s3.tfbackend"
    )
    assert status == 0, printed
    with account.start_terraform(stack, apply, "apply", "-no-color") as first:
        assert first.stdout is not None
        assert first.stdin is not None
        for line in first.stdout:
            if "Only 'yes' will be accepted" in line:
                break
        status, printed = account.terraform(stack, plan, "plan", "-input=false", "-no-color")
        assert status == 1
        assert "Error acquiring the state lock" in printed
        first.communicate("yes\n")
    assert first.returncode == 0
    # Its turn has come, and it sees what was applied. To apply itself is not for the plan role.
    status, printed = account.terraform(stack, plan, "plan", "-input=false", "-detailed-exitcode")
    assert status == 0, printed
    replaced = ("apply", "-input=false", "-no-color", "-auto-approve", "-replace=terraform_data.this")
    status, printed = account.terraform(stack, plan, *replaced)
    assert status == 1
    assert "not authorized to perform: s3:PutObject" in printed
