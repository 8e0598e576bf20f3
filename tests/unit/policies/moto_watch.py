"""Of the account in moto: backups, detection, exported logs, and somebody who signs in."""

from __future__ import annotations

from typing import Any

import boto3

ID, REGION = "123456789012", "us-east-1"
GROUP = "/aws/lambda/reader"


def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


def create() -> None:
    """Create it all. Call below ``mock_aws``, after the rest."""
    _people()
    _backups()
    _detection()
    _exported_logs()


def _people() -> None:
    iam = client("iam")
    iam.create_user(UserName="jo")
    iam.create_login_profile(UserName="jo", Password="Invented-1")
    iam.create_access_key(UserName="jo")


def _backups() -> None:
    backup = client("backup")
    backup.create_backup_vault(BackupVaultName="main")
    backup.put_backup_vault_lock_configuration(BackupVaultName="main", MinRetentionDays=35)
    rule = {"RuleName": "daily", "TargetBackupVaultName": "main"}
    backup.create_backup_plan(BackupPlan={"BackupPlanName": "daily", "Rules": [rule]})


def _detection() -> None:
    client("guardduty").create_detector(Enable=True)
    client("inspector2").enable(accountIds=[ID], resourceTypes=["LAMBDA"])
    config = client("config")
    config.put_configuration_recorder(
        ConfigurationRecorder={
            "name": "main",
            "roleARN": f"arn:aws:iam::{ID}:role/config",
            "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True},
        }
    )
    config.put_delivery_channel(DeliveryChannel={"name": "main", "s3BucketName": "archive"})
    config.start_configuration_recorder(ConfigurationRecorderName="main")


def _exported_logs() -> None:
    stream = client("firehose").create_delivery_stream(
        DeliveryStreamName="logs",
        ExtendedS3DestinationConfiguration={
            "RoleARN": f"arn:aws:iam::{ID}:role/firehose",
            "BucketARN": "arn:aws:s3:::archive",
        },
    )["DeliveryStreamARN"]
    client("logs").put_subscription_filter(
        logGroupName=GROUP,
        filterName="archive",
        filterPattern="",
        destinationArn=stream,
        roleArn=f"arn:aws:iam::{ID}:role/logs",
    )
