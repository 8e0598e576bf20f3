"""The operations of AWS Backup that moto lacks: access policies, jobs, recovery points, restores."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from werkzeug.wrappers import Response

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.backup import jobs, vaults
from scripts.local_cloud.backup.restore_testing import RestoreTesting
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

Operations = Mapping[tuple[str, str], Callable[[AwsRequest], Response]]


def answer(body: Mapping[str, Any] | None = None, status: int = 200) -> Response:
    return Response(json.dumps(body or {}), status=status, content_type="application/json")


class Backups:
    """Jobs are kept here, by id; recovery points and policies on moto's vaults."""

    def __init__(self) -> None:
        self.backups: dict[str, jobs.Job] = {}
        self.restores: dict[str, jobs.Job] = {}
        self.opted_in = {"Aurora": True, "DynamoDB": True, "RDS": True, "S3": True}

    def operations(self) -> Operations:
        return {
            ("backup", operation.__name__.title().replace("_", "")): operation
            for operation in (
                self.delete_backup_vault,
                self.delete_backup_vault_access_policy,
                self.delete_recovery_point,
                self.describe_backup_job,
                self.describe_recovery_point,
                self.describe_region_settings,
                self.describe_restore_job,
                self.get_backup_vault_access_policy,
                self.get_recovery_point_restore_metadata,
                self.list_backup_jobs,
                self.list_recovery_points_by_backup_vault,
                self.list_recovery_points_by_resource,
                self.list_restore_jobs,
                self.list_tags,
                self.put_backup_vault_access_policy,
                self.put_restore_validation_result,
                self.start_backup_job,
                self.start_restore_job,
                self.update_backup_plan,
                self.update_region_settings,
            )
        }

    # --- vaults and plans --------------------------------------------------------------------

    def put_backup_vault_access_policy(self, call: AwsRequest) -> Response:
        vault = vaults.vault_of(call.region, call.parameters["BackupVaultName"])
        vault.local_cloud_policy = call.parameters["Policy"]
        return answer()

    def get_backup_vault_access_policy(self, call: AwsRequest) -> Response:
        name = call.parameters["BackupVaultName"]
        vault = vaults.vault_of(call.region, name)
        text = getattr(vault, "local_cloud_policy", None)
        if text is None:
            raise AwsError("ResourceNotFoundException", f"{name} has no access policy", 400)
        said = {"BackupVaultName": name, "BackupVaultArn": vault.backup_vault_arn, "Policy": text}
        return answer(said)

    def delete_backup_vault_access_policy(self, call: AwsRequest) -> Response:
        vaults.vault_of(call.region, call.parameters["BackupVaultName"]).local_cloud_policy = None
        return answer()

    def delete_backup_vault(self, call: AwsRequest) -> Response:
        """moto deletes a vault with all that is in it."""
        name = call.parameters["BackupVaultName"]
        if vaults.points_of(call.region, name):
            raise AwsError(
                "InvalidRequestException", "Backup vault cannot be deleted (contains recovery points)", 400
            )
        backend_of("backup", call.region).delete_backup_vault(name)
        return answer()

    def describe_region_settings(self, _: AwsRequest) -> Response:
        return answer({"ResourceTypeOptInPreference": self.opted_in, "ResourceTypeManagementPreference": {}})

    def update_region_settings(self, call: AwsRequest) -> Response:
        self.opted_in |= call.parameters.get("ResourceTypeOptInPreference") or {}
        return answer()

    def update_backup_plan(self, call: AwsRequest) -> Response:
        """moto has no such operation."""
        plan = backend_of("backup", call.region).get_backup_plan(call.parameters["BackupPlanId"], None)
        fresh = type(plan)(dict(call.parameters["BackupPlan"]), "", backend_of("backup", call.region))
        plan.backup_plan, plan.version_id = fresh.backup_plan, fresh.version_id
        return answer(plan.to_dict())

    def list_tags(self, call: AwsRequest) -> Response:
        """moto finds the ARN in boto3's path, and not in Terraform's, which ends without a slash."""
        arn = unquote(str(call.parameters["ResourceArn"]))
        return answer({"Tags": backend_of("backup", call.region).list_tags(arn)})

    # --- backups -----------------------------------------------------------------------------

    def start_backup_job(self, call: AwsRequest) -> Response:
        job = jobs.back_up(call.region, call.parameters)
        self.backups[job.identifier] = job
        said = {"BackupJobId": job.identifier, "CreationDate": job.at}
        return answer(said | {key: job.said[key] for key in ("RecoveryPointArn",) if key in job.said})

    def describe_backup_job(self, call: AwsRequest) -> Response:
        return answer(self.told_backup(found(self.backups, call.parameters["BackupJobId"])))

    def list_backup_jobs(self, call: AwsRequest) -> Response:
        wanted = call.parameters.get("ByState")
        told = [self.told_backup(job) for job in self.backups.values() if wanted in (None, job.state)]
        return answer({"BackupJobs": told})

    def told_backup(self, job: jobs.Job) -> dict[str, Any]:
        return jobs.described(job, "BackupJobId", "State")

    def list_recovery_points_by_backup_vault(self, call: AwsRequest) -> Response:
        given = call.parameters
        points = vaults.points_of(call.region, given["BackupVaultName"]).values()
        arn = given.get("ByResourceArn")
        told = [point.described(call.region) for point in points if arn in (None, point.resource_arn)]
        return answer({"RecoveryPoints": told})

    def list_recovery_points_by_resource(self, call: AwsRequest) -> Response:
        arn = unquote(call.parameters["ResourceArn"])
        points = [point for point in vaults.all_points(call.region) if point.resource_arn == arn]
        return answer({"RecoveryPoints": [point.described(call.region) for point in points]})

    def describe_recovery_point(self, call: AwsRequest) -> Response:
        return answer(vaults.find(call.region, recovery_point_of(call)).described(call.region))

    def get_recovery_point_restore_metadata(self, call: AwsRequest) -> Response:
        point = vaults.find(call.region, recovery_point_of(call))
        vault = vaults.vault_of(call.region, point.vault)
        said = {"BackupVaultArn": vault.backup_vault_arn, "RecoveryPointArn": point.arn}
        return answer(said | {"RestoreMetadata": point.kind.metadata(point.content)})

    def delete_recovery_point(self, call: AwsRequest) -> Response:
        vaults.delete(call.region, call.parameters["BackupVaultName"], recovery_point_of(call))
        return answer()

    # --- restores ----------------------------------------------------------------------------

    def start_restore_job(self, call: AwsRequest) -> Response:
        job = jobs.restore(call.region, call.parameters)
        self.restores[job.identifier] = job
        return answer({"RestoreJobId": job.identifier})

    def describe_restore_job(self, call: AwsRequest) -> Response:
        return answer(self.told_restore(found(self.restores, call.parameters["RestoreJobId"])))

    def list_restore_jobs(self, call: AwsRequest) -> Response:
        wanted = call.parameters.get("ByStatus")
        told = [self.told_restore(job) for job in self.restores.values() if wanted in (None, job.state)]
        return answer({"RestoreJobs": told})

    def told_restore(self, job: jobs.Job) -> dict[str, Any]:
        return jobs.described(job, "RestoreJobId", "Status")

    def put_restore_validation_result(self, call: AwsRequest) -> Response:
        given = call.parameters
        job = found(self.restores, given["RestoreJobId"])
        if job.state != "COMPLETED":
            raise AwsError("InvalidRequestException", "The restore job is not completed.", 400)
        job.said["ValidationStatus"] = given["ValidationStatus"]
        job.said["ValidationStatusMessage"] = given.get("ValidationStatusMessage") or ""
        return answer(status=204)


def recovery_point_of(call: AwsRequest) -> str:
    return unquote(str(call.parameters["RecoveryPointArn"]))


def found(kept: Mapping[str, jobs.Job], identifier: str) -> jobs.Job:
    if identifier not in kept:
        raise AwsError("ResourceNotFoundException", f"Cannot find job: {identifier}", 400)
    return kept[identifier]


def operations() -> Operations:
    """All of them, newly made: by (botocore's service, operation)."""
    return {**Backups().operations(), **RestoreTesting().operations()}
