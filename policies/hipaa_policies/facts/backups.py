"""AWS Backup: plans with what they select, vaults, and restores."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class Selection:
    """Resources of a plan: ARNs in which ``*`` matches. No ``resources`` are all that AWS Backup supports.
    ``tagged`` are the ARNs of what has the wanted tags; ``None`` where none are wanted.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html
    """

    resources: tuple[str, ...]
    left_out: tuple[str, ...]
    tagged: tuple[str, ...] | None

    def selects(self, arn: str) -> bool:
        named = not self.resources or any(fnmatchcase(arn, pattern) for pattern in self.resources)
        refined = self.tagged is None or arn in self.tagged
        return named and refined and not any(fnmatchcase(arn, pattern) for pattern in self.left_out)


@dataclass(frozen=True)
class BackupPlan:
    """``vaults`` are the names of those that its rules write to; no rule, no vault."""

    TYPE: ClassVar[str] = "AWS::Backup::BackupPlan"

    arn: str
    name: str
    vaults: tuple[str, ...] | Unreadable
    selections: tuple[Selection, ...] | Unreadable


@dataclass(frozen=True)
class BackupVault:
    TYPE: ClassVar[str] = "AWS::Backup::BackupVault"

    arn: str
    name: str
    locked: bool


@dataclass(frozen=True)
class RestoreJob:
    """A restore that was completed. ``kind`` is the resource's: DynamoDB, RDS, Aurora, S3, ...

    ``source`` is what was restored, ``validation`` what somebody found who looked at it: SUCCESSFUL, FAILED,
    TIMED_OUT, VALIDATING; ``None`` where nobody did.
    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreJobsListMember.html
    """

    TYPE: ClassVar[str] = "AWS::Backup::RestoreJob"

    arn: str
    kind: str
    completed: datetime
    source: str | None = None
    validation: str | None = None
