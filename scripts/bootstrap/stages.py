"""From an empty account to one whose bootstrap has its state in the bucket: where it stands, what is next.

Where it stands is read from what is there, never from notes: whoever ended the last run, and when, does not
matter. The one order that holds: no state in a file is removed before the bucket has it, byte for byte.
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

    MAKE = "nothing is there, or not all of it: apply with the state in a file, then move it"
    REMOVE = "the state is in the bucket, and still in a file: remove the file"
    KEEP = "the state is in the bucket: apply what has changed"


def next_stage(account: Account, file: State | None, bucket: State | None, bucket_exists: bool) -> Stage:
    """Raises ``RefusedError`` where two states contradict each other, or the state is lost."""
    if bucket is None:
        if file is None and bucket_exists:
            raise RefusedError(_lost(account))
        return Stage.MAKE
    if file is None:
        return Stage.KEEP
    # Either it is all that was left to do, or the bucket's was worked with since.
    if file == bucket or (file.lineage == bucket.lineage and file.serial < bucket.serial):
        return Stage.REMOVE
    raise RefusedError(_two_states(account))


def bootstrap(account: Account, say: Say, ask: Ask) -> bool:
    """All of it, from wherever it stands. Returns False where the plan was shown and not agreed to.

    Raises ``RefusedError``.
    """
    bucket = Bucket(account)
    stage = next_stage(account, states.in_file(account), bucket.state(), bucket.exists())
    if stage is Stage.MAKE:
        if not _make(account, say, ask):
            return False
        _move(account, bucket, say)
        stage = Stage.REMOVE
    if stage is Stage.REMOVE:
        _remove_file(account, say)
    return _keep(account, say, ask)


def _make(account: Account, say: Say, ask: Ask) -> bool:
    say(f"The state is in a file ({account.local_state.name}) until there is a bucket for it")
    terraform = Terraform(account, in_a_file=True)
    terraform.initialise()
    # An apply that was interrupted while it waited for them: they are there, and what they lack is added.
    state = states.in_file(account)
    for address in state.half_made if state else ():
        terraform.untaint(address)
    if not _apply(terraform, ask):
        return False
    if terraform.output("bootstrap_backend") != account.backend:
        raise RefusedError(
            "Output bootstrap_backend and scripts/bootstrap's Account.backend do not say the same, so the "
            f"state is still in {account.local_state.name} alone. Mend the wrong one, and run this again."
        )
    return True


def _move(account: Account, bucket: Bucket, say: Say) -> None:
    """Not by `terraform init -migrate-state`: into an empty bucket it writes a state of another lineage and
    serial 1 (seen with 1.11.4), and with -force-copy it would write over one that came in between."""
    say(f"The state goes into {account.bucket}")
    state = states.in_file(account)
    if state is None:
        raise RefusedError(f"{account.local_state.name} has no resource in it after the apply.")
    bucket.put_first(state)
    if bucket.state() != state:
        raise RefusedError(
            f"What is in {account.bucket} now is not what is in {account.local_state.name}, so the file was "
            f"kept. Look at both before you go on: aws s3 cp s3://{account.bucket}/{account.state_key} -"
        )
    say(f"{state.resources} resources, serial {state.serial}: in the bucket as in the file, byte for byte")


def _remove_file(account: Account, say: Say) -> None:
    say(f"{account.local_state.name} is removed: the bucket has the state")
    account.local_state.with_name(f"{account.local_state.name}.backup").unlink(missing_ok=True)
    account.local_state.unlink()


def _keep(account: Account, say: Say, ask: Ask) -> bool:
    say(f"With the state in {account.bucket}")
    account.backend_file.write_text(account.backend, encoding="utf-8")
    terraform = Terraform(account, in_a_file=False)
    terraform.initialise()
    if not _apply(terraform, ask):
        return False
    print(terraform.outputs())
    return True


def _apply(terraform: Terraform, ask: Ask) -> bool:
    if terraform.plan():
        environment = terraform.account.environment
        if not ask(f"Apply this to account {environment.account_id} ({environment.name})?"):
            return False
        terraform.apply()
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
        "not one state at two times: two people have each begun. Nothing was done. Look at both. If the "
        "bucket's has everything that is there, move the file away, and run this again."
    )
