"""What vaults hold and refuse: recovery points, the access policy, the lock. On moto's own vaults."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.backup.stores import Kind
from scripts.local_cloud.protocol.errors import AwsError

DAY = 86400


@dataclass
class RecoveryPoint:
    """``content`` is what the store's kind copied. Times in seconds since 1970."""

    arn: str
    vault: str
    resource_arn: str
    kind: Kind
    role_arn: str
    content: Any
    key_arn: str | None
    lifecycle: Mapping[str, int]
    created: float = field(default_factory=time.time)

    def described(self, region: str) -> dict[str, Any]:
        deleted = self.lifecycle.get("DeleteAfterDays")
        return {
            "RecoveryPointArn": self.arn,
            "BackupVaultName": self.vault,
            "BackupVaultArn": vault_of(region, self.vault).backup_vault_arn,
            "ResourceArn": self.resource_arn,
            "ResourceType": self.kind.name,
            "IamRoleArn": self.role_arn,
            "Status": "COMPLETED",
            "CreationDate": self.created,
            "CompletionDate": self.created,
            "EncryptionKeyArn": self.key_arn,
            "IsEncrypted": self.key_arn is not None,
            "Lifecycle": dict(self.lifecycle),
            **({"CalculatedLifecycle": {"DeleteAt": self.created + deleted * DAY}} if deleted else {}),
        }


def vault_of(region: str, name: str) -> Any:
    """moto's vault. Raises ``AwsError`` ResourceNotFoundException."""
    vault = backend_of("backup", region).vaults.get(name)
    if vault is None:
        raise AwsError("ResourceNotFoundException", f"Backup Vault {name} does not exist.", 400)
    return vault


def points_of(region: str, name: str) -> dict[str, RecoveryPoint]:
    """By ARN, kept on the vault itself, so that they go when moto is reset."""
    kept: dict[str, RecoveryPoint] = vault_of(region, name).__dict__.setdefault("local_cloud_points", {})
    return kept


def all_points(region: str) -> list[RecoveryPoint]:
    names = list(backend_of("backup", region).vaults)
    return [point for name in names for point in points_of(region, name).values()]


def keep(region: str, point: RecoveryPoint) -> None:
    points_of(region, point.vault)[point.arn] = point
    count(region, point.vault)


def find(region: str, arn: str) -> RecoveryPoint:
    found = next((point for point in all_points(region) if point.arn == arn), None)
    if found is None:
        raise AwsError("ResourceNotFoundException", f"Cannot find recovery point: {arn}", 400)
    return found


def delete(region: str, vault_name: str, arn: str) -> None:
    """Raises ``AwsError`` where the vault's lock holds the point."""
    point, vault = find(region, arn), vault_of(region, vault_name)
    held = (vault.min_retention_days or 0) * DAY
    if vault.locked and time.time() < point.created + held:
        message = f"Backup vault {vault_name} is locked: the recovery point is within its minimum retention."
        raise AwsError("InvalidRequestException", message, 400)
    point.kind.discard(point.content, region)
    del points_of(region, vault_name)[arn]
    count(region, vault_name)


def count(region: str, name: str) -> None:
    """moto tells one of these when it lists vaults, the other (which it lacks) when it describes one."""
    vault = vault_of(region, name)
    vault.num_of_recovery_points = vault.number_of_recovery_points = len(points_of(region, name))


def check_lifecycle(region: str, name: str, lifecycle: Mapping[str, int]) -> None:
    """What a lock refuses to take: https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html"""
    vault = vault_of(region, name)
    days = lifecycle.get("DeleteAfterDays")
    if vault.locked and days is not None and days < (vault.min_retention_days or 0):
        message = (
            f"Retention period: {days} days is less than the vault's minimum, {vault.min_retention_days}."
        )
        raise AwsError("InvalidParameterValueException", message, 400)
