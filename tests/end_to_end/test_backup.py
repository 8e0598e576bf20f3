"""The deployed backups: what they cover, that they come back, what refuses, and what rings."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.demo.people import MARIA
from scripts.demo.scenes import wait_for_alarm
from scripts.demo.story import Story
from scripts.demo.story_backups import BackupStory
from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment


@pytest.fixture(scope="module")
def backup(deployment: LocalDeployment) -> Any:
    return deployment.client("backup")


@pytest.fixture(scope="module")
def selected(backup: Any) -> set[str]:
    """ARNs that the deployed plans select."""
    found: set[str] = set()
    for plan in backup.list_backup_plans()["BackupPlansList"]:
        named = {"BackupPlanId": plan["BackupPlanId"]}
        for entry in backup.list_backup_selections(**named)["BackupSelectionsList"]:
            selection = backup.get_backup_selection(SelectionId=entry["SelectionId"], **named)
            found.update(selection["BackupSelection"]["Resources"])
    return found


def test_every_table_and_database_is_selected(deployment: LocalDeployment, selected: set[str]) -> None:
    tables = deployment.client("dynamodb").list_tables()["TableNames"]
    account = f"{deployment.state.region}:{deployment.state.account_id}"
    wanted = {f"arn:aws:dynamodb:{account}:table/{name}" for name in tables if name.startswith("healthcare-")}
    clusters = deployment.client("rds").describe_db_clusters()["DBClusters"]
    wanted |= {cluster["DBClusterArn"] for cluster in clusters}
    assert len(wanted) > 10
    assert {arn for arn in selected if ":s3:" not in arn} == wanted


def test_buckets_of_documents_and_messages_are_selected(selected: set[str]) -> None:
    buckets = {arn.rpartition(":")[2].removesuffix("-123456789012") for arn in selected if ":s3:" in arn}
    assert buckets == {"healthcare-documents", "healthcare-fhir-messages", "healthcare-hl7-messages"}


def test_every_store_came_back(restore_tested: str, selected: set[str]) -> None:
    assert restore_tested.strip().endswith(
        f"{len(selected)} of {len(selected)} stores were restored and proven."
    )
    assert "FAILS" not in restore_tested
    patients = restore_tested.partition("── healthcare-patients,")[2].partition("──")[0]
    assert "2 of 2 sampled items are as in the live store" in patients
    assert "under the live store's customer key" in patients
    assert MARIA not in restore_tested


def test_nothing_that_was_restored_is_left(deployment: LocalDeployment, restore_tested: str) -> None:
    names = deployment.client("dynamodb").list_tables()["TableNames"]
    names += [bucket["Name"] for bucket in deployment.client("s3").list_buckets()["Buckets"]]
    names += [
        one["DBClusterIdentifier"] for one in deployment.client("rds").describe_db_clusters()["DBClusters"]
    ]
    assert [name for name in names if "restore-test" in name] == []


def test_each_restore_is_recorded_as_validated(backup: Any, restore_tested: str, selected: set[str]) -> None:
    jobs = backup.list_restore_jobs(ByStatus="COMPLETED")["RestoreJobs"]
    assert {job["SourceResourceArn"] for job in jobs if job["ValidationStatus"] == "SUCCESSFUL"} == selected


def test_the_lock_takes_no_short_backups(
    deployment: LocalDeployment, backup: Any, selected: set[str]
) -> None:
    deployed = deployment.outputs["backup"]
    with pytest.raises(ClientError, match="less than the vault's minimum, 35"):
        backup.start_backup_job(
            BackupVaultName=deployed["vault_name"],
            IamRoleArn=deployed["role_arn"],
            Lifecycle={"DeleteAfterDays": 1},
            ResourceArn=min(selected),
        )


def restored(backup: Any, deployment: LocalDeployment, role: str, name: str) -> dict[str, Any]:
    """The job of restoring the patients' table as ``name``."""
    patients = f"arn:aws:dynamodb:us-east-1:{deployment.state.account_id}:table/healthcare-patients"
    points = backup.list_recovery_points_by_resource(ResourceArn=patients)["RecoveryPoints"]
    started = backup.start_restore_job(
        IamRoleArn=deployment.outputs["backup"][role],
        Metadata={"targetTableName": name},
        RecoveryPointArn=points[0]["RecoveryPointArn"],
    )
    job: dict[str, Any] = backup.describe_restore_job(RestoreJobId=started["RestoreJobId"])
    return job


def test_restores_write_to_new_names_alone(
    deployment: LocalDeployment, backup: Any, restore_tested: str
) -> None:
    """And what backs up restores nothing."""
    taken = restored(backup, deployment, "restore_role_arn", "healthcare-patients-again")
    assert (taken["Status"], "Access denied" in taken["StatusMessage"]) == ("FAILED", True)
    other = restored(backup, deployment, "role_arn", "healthcare-restore-test-x")
    assert (other["Status"], "Access denied" in other["StatusMessage"]) == ("FAILED", True)


def test_a_backup_that_fails_rings(deployment: LocalDeployment, backup: Any, restore_tested: str) -> None:
    deployed, alarms = deployment.outputs["backup"], deployment.outputs["alarm_names"]
    wait_for_alarm(deployment, alarms["backup-failed"], "OK")
    started = backup.start_backup_job(
        BackupVaultName=deployed["vault_name"],
        IamRoleArn=deployed["role_arn"],
        ResourceArn=f"arn:aws:dynamodb:us-east-1:{deployment.state.account_id}:table/nowhere",
    )
    assert backup.describe_backup_job(BackupJobId=started["BackupJobId"])["State"] == "FAILED"
    wait_for_alarm(deployment, alarms["backup-failed"], "ALARM")


def test_a_missed_backup_rings(deployment: LocalDeployment, missed_at_first: str) -> None:
    """Nothing had been backed up when the alarm was looked at first."""
    assert missed_at_first == "ALARM"
    wait_for_alarm(deployment, deployment.outputs["alarm_names"]["backup-missed"], "OK")


def test_a_key_rotation_loses_nothing(deployment: LocalDeployment, story: Story, restore_tested: str) -> None:
    """Neither the table nor the number that is encrypted by itself: docs/disaster.md says why."""
    kms, key = deployment.client("kms"), deployment.outputs["key_arns"]["phi"]
    story.ssn()
    before = len(kms.list_key_rotations(KeyId=key)["Rotations"])
    kms.rotate_key_on_demand(KeyId=key)
    assert len(kms.list_key_rotations(KeyId=key)["Rotations"]) == before + 1
    story.ssn()
    # A backup from before the rotation comes back after it.
    patients = f"arn:aws:dynamodb:us-east-1:{deployment.state.account_id}:table/healthcare-patients"
    text = BackupStory(deployment).restore_test("--store", patients, "--minimum-percent", "0")
    assert "1 of 1 stores were restored and proven." in text
