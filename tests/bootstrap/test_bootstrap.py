"""`make bootstrap` on an empty local cloud: interrupted, killed, resumed. Its roles: test_access.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.bootstrap.account import BootstrappedAccount, make_project, small_stack
from tests.bootstrap.refusals import BUCKET
from tests.bootstrap.roles import APPLY, PLAN


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
