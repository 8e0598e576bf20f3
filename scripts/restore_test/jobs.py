"""Jobs of AWS Backup: begun together, and waited for with a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scripts.restore_test.account import Clients, RecoveryPoint

Say = Callable[[str], None]
Sleep = Callable[[float], None]
# Most restores take many minutes, the local cloud's none: the pause grows.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 30.0
SAY_EVERY_SECONDS = 30.0
OVER = {"ABORTED", "COMPLETED", "EXPIRED", "FAILED", "PARTIAL"}


def start_backup(clients: Clients, vault: str, role: str, store: str, days: int) -> str:
    """The id of a backup that was begun now; it is kept for ``days``."""
    started = clients("backup").start_backup_job(
        BackupVaultName=vault, IamRoleArn=role, Lifecycle={"DeleteAfterDays": days}, ResourceArn=store
    )
    return str(started["BackupJobId"])


def start_restore(clients: Clients, role: str, point: RecoveryPoint, metadata: Mapping[str, str]) -> str:
    started = clients("backup").start_restore_job(
        IamRoleArn=role, Metadata=dict(metadata), RecoveryPointArn=point.arn, ResourceType=point.kind
    )
    return str(started["RestoreJobId"])


def backup_state(clients: Clients, job: str) -> Mapping[str, Any]:
    told = clients("backup").describe_backup_job(BackupJobId=job)
    return {
        "state": told["State"],
        "said": told.get("StatusMessage") or "",
        "done": told.get("PercentDone") or "?",
    }


def restore_state(clients: Clients, job: str) -> Mapping[str, Any]:
    told = clients("backup").describe_restore_job(RestoreJobId=job)
    return {
        "arn": told.get("CreatedResourceArn"),
        "done": told.get("PercentDone") or "?",
        "said": told.get("StatusMessage") or "",
        "state": told["Status"],
    }


def wait_for(
    jobs: Iterable[str], look: Callable[[str], Mapping[str, Any]], say: Say, sleep: Sleep = time.sleep
) -> dict[str, Mapping[str, Any]]:
    """What ``look`` tells of each job once all of them are over, however long that takes."""
    waiting, over = dict.fromkeys(jobs), dict[str, Mapping[str, Any]]()
    pause, since_said, total = FIRST_PAUSE_SECONDS, 0.0, 0.0
    while waiting:
        told = {job: look(job) for job in waiting}
        over |= {job: state for job, state in told.items() if state["state"] in OVER}
        waiting = {job: None for job in waiting if job not in over}
        if not waiting:
            break
        if since_said >= SAY_EVERY_SECONDS:
            done = ", ".join(str(told[job]["done"]) for job in waiting)
            of = len(waiting) + len(over)
            say(f"   {len(waiting)} of {of} jobs are not over after {total:.0f} s ({done})")
            since_said = 0.0
        sleep(pause)
        total, since_said = total + pause, since_said + pause
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
    return over
