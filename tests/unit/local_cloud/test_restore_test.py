"""`make restore-test` against small stores: what it proves, what it leaves, what it never says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts.restore_test import __main__ as command
from scripts.restore_test.account import Clients
from scripts.restore_test.jobs import wait_for
from scripts.restore_test.proofs import Digests
from tests.unit.local_cloud.support import Cloud, allow, unique

SECRET = "Maria Example, 900-12-3456"  # invented; must be in no output


@dataclass
class Deployment:
    """A vault, its roles and a plan over one table and one bucket, named as modules/backup names them."""

    cloud: Cloud
    key: str
    table: str
    bucket: str
    functions: list[str] = field(default_factory=list)
    vault: str = field(default_factory=lambda: f"{unique('clinic')}-backup")

    def __post_init__(self) -> None:
        backup, iam = self.cloud.client("backup"), self.cloud.client("iam")
        made = self.cloud.role([allow(["dynamodb:*", "s3:*", "kms:*"])], {"Service": "backup.amazonaws.com"})
        for name in (self.vault, f"{self.vault}-restore"):
            trust = iam.get_role(RoleName=made)["Role"]["AssumeRolePolicyDocument"]
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
            policy = iam.get_role_policy(RoleName=made, PolicyName="main")["PolicyDocument"]
            iam.put_role_policy(RoleName=name, PolicyName="main", PolicyDocument=json.dumps(policy))
        backup.create_backup_vault(BackupVaultName=self.vault, EncryptionKeyArn=self.key)
        rule = {"RuleName": "daily", "TargetBackupVaultName": self.vault}
        plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": self.vault, "Rules": [rule]})
        chosen = {
            "SelectionName": "all",
            "IamRoleArn": self.cloud.role_arn(self.vault),
            "Resources": self.arns,
        }
        backup.create_backup_selection(BackupPlanId=plan["BackupPlanId"], BackupSelection=chosen)

    @property
    def arns(self) -> list[str]:
        return [self.cloud.arn("dynamodb", f"table/{self.table}"), f"arn:aws:s3:::{self.bucket}"]

    def left(self) -> list[str]:
        """Restored stores that are still there."""
        prefix = self.vault.removesuffix("-backup") + "-restore-test-"
        tables = self.cloud.client("dynamodb").list_tables()["TableNames"]
        buckets = [bucket["Name"] for bucket in self.cloud.client("s3").list_buckets()["Buckets"]]
        return [name for name in (*tables, *buckets) if name.startswith(prefix)]

    def validations(self) -> list[str]:
        """Of this deployment's restores."""
        jobs = self.cloud.client("backup").list_restore_jobs()["RestoreJobs"]
        return [
            job.get("ValidationStatus", "none")
            for job in jobs
            if job["BackupVaultArn"].endswith(f":{self.vault}")
        ]


@pytest.fixture
def deployed(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    table, bucket, s3 = cloud.table(SSESpecification=encrypted), unique("documents"), cloud.client("s3")
    recovery = {"PointInTimeRecoveryEnabled": True}
    cloud.client("dynamodb").update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification=recovery
    )
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [default]})
    for number in range(10):
        put(cloud, table, str(number), SECRET)
        s3.put_object(Bucket=bucket, Key=f"{SECRET}/{number}", Body=SECRET.encode())
    deployment = Deployment(cloud, key, table, bucket)
    monkeypatch.setattr(command, "Clients", lambda _: clients_of(deployment))
    return deployment


def put(cloud: Cloud, table: str, key: str, value: str) -> None:
    item = {"pk": {"S": key}, "name": {"S": value}, "tags": {"SS": ["b", "a"]}}
    cloud.client("dynamodb").put_item(TableName=table, Item=item)


@dataclass
class Functions:
    """Lambda, with the functions of one deployment: other tests' are in the same cloud."""

    names: list[str]
    client: Any

    def get_paginator(self, operation: str) -> Functions:
        assert operation == "list_functions"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        listed = self.client.list_functions()["Functions"]
        return [{"Functions": [one for one in listed if one["FunctionName"] in self.names]}]


