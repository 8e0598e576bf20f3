"""Backups and restores: done at once, and told as jobs that are over."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.backends import arn_of
from scripts.local_cloud.backup import vaults
from scripts.local_cloud.backup.role import JobFailedError, Role
from scripts.local_cloud.backup.stores import Kind, kind_of
from scripts.local_cloud.functions.telemetry import put_metrics
from scripts.local_cloud.protocol.errors import AwsError

NAMESPACE = "AWS/Backup"


@dataclass
class Job:
    """A backup or a restore; ``said`` is what its description has besides, in AWS's words."""

    identifier: str
    state: str
    message: str
    kind: Kind
    said: dict[str, Any]
    at: float = field(default_factory=time.time)


def measure(region: str, what: str, vault: str, kind: str) -> None:
    """By vault, and by vault and kind. https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html"""
    of_vault = [{"Name": "BackupVaultName", "Value": vault}]
    of_kind = [*of_vault, {"Name": "ResourceType", "Value": kind}]
    put_metrics(region, NAMESPACE, [(what, 1.0, "Count", named) for named in (of_vault, of_kind)])


def back_up(region: str, given: Mapping[str, Any]) -> Job:
    """Raises ``AwsError`` for what AWS Backup refuses to begin; what fails later is a FAILED job."""
    arn, name = str(given["ResourceArn"]), str(given["BackupVaultName"])
    vault, kind = vaults.vault_of(region, name), kind_of(arn)
    if kind is None:
        raise AwsError("InvalidParameterValueException", f"Unsupported resource: {arn}", 400)
    lifecycle = {
        key: int(days) for key, days in (given.get("Lifecycle") or {}).items() if key.endswith("Days")
    }
    vaults.check_lifecycle(region, name, lifecycle)
    role, identifier = Role(str(given["IamRoleArn"]), region), str(uuid.uuid4())
    said: dict[str, Any] = {
        "BackupVaultName": name,
        "BackupVaultArn": vault.backup_vault_arn,
        "ResourceArn": arn,
    }
    measure(region, "NumberOfBackupJobsCreated", name, kind.name)
    try:
        if not kind.exists(arn, region):
            raise JobFailedError(f"{arn} does not exist")
        # Aurora's snapshots stay under the cluster's key, and are RDS's own.
        own = kind.name != "Aurora"
        if own:
            role.require_key(vault.encryption_key_arn, "backup", "GenerateDataKey")
        content = kind.copy(arn, role)
    except JobFailedError as error:
        measure(region, "NumberOfBackupJobsFailed", name, kind.name)
        return Job(identifier, "FAILED", str(error), kind, said)
    point = vaults.RecoveryPoint(
        arn=arn_of("backup", region, f"recovery-point:{uuid.uuid4()}")
        if own
        else arn_of("rds", region, f"cluster-snapshot:{content}"),
        vault=name,
        resource_arn=arn,
        kind=kind,
        role_arn=str(given["IamRoleArn"]),
        content=content,
        key_arn=vault.encryption_key_arn if own else kind.key_of(arn, region),
        lifecycle=lifecycle,
    )
    vaults.keep(region, point)
    measure(region, "NumberOfBackupJobsCompleted", name, kind.name)
    return Job(identifier, "COMPLETED", "", kind, said | {"RecoveryPointArn": point.arn})


def restore(region: str, given: Mapping[str, Any]) -> Job:
    """Raises ``AwsError`` for what AWS Backup refuses to begin; what fails later is a FAILED job."""
    point = vaults.find(region, str(given["RecoveryPointArn"]))
    role = Role(str(given["IamRoleArn"]), region)
    metadata = {str(key): str(value) for key, value in (given.get("Metadata") or {}).items()}
    said: dict[str, Any] = {
        "RecoveryPointArn": point.arn,
        "BackupVaultArn": vaults.vault_of(region, point.vault).backup_vault_arn,
        "SourceResourceArn": point.resource_arn,
        "IamRoleArn": given["IamRoleArn"],
    }
    try:
        if point.kind.name != "Aurora":
            role.require_key(point.key_arn, "backup", "Decrypt")
        said["CreatedResourceArn"] = point.kind.restore(point.content, metadata, role)
    except JobFailedError as error:
        measure(region, "NumberOfRestoreJobsFailed", point.vault, point.kind.name)
        return Job(str(uuid.uuid4()), "FAILED", str(error), point.kind, said)
    measure(region, "NumberOfRestoreJobsCompleted", point.vault, point.kind.name)
    return Job(str(uuid.uuid4()), "COMPLETED", "", point.kind, said)


def described(job: Job, identifier: str, state: str) -> dict[str, Any]:
    """AWS calls the id and the state of backups and of restores differently."""
    return {
        **job.said,
        identifier: job.identifier,
        state: job.state,
        "StatusMessage": job.message,
        "ResourceType": job.kind.name,
        "PercentDone": "100.00%",
        "CreationDate": job.at,
        "CompletionDate": job.at,
        "AccountId": ACCOUNT_ID,
    }
