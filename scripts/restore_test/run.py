"""The test itself: restore everything, prove each, record it, and delete what was proven."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from scripts.restore_test import jobs
from scripts.restore_test.account import Clients, NotDoneError, RecoveryPoint, code_of, latest_points
from scripts.restore_test.buckets import Buckets
from scripts.restore_test.clusters import Clusters
from scripts.restore_test.proofs import Digests, Proof
from scripts.restore_test.readers_of import FunctionRoles
from scripts.restore_test.tables import Tables

# AWS takes up to 1,000 characters of a validation's message; ours has no name of anybody in it.
MESSAGE_CHARACTERS = 1000
WORDS = {True: "holds", False: "FAILS", None: "not shown"}


class Kind(Protocol):
    def live_name(self, point: RecoveryPoint) -> str: ...
    def metadata(self, point: RecoveryPoint, name: str) -> dict[str, str]: ...
    def prove(self, point: RecoveryPoint, name: str, arn: str) -> list[Proof]: ...
    def delete(self, name: str) -> None: ...
    def how_to_delete(self, name: str) -> str: ...


@dataclass(frozen=True)
class Options:
    """``back_up_days`` is None where the latest recovery points are to be used as they are."""

    vault: str
    role_arn: str
    restore_role_arn: str
    name_prefix: str
    back_up_days: int | None = None
    keep: bool = False
    sample: int = 200
    minimum_percent: int = 90


@dataclass
class Outcome:
    """Of one store. ``left`` is the command that deletes what is still there, or None."""

    store: str
    point: RecoveryPoint
    name: str
    job: str | None = None
    proofs: list[Proof] = field(default_factory=list)
    problem: str | None = None
    left: str | None = None

    @property
    def proven(self) -> bool:
        return (
            self.problem is None
            and bool(self.proofs)
            and all(proof.holds is not False for proof in self.proofs)
        )


def kinds_of(clients: Clients, options: Options) -> Mapping[str, Kind]:
    digests, roles = Digests(), FunctionRoles(clients)
    shared = (clients, digests, roles, options.sample, options.minimum_percent)
    return {"Aurora": Clusters(clients), "DynamoDB": Tables(*shared), "S3": Buckets(*shared)}


def run(
    clients: Clients, options: Options, stores: Sequence[str], say: Callable[[str], None]
) -> list[Outcome]:
    """Raises ``NotDoneError`` before anything is restored; what goes wrong later is in the outcomes."""
    if options.back_up_days is not None:
        back_up(clients, options, stores, options.back_up_days, say)
    points = latest_points(clients, options.vault, stores)
    absent = [store for store, point in points.items() if point is None]
    if absent:
        raise NotDoneError(
            f"{len(absent)} of {len(points)} stores have no recovery point in {options.vault}: "
            f"{', '.join(absent)}. "
            "Wait for the first backup, or make one now with --back-up-first. Nothing was restored."
        )
    kinds = kinds_of(clients, options)
    suffix = secrets.token_hex(3)
    outcomes = []
    for number, (store, point) in enumerate(points.items(), start=1):
        assert point is not None  # noqa: S101  # else NotDoneError
        if point.kind not in kinds:
            raise NotDoneError(
                f"{store} is of the kind {point.kind}, which this test can't restore. Nothing was restored."
            )
        outcomes.append(Outcome(store, point, f"{options.name_prefix}-restore-test-{suffix}-{number}"))
    try:
        begin(clients, options, kinds, outcomes, say)
        for outcome in outcomes:
            conclude(clients, options, kinds[outcome.point.kind], outcome, say)
    finally:  # also where somebody interrupts it: copies of health information are not left without a word
        say_left(outcomes, say)
    return outcomes


def back_up(
    clients: Clients, options: Options, stores: Sequence[str], days: int, say: Callable[[str], None]
) -> None:
    say(f"── backing up {len(stores)} stores")
    begun = {
        jobs.start_backup(clients, options.vault, options.role_arn, store, days): store for store in stores
    }
    over = jobs.wait_for(begun, lambda job: jobs.backup_state(clients, job), say)
    failed = [
        f"{begun[job]}: {told['state']} {told['said']}"
        for job, told in over.items()
        if told["state"] != "COMPLETED"
    ]
    if failed:
        raise NotDoneError(f"{len(failed)} backups failed, so nothing was restored:\n" + "\n".join(failed))


def begin(
    clients: Clients,
    options: Options,
    kinds: Mapping[str, Kind],
    outcomes: Sequence[Outcome],
    say: Callable[[str], None],
) -> None:
    """Start all restores, and wait until all are over."""
    say(f"── restoring {len(outcomes)} stores to new names")
    for outcome in outcomes:
        kind = kinds[outcome.point.kind]
        try:
            metadata = kind.metadata(outcome.point, outcome.name)
            outcome.job = jobs.start_restore(clients, options.restore_role_arn, outcome.point, metadata)
            outcome.left = kind.how_to_delete(outcome.name)
        except (BotoCoreError, ClientError) as error:
            outcome.problem = f"the restore did not begin: {told_of(error)}"
    begun = {outcome.job: outcome for outcome in outcomes if outcome.job}
    try:
        over = jobs.wait_for(begun, lambda job: jobs.restore_state(clients, job), say)
    except (BotoCoreError, ClientError) as error:
        for outcome in begun.values():
            outcome.problem = f"the restore was begun, and not waited for to its end: {told_of(error)}"
        return
    for job, told in over.items():
        if told["state"] != "COMPLETED":
            begun[job].problem = f"the restore ended as {told['state']}: {told['said']}"


def conclude(
    clients: Clients, options: Options, kind: Kind, outcome: Outcome, say: Callable[[str], None]
) -> None:
    """Prove, record, delete: in this order, and no further than it went well."""
    say(f"── {kind.live_name(outcome.point)}, as it was at {outcome.point.created:%Y-%m-%d %H:%M %Z}")
    if outcome.problem is None:
        try:
            arn = str(jobs.restore_state(clients, str(outcome.job))["arn"])
            outcome.proofs = kind.prove(outcome.point, outcome.name, arn)
        except (BotoCoreError, ClientError) as error:
            outcome.problem = f"it could not be looked at: {told_of(error)}"
    for proof in outcome.proofs:
        say(f"   {WORDS[proof.holds]:9} {proof.what}: {proof.said}")
    if outcome.problem:
        say(f"   FAILS     {outcome.problem}")
    if outcome.job:
        record(clients, outcome, say)
    if outcome.proven and not options.keep:
        try:
            kind.delete(outcome.name)
            outcome.left = None
        except (BotoCoreError, ClientError) as error:
            outcome.problem = f"proven, but {outcome.name} was not deleted: {told_of(error)}"
            say(f"   FAILS     {outcome.problem}")


def record(clients: Clients, outcome: Outcome, say: Callable[[str], None]) -> None:
    """With the restore job, where BKP-03 of the checklist reads it."""
    failed = [proof.what for proof in outcome.proofs if proof.holds is False]
    found = f"failed: {', '.join(failed)}" if failed else "all proofs hold"
    message = f"make restore-test: {outcome.problem or found}"
    try:
        clients("backup").put_restore_validation_result(
            RestoreJobId=outcome.job,
            ValidationStatus="SUCCESSFUL" if outcome.proven else "FAILED",
            ValidationStatusMessage=message[:MESSAGE_CHARACTERS],
        )
    except (BotoCoreError, ClientError) as error:
        # A job that failed takes no validation: its own state says it.
        say(f"   note      no validation was taken of job {outcome.job} ({told_of(error)})")


def say_left(outcomes: Sequence[Outcome], say: Callable[[str], None]) -> None:
    left = [outcome for outcome in outcomes if outcome.left]
    if left:
        say(f"Left in the account, with what deletes it ({len(left)}):")
    for outcome in left:
        say(f"  {outcome.name}, of {outcome.store}:\n    {outcome.left}")


def told_of(error: BotoCoreError | ClientError) -> str:
    """The code alone: messages can name keys of items."""
    return code_of(error) if isinstance(error, ClientError) else type(error).__name__