def clients_of(deployed: Deployment) -> Clients:
    cloud = deployed.cloud
    made = Clients(session=None)  # type: ignore[arg-type]  # every client is given
    services = ("backup", "dynamodb", "iam", "rds", "s3", "sts")
    made._made = {name: cloud.client(name) for name in services}
    made._made["lambda"] = Functions(deployed.functions, cloud.client("lambda"))
    return made


def run(deployed: Deployment, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    status = command.main(["--vault", deployed.vault, *more])
    said = capsys.readouterr()
    text = said.out + said.err
    assert SECRET not in text
    assert "Maria" not in text
    return status, text


def test_what_comes_back_is_proven_recorded_and_deleted(deployed: Deployment, capsys: Any) -> None:
    status, text = run(deployed, capsys, "--back-up-first")
    assert status == 0, text
    assert text.count("10 of 10 sampled") == 2
    assert "FAILS" not in text
    assert deployed.validations() == ["SUCCESSFUL", "SUCCESSFUL"]
    assert deployed.left() == []


def test_without_a_recovery_point_nothing_is_restored(deployed: Deployment, capsys: Any) -> None:
    status, text = run(deployed, capsys)
    assert (status, "--back-up-first" in text, deployed.validations()) == (2, True, [])
    status, text = run(deployed, capsys, "--store", "arn:aws:s3:::another")
    assert (status, "No plan" in text) == (2, True)
    status, text = run(deployed, capsys, "--vault", "absent")
    assert (status, "list-backup-vaults" in text) == (2, True)


def test_what_is_not_as_it_was_stays_to_be_looked_at(deployed: Deployment, capsys: Any) -> None:
    assert run(deployed, capsys, "--back-up-first")[0] == 0
    for number in range(5):
        put(deployed.cloud, deployed.table, str(number), "changed")
    deployed.cloud.client("dynamodb").delete_item(TableName=deployed.table, Key={"pk": {"S": "9"}})
    status, text = run(deployed, capsys)
    assert (status, "5 differ, 1 are gone" in text) == (1, True)
    (name,) = deployed.left()  # the bucket was proven, and is gone
    assert f"aws dynamodb delete-table --table-name {name}" in text
    assert sorted(deployed.validations()) == ["FAILED", "SUCCESSFUL", "SUCCESSFUL", "SUCCESSFUL"]
    status, text = run(deployed, capsys, "--minimum-percent", "40", "--keep")
    assert status == 0
    assert len(deployed.left()) == 3


def test_a_table_that_was_empty_proves_nothing(deployed: Deployment, capsys: Any) -> None:
    dynamodb = deployed.cloud.client("dynamodb")
    for number in range(10):
        dynamodb.delete_item(TableName=deployed.table, Key={"pk": {"S": str(number)}})
    only = ("--store", deployed.arns[0])
    assert run(deployed, capsys, "--back-up-first", *only)[0] == 0  # and it is still empty
    put(deployed.cloud, deployed.table, "1", SECRET)
    status, text = run(deployed, capsys, *only)
    assert (status, "0 items, the live store has 1" in text) == (1, True)


@pytest.mark.parametrize(
    ("weaker", "told"), [("recovery", "point-in-time recovery"), ("function", "no function reads it")]
)
def test_weaker_safeguards_fail(deployed: Deployment, capsys: Any, weaker: str, told: str) -> None:
    if weaker == "recovery":
        recovery = {"PointInTimeRecoveryEnabled": False}
        deployed.cloud.client("dynamodb").update_continuous_backups(
            TableName=deployed.table, PointInTimeRecoverySpecification=recovery
        )
    else:
        source, may = "def handler(event, context): ...", [allow("dynamodb:GetItem")]
        deployed.functions.append(deployed.cloud.function(source, may))
    status, text = run(deployed, capsys, "--back-up-first", "--store", deployed.arns[0])
    assert (status, f"FAILS     {told}" in text) == (1, True), text


def test_a_backup_that_fails_ends_it(deployed: Deployment, capsys: Any) -> None:
    deployed.cloud.client("iam").delete_role_policy(RoleName=deployed.vault, PolicyName="main")
    status, text = run(deployed, capsys, "--back-up-first")
    assert (status, "2 backups failed" in text, deployed.validations()) == (2, True, [])


def test_a_restore_that_fails_is_told(deployed: Deployment, capsys: Any) -> None:
    deployed.cloud.client("iam").delete_role_policy(RoleName=f"{deployed.vault}-restore", PolicyName="main")
    status, text = run(deployed, capsys, "--back-up-first")
    assert (status, text.count("the restore ended as FAILED")) == (1, 2)


class Expired:
    """AWS Backup's client, whose credentials expire: from then on ``operation`` is refused."""

    def __init__(self, client: Any, operation: str, error: BaseException) -> None:
        self.client, self.operation, self.error = client, operation, error

    def __getattr__(self, name: str) -> Any:
        return self.refuse if name == self.operation else getattr(self.client, name)

    def refuse(self, **_: Any) -> Any:
        raise self.error


EXPIRED = ClientError({"Error": {"Code": "ExpiredToken", "Message": SECRET}}, "DescribeRestoreJob")
UNREACHABLE = EndpointConnectionError(endpoint_url=SECRET)


@pytest.mark.parametrize(
    "error", [EXPIRED, UNREACHABLE, KeyboardInterrupt()], ids=["expired", "gone", "ctrl-c"]
)
def test_what_was_begun_is_named_whatever_breaks_off_the_wait(
    deployed: Deployment, capsys: Any, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    assert run(deployed, capsys, "--back-up-first")[0] == 0
    clients = clients_of(deployed)
    clients._made["backup"] = Expired(clients("backup"), "describe_restore_job", error)
    monkeypatch.setattr(command, "Clients", lambda _: clients)
    if isinstance(error, KeyboardInterrupt):
        with pytest.raises(KeyboardInterrupt):
            command.main(["--vault", deployed.vault])
        text = capsys.readouterr().out
    else:
        status, text = run(deployed, capsys)
        assert (status, "Not done" in text) == (1, False), "something was restored"
    assert len(deployed.left()) == 2
    for name in deployed.left():
        assert name in text


def test_a_proof_that_cannot_be_recorded_is_said_and_the_copy_goes(
    deployed: Deployment, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clients = clients_of(deployed)
    clients._made["backup"] = Expired(clients("backup"), "put_restore_validation_result", UNREACHABLE)
    monkeypatch.setattr(command, "Clients", lambda _: clients)
    status, text = run(deployed, capsys, "--back-up-first")
    assert (status, deployed.left()) == (0, []), text
    assert text.count("no validation was taken of job") == 2


def test_a_comparison_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.parse(["--vault", "v", "--sample", "0"])
    assert "must be at least 1" in capsys.readouterr().err


def test_digests_do_not_depend_on_order_and_differ_between_runs() -> None:
    item = {"a": {"SS": ["x", "y"]}, "b": {"M": {"c": {"B": b"1"}}}}
    same = {"b": {"M": {"c": {"B": b"1"}}}, "a": {"SS": ["y", "x"]}}
    digests = Digests()
    assert digests.of_item(item) == digests.of_item(same) != digests.of_item({"a": {"SS": ["x"]}})
    assert Digests().of_item(item) != Digests().of_item(item)
    assert digests.of_chunks([b"a", b"b"]) == digests.of_bytes(b"ab")
    assert digests.key.hex() not in repr(digests)


def test_waiting_says_how_far_it_is() -> None:
    said: list[str] = []
    slept: list[float] = []
    states = iter(["RUNNING"] * 12 + ["COMPLETED"])

    def look(_: str) -> dict[str, str]:
        return {"state": next(states), "done": "40%"}

    over = wait_for(["job"], look, said.append, slept.append)
    assert over["job"]["state"] == "COMPLETED"
    assert said
    assert "1 of 1 jobs are not over" in said[0]
    assert max(slept) == 30
