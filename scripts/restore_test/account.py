"""What there is to restore: the stores that a vault's plans select, and the newest recovery point of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError


class NotDoneError(Exception):
    """Nothing was restored; the message says why, and what to do."""


@dataclass(frozen=True)
class RecoveryPoint:
    """``kind`` is AWS Backup's ResourceType: DynamoDB, S3, Aurora."""

    arn: str
    kind: str
    resource_arn: str
    created: datetime
    lifecycle: Mapping[str, Any]


class Clients:
    """boto3 clients of one session, made once."""

    def __init__(self, session: boto3.Session) -> None:
        self.session = session
        self._made: dict[str, Any] = {}

    def __call__(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self.session.client(service)  # type: ignore[call-overload]
        return self._made[service]


def pages(client: Any, operation: str, key: str, **given: Any) -> list[Any]:
    paginator = client.get_paginator(operation)
    return [found for page in paginator.paginate(**given) for found in page.get(key, [])]


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "Unknown"))


def selected_stores(clients: Clients, vault: str) -> list[str]:
    """ARNs that plans with a rule into ``vault`` select, in order.

    Raises ``NotDoneError`` where there is no such vault, no such plan, or a selection goes by tags.
    """
    backup = clients("backup")
    try:
        backup.describe_backup_vault(BackupVaultName=vault)
    except ClientError as error:
        raise NotDoneError(
            f"The vault {vault} can't be described ({code_of(error)}). Name another with --vault: "
            "`aws backup list-backup-vaults` lists them."
        ) from error
    found: set[str] = set()
    for listed in pages(backup, "list_backup_plans", "BackupPlansList"):
        plan = listed["BackupPlanId"]
        rules = backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["Rules"]
        if vault not in {rule["TargetBackupVaultName"] for rule in rules}:
            continue
        for entry in pages(backup, "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan):
            named = {"BackupPlanId": plan, "SelectionId": entry["SelectionId"]}
            chosen = backup.get_backup_selection(**named)["BackupSelection"]
            arns = chosen.get("Resources") or []
            if not arns or any("*" in arn for arn in arns):
                raise NotDoneError(
                    f"The selection {entry['SelectionName']} goes by tags or wildcards: name stores by ARN."
                )
            found.update(arns)
    if not found:
        raise NotDoneError(f"No backup plan writes to {vault}: name another with --vault.")
    return sorted(found)


def latest_points(clients: Clients, vault: str, stores: Sequence[str]) -> dict[str, RecoveryPoint | None]:
    """The newest completed recovery point in ``vault`` of each store; None where there is none."""
    listed = pages(
        clients("backup"), "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=vault
    )
    latest: dict[str, RecoveryPoint | None] = dict.fromkeys(stores)
    for entry in sorted(listed, key=lambda entry: entry["CreationDate"]):
        if entry["ResourceArn"] in latest and entry["Status"] == "COMPLETED":
            latest[entry["ResourceArn"]] = RecoveryPoint(
                arn=entry["RecoveryPointArn"],
                kind=entry["ResourceType"],
                resource_arn=entry["ResourceArn"],
                created=entry["CreationDate"],
                lifecycle=entry.get("Lifecycle") or {},
            )
    return latest
