"""From an empty account to one whose bootstrap has its state in the bucket: where it stands, what is next.

Where it stands is read from what is there, never from notes: whoever ended the last run, and when, does not
matter. The one order that holds: no state in a file is removed before the bucket has it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from scripts.bootstrap import states
from scripts.bootstrap.account import Account
from scripts.bootstrap.states import Bucket, State
from scripts.bootstrap.terraform import Terraform
from scripts.environments.problems import RefusedError

Say = Callable[[str], None]
Ask = Callable[[str], bool]


class Stage(Enum):
    """What is to be done next."""

    MAKE = "nothing is there, or not all of it: apply with the state in a file"
    MOVE = "all is there, its state in a file: into the bucket with it"
    REMOVE = "the state is in the bucket and in a file: remove the file"
    KEEP = "the state is in the bucket: apply what has changed"


def next_stage(
    in_file: State | None, in_bucket: State | None, bucket_exists: bool, account: Account
) -> Stage:
    """A file alone is applied before it is moved: something may be missing yet, and else it is quick.

    Raises ``RefusedError`` where two states contradict each other, or the state is lost.
    """
    if in_file is None and in_bucket is not None:
        return Stage.KEEP
    if in_file is None:
        if bucket_exists:
            raise RefusedError(_lost(account))
        return Stage.MAKE
    if in_bucket is None:
        return Stage.MAKE
    if in_file.lineage != in_bucket.lineage:
        raise RefusedError(_two_states(account))
    if in_bucket.serial > in_file.serial or in_bucket == in_file:
        return Stage.REMOVE  # worked with since, or the last thing that was left to do
    return Stage.MOVE


def bootstrap(account: Account, say: Say, ask: Ask) -> bool:
    """All of it, from wherever it stands. Returns False where the plan was shown and not agreed to.

    Raises ``RefusedError``.
    """
    bucket = Bucket(account)
    stage = next_stage(states.local(account), bucket.state(), bucket.exists(), account)
    if stage is Stage.MAKE:
        if not _make(account, say, ask):
            return False
        stage = Stage.MOVE
    if stage is Stage.MOVE:
        _move(account, bucket, say)
        stage = Stage.REMOVE
    if stage is Stage.REMOVE:
        _remove_file(account, say)
    return _keep(account, say, ask)


def _make(account: Account, say: Say, ask: Ask) -> bool:
    say(f"Terraform's state is in a file ({account.local_state.name}) until there is a bucket for it")
    terraform = Terraform(account, in_a_file=True)
    terraform.initialise()
    return _apply(terraform, ask)


def _apply(terraform: Terraform, ask: Ask) -> bool:
    if terraform.plan():
        environment = terraform.account.environment
        if not ask(f"Apply this to account {environment.account_id} ({environment.name})?"):
            return False
        terraform.apply()
    return True


def _move(account: Account, bucket: Bucket, say: Say) -> None:
    say(f"The state goes into {account.bucket}")
    before = states.local(account)  # Terraform may empty the file when it has copied it
    copied_from = Terraform(account, in_a_file=True)
    copied_from.initialise()
    if copied_from.output("bootstrap_backend") != account.backend:
        raise RefusedError(
            "The configuration names its backend otherwise than scripts/bootstrap does: output "
            "bootstrap_backend and Account.backend must say the same. The state is still in its file alone."
        )
    account.backend_file.write_text(account.backend, encoding="utf-8")
    Terraform(account, in_a_file=False).migrate()
    after = bucket.state()
    if after != before:
        raise RefusedError(
            f"What is in {account.bucket} now is not what was in {account.local_state.name}, so the file was "
            "kept. Nothing was lost. Look at both before you go on: "
            f"aws s3 cp s3://{account.bucket}/{account.state_key} -"
        )
    assert after is not None  # noqa: S101 (an apply has made the bucket, at least)
    say(f"{len(after.resources)} resources are in it, the same as in the file, serial {after.serial}")


def _remove_file(account: Account, say: Say) -> None:
    say(f"The bucket has the state: {account.local_state.name} is removed")
    account.local_state.with_suffix(".tfstate.backup").unlink(missing_ok=True)
    account.local_state.unlink()


def _keep(account: Account, say: Say, ask: Ask) -> bool:
    say(f"With the state in {account.bucket}")
    if (
        not account.backend_file.exists()
        or account.backend_file.read_text(encoding="utf-8") != account.backend
    ):
        account.backend_file.write_text(account.backend, encoding="utf-8")
    if account.local_state.exists():
        account.local_state.unlink()  # without a resource in it: what a migration leaves
    terraform = Terraform(account, in_a_file=False)
    terraform.initialise()
    if not _apply(terraform, ask):
        return False
    print(terraform.outputs())
    return True


def _lost(account: Account) -> str:
    return (
        f"{account.bucket} is there, and the state of environments/bootstrap is neither in it "
        f"({account.state_key}) nor in {account.environment.file(account.local_state)}. To go on would make "
        "everything a second time, so nothing was done. Who began has the file on their machine: get it from "
        f"there. Or bring back an older version of {account.state_key}. Or, if the state is gone for good, "
        'import what is there: docs/bootstrap.md, "The state is lost".'
    )


def _two_states(account: Account) -> str:
    return (
        f"{account.environment.file(account.local_state)} and {account.state_key} in {account.bucket} are "
        "not the same state at two times: two people have each begun. Nothing was done. Look at both. If the "
        "bucket's has everything that is there, move the file away, and run this again."
    )
