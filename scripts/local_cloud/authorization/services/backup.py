"""AWS Backup: vaults and recovery points, which their vault's access policy holds for; the rest is ``*``.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html
"""

from __future__ import annotations

from urllib.parse import unquote

from scripts.local_cloud.authorization.access import Access, action_of, arn_of
from scripts.local_cloud.protocol.requests import AwsRequest

# What AWS judges for the recovery point and not for its vault.
OF_RECOVERY_POINTS = {
    "DeleteRecoveryPoint",
    "DescribeRecoveryPoint",
    "GetRecoveryPointRestoreMetadata",
    "StartRestoreJob",
    "UpdateRecoveryPointLifecycle",
}


def accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    if call.operation in OF_RECOVERY_POINTS and given.get("RecoveryPointArn"):
        return [Access(action_of(call), unquote(str(given["RecoveryPointArn"])))]
    if given.get("BackupVaultName"):
        return [
            Access(action_of(call), arn_of("backup", call.region, f"backup-vault:{given['BackupVaultName']}"))
        ]
    return [Access(action_of(call))]
