"""AWS Backup on the local cloud: what is copied is there again after a restore, and who may not, does not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, Statement, allow, unique

BACKUP = {"Service": "backup.amazonaws.com"}
TABLES = allow(["dynamodb:*", "kms:*"])
BUCKETS = allow(["s3:*", "kms:*"])


class Vault:
    """A vault, and a role that AWS Backup may assume."""

    def __init__(self, cloud: Cloud, statements: Sequence[Statement]) -> None:
        self.cloud, self.backup = cloud, cloud.client("backup")
        self.name = unique("vault")
        self.key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.backup.create_backup_vault(BackupVaultName=self.name, EncryptionKeyArn=self.key)
        self.role = cloud.role_arn(cloud.role(statements, trusted=BACKUP))

    def back_up(self, arn: str, **options: Any) -> dict[str, Any]:
        """The job, as it is described."""
        started = self.backup.start_backup_job(
            BackupVaultName=self.name, ResourceArn=arn, IamRoleArn=options.pop("role", self.role), **options
        )
        described: dict[str, Any] = self.backup.describe_backup_job(BackupJobId=started["BackupJobId"])
        return described

    def restore(self, point: str, **metadata: str) -> dict[str, Any]:
        started = self.backup.start_restore_job(
            RecoveryPointArn=point, IamRoleArn=self.role, Metadata=metadata
        )
        described: dict[str, Any] = self.backup.describe_restore_job(RestoreJobId=started["RestoreJobId"])
        return described


def table_with(cloud: Cloud, **items: str) -> str:
    name = cloud.table()
    for key, value in items.items():
        cloud.client("dynamodb").put_item(TableName=name, Item={"pk": {"S": key}, "v": {"S": value}})
    return name


def rows(cloud: Cloud, table: str) -> dict[str, str]:
    scanned = cloud.client("dynamodb").scan(TableName=table)["Items"]
    return {row["pk"]["S"]: row["v"]["S"] for row in scanned}


def test_a_table_comes_back_as_it_was_and_under_the_wanted_key(cloud: Cloud) -> None:
    vault, dynamodb = Vault(cloud, [TABLES]), cloud.client("dynamodb")
    name = table_with(cloud, a="1", b="2")
    job = vault.back_up(cloud.arn("dynamodb", f"table/{name}"))
    assert (job["State"], job["ResourceType"], job["BackupVaultName"]) == (
        "COMPLETED",
        "DynamoDB",
        vault.name,
    )
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "a"}, "v": {"S": "changed"}})
    dynamodb.delete_table(TableName=name)  # a backup outlives what it is a copy of
    restored = vault.restore(
        job["RecoveryPointArn"],
        targetTableName=(new := unique("new")),
        encryptionType="KMS",
        kmsMasterKeyArn=vault.key,
    )
    assert restored["Status"] == "COMPLETED"
    assert restored["CreatedResourceArn"] == cloud.arn("dynamodb", f"table/{new}")
    assert rows(cloud, new) == {"a": "1", "b": "2"}
    described = dynamodb.describe_table(TableName=new)["Table"]
    assert described["SSEDescription"]["KMSMasterKeyArn"] == vault.key
    continuous = dynamodb.describe_continuous_backups(TableName=new)["ContinuousBackupsDescription"]
    assert continuous["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "DISABLED"
    listed = vault.backup.list_recovery_points_by_backup_vault(BackupVaultName=vault.name)["RecoveryPoints"]
    assert [point["RecoveryPointArn"] for point in listed] == [job["RecoveryPointArn"]]
    assert vault.backup.describe_backup_vault(BackupVaultName=vault.name)["NumberOfRecoveryPoints"] == 1
    with pytest.raises(ClientError, match="contains recovery points"):
        vault.backup.delete_backup_vault(BackupVaultName=vault.name)


def test_a_bucket_comes_back_closed_and_encrypted(cloud: Cloud) -> None:
    vault, s3 = Vault(cloud, [BUCKETS]), cloud.client("s3")
    s3.create_bucket(Bucket=(name := unique("bucket")))
    unversioned = vault.back_up(f"arn:aws:s3:::{name}")
    assert (unversioned["State"], "versioning" in unversioned["StatusMessage"]) == ("FAILED", True)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="a", Body=b"first")
    s3.put_object(Bucket=name, Key="a", Body=b"second", ContentType="text/plain", Metadata={"kind": "x"})
    s3.put_object(Bucket=name, Key="gone", Body=b"gone")
    s3.delete_object(Bucket=name, Key="gone")
    point = vault.back_up(f"arn:aws:s3:::{name}")["RecoveryPointArn"]
    metadata = {"NewBucket": "true", "EncryptionType": "SSE-KMS", "KMSKey": vault.key}
    new = unique("restored")
    assert vault.restore(point, DestinationBucketName=new, **metadata)["Status"] == "COMPLETED"
    (only,) = s3.list_objects_v2(Bucket=new)["Contents"]
    found = s3.get_object(Bucket=new, Key=only["Key"])
    assert (only["Key"], found["Body"].read(), found["ContentType"], found["Metadata"]) == (
        "a",
        b"second",
        "text/plain",
        {"kind": "x"},
    )
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", vault.key)
    assert all(s3.get_public_access_block(Bucket=new)["PublicAccessBlockConfiguration"].values())
    assert vault.restore(point, DestinationBucketName=new, **metadata)["Status"] == "FAILED"


def test_a_job_may_do_what_its_role_may(cloud: Cloud) -> None:
    vault = Vault(cloud, [allow("dynamodb:*")])  # not the vault's key
    arn = cloud.arn("dynamodb", f"table/{table_with(cloud, a='1')}")
    refused = vault.back_up(arn)
    assert (refused["State"], "kms:GenerateDataKey" in refused["StatusMessage"]) == ("FAILED", True)
    with pytest.raises(ClientError, match="cannot be assumed"):
        vault.back_up(arn, role=cloud.role_arn(cloud.role([TABLES])))  # trusts the account, not AWS Backup
    absent = Vault(cloud, [TABLES]).back_up(cloud.arn("dynamodb", "table/absent"))
    assert absent["State"] == "FAILED"


def test_jobs_are_counted_by_vault(cloud: Cloud) -> None:
    vault, cloudwatch = Vault(cloud, [TABLES]), cloud.client("cloudwatch")
    vault.back_up(cloud.arn("dynamodb", f"table/{table_with(cloud, a='1')}"))
    vault.back_up(cloud.arn("dynamodb", "table/absent"))
    named = [{"Name": "BackupVaultName", "Value": vault.name}]
    listed = cloudwatch.list_metrics(Namespace="AWS/Backup", Dimensions=named)["Metrics"]
    of_vault = {metric["MetricName"] for metric in listed if metric["Dimensions"] == named}
    assert of_vault == {
        "NumberOfBackupJobsCompleted",
        "NumberOfBackupJobsCreated",
        "NumberOfBackupJobsFailed",
    }


def test_lock_and_policy_hold_what_is_in_the_vault(cloud: Cloud) -> None:
    vault = Vault(cloud, [TABLES])
    arn = cloud.arn("dynamodb", f"table/{table_with(cloud, a='1')}")
    locked = {"BackupVaultName": vault.name}
    vault.backup.put_backup_vault_lock_configuration(MinRetentionDays=7, **locked)
    with pytest.raises(ClientError, match="less than the vault's minimum"):
        vault.back_up(arn, Lifecycle={"DeleteAfterDays": 1})
    point = {
        "RecoveryPointArn": vault.back_up(arn, Lifecycle={"DeleteAfterDays": 7})["RecoveryPointArn"]
    } | locked
    with pytest.raises(ClientError, match="is locked"):
        vault.backup.delete_recovery_point(**point)
    vault.backup.delete_backup_vault_lock_configuration(**locked)
    statement = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "backup:DeleteRecoveryPoint",
        "Resource": "*",
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    vault.backup.put_backup_vault_access_policy(Policy=text, **locked)
    assert vault.backup.get_backup_vault_access_policy(**locked)["Policy"] == text
    with pytest.raises(ClientError, match="explicit deny"):
        vault.backup.delete_recovery_point(**point)
    vault.backup.delete_backup_vault_access_policy(**locked)
    vault.backup.delete_recovery_point(**point)
    with pytest.raises(vault.backup.exceptions.ResourceNotFoundException):
        vault.backup.describe_recovery_point(**point)
    vault.backup.delete_backup_vault(**locked)


def test_a_validation_is_kept_with_its_restore(cloud: Cloud) -> None:
    vault = Vault(cloud, [TABLES])
    name = table_with(cloud, a="1")
    point = vault.back_up(cloud.arn("dynamodb", f"table/{name}"))["RecoveryPointArn"]
    job = vault.restore(point, targetTableName=unique("new"))["RestoreJobId"]
    vault.backup.put_restore_validation_result(
        RestoreJobId=job, ValidationStatus="FAILED", ValidationStatusMessage="no"
    )
    found = {
        one["RestoreJobId"]: one
        for one in vault.backup.list_restore_jobs(ByStatus="COMPLETED")["RestoreJobs"]
    }
    assert (found[job]["ValidationStatus"], found[job]["ValidationStatusMessage"]) == ("FAILED", "no")
    failed = vault.restore(point, targetTableName=name)
    assert (failed["Status"], "already exists" in failed["StatusMessage"]) == ("FAILED", True)
    with pytest.raises(ClientError, match="not completed"):
        vault.backup.put_restore_validation_result(
            RestoreJobId=failed["RestoreJobId"], ValidationStatus="SUCCESSFUL"
        )


def test_an_aurora_cluster_comes_back_as_a_cluster_of_its_own(cloud: Cloud) -> None:
    vault, rds = Vault(cloud, [allow(["rds:*", "kms:*"])]), cloud.client("rds")
    made = rds.create_db_cluster(
        DBClusterIdentifier=(name := unique("cluster")),
        Engine="aurora-postgresql",
        MasterUsername="postgres",
        ManageMasterUserPassword=True,
        StorageEncrypted=True,
        KmsKeyId=vault.key,
    )["DBCluster"]
    job = vault.back_up(made["DBClusterArn"])
    assert (job["State"], job["ResourceType"]) == ("COMPLETED", "Aurora")
    assert ":cluster-snapshot:awsbackup:" in job["RecoveryPointArn"]
    restored = vault.restore(
        job["RecoveryPointArn"], DBClusterIdentifier=(new := unique("restored")), Engine="aurora-postgresql"
    )
    assert restored["Status"] == "COMPLETED", restored
    (cluster,) = rds.describe_db_clusters(DBClusterIdentifier=new)["DBClusters"]
    assert (cluster["StorageEncrypted"], cluster["KmsKeyId"], cluster["DBClusterIdentifier"] == name) == (
        True,
        vault.key,
        False,
    )


def test_restore_testing_is_kept(cloud: Cloud) -> None:
    backup, name = cloud.client("backup"), unique("testing").replace("-", "_")
    chosen = {"Algorithm": "LATEST_WITHIN_WINDOW", "IncludeVaults": ["*"], "RecoveryPointTypes": ["SNAPSHOT"]}
    plan = {
        "RestoreTestingPlanName": name,
        "ScheduleExpression": "rate(1 day)",
        "RecoveryPointSelection": chosen,
    }
    arn = backup.create_restore_testing_plan(RestoreTestingPlan=plan, Tags={"a": "b"})[
        "RestoreTestingPlanArn"
    ]
    assert backup.list_tags(ResourceArn=arn)["Tags"] == {"a": "b"}
    selection = {
        "RestoreTestingSelectionName": name,
        "ProtectedResourceType": "DynamoDB",
        "IamRoleArn": cloud.role_arn("r"),
    }
    backup.create_restore_testing_selection(RestoreTestingPlanName=name, RestoreTestingSelection=selection)
    named = {"RestoreTestingPlanName": name, "RestoreTestingSelectionName": name}
    assert (
        backup.get_restore_testing_selection(**named)["RestoreTestingSelection"]["ProtectedResourceType"]
        == "DynamoDB"
    )
    with pytest.raises(ClientError, match="has selections"):
        backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
    backup.delete_restore_testing_selection(**named)
    backup.delete_restore_testing_plan(RestoreTestingPlanName=name)
    with pytest.raises(backup.exceptions.ResourceNotFoundException):
        backup.get_restore_testing_plan(RestoreTestingPlanName=name)


def test_a_plan_can_be_changed(cloud: Cloud) -> None:
    backup = cloud.client("backup")
    backup.create_backup_vault(BackupVaultName=(vault := unique("vault")))
    rule = {"RuleName": "daily", "TargetBackupVaultName": vault}
    named = {"BackupPlanName": unique("plan")}
    plan = backup.create_backup_plan(BackupPlan={**named, "Rules": [rule]})["BackupPlanId"]
    backup.update_backup_plan(
        BackupPlanId=plan, BackupPlan={**named, "Rules": [rule | {"RuleName": "weekly"}]}
    )
    (found,) = backup.get_backup_plan(BackupPlanId=plan)["BackupPlan"]["Rules"]
    assert found["RuleName"] == "weekly"


def test_a_region_can_leave_a_service_out_and_take_it_in_again(cloud: Cloud) -> None:
    backup = cloud.client("backup")
    for opted in (False, True):
        backup.update_region_settings(ResourceTypeOptInPreference={"Aurora": opted})
        told = backup.describe_region_settings()["ResourceTypeOptInPreference"]
        assert (told["Aurora"], told["DynamoDB"]) == (opted, True)
