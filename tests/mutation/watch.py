"""Mutations of what watches an account, backs it up and keeps its logs; and of who signs in to it.

``environments/local`` has little of it, and waives the rest: each mutation first makes it, then breaks it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.mutation.cloud import Cloud
from tests.mutation.model import MENDED, Broken, Steps, mutation

NAME = "mutation"


@contextmanager
def _user(cloud: Cloud) -> Iterator[str]:
    """Somebody with a password; yields the ARN."""
    iam = cloud.client("iam")
    arn = iam.create_user(UserName=NAME)["User"]["Arn"]
    iam.create_login_profile(UserName=NAME, Password="Invented-password-1")
    yield str(arn)
    iam.delete_login_profile(UserName=NAME)
    iam.delete_user(UserName=NAME)


@mutation("IAM-08", "a password without MFA")
def password_alone(cloud: Cloud) -> Steps:
    with _user(cloud) as arn:
        yield Broken(arn)


@mutation("IAM-08", "MFA taken away")
def mfa_taken_away(cloud: Cloud) -> Steps:
    iam = cloud.client("iam")
    with _user(cloud) as arn:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=NAME)["VirtualMFADevice"]["SerialNumber"]
        codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
        iam.enable_mfa_device(UserName=NAME, SerialNumber=device, **codes)
        yield MENDED
        iam.deactivate_mfa_device(UserName=NAME, SerialNumber=device)
        yield Broken(arn)
        iam.delete_virtual_mfa_device(SerialNumber=device)


def _analyzer(cloud: Cloud, *, instead: str | None = None) -> Steps:
    client = cloud.client("accessanalyzer")
    (found,) = client.list_analyzers(type="ACCOUNT")["analyzers"]
    name = found["name"]
    client.delete_analyzer(analyzerName=name)
    if instead:
        client.create_analyzer(analyzerName=name, type=instead)
    # The analyzer had no finding; now there is none to look at.
    yield Broken(cloud.root, also=(("IAM-09", found["arn"]),))
    if instead:
        client.delete_analyzer(analyzerName=name)
    client.create_analyzer(analyzerName=name, type="ACCOUNT", tags=found["tags"])


@mutation("IAM-09", "no analyzer")
def no_analyzer(cloud: Cloud) -> Steps:
    yield from _analyzer(cloud)


@mutation("IAM-09", "an analyzer of what nobody uses")
def analyzer_of_unused_access(cloud: Cloud) -> Steps:
    yield from _analyzer(cloud, instead="ACCOUNT_UNUSED_ACCESS")


@mutation("IAM-10", "nobody hears of the application's way in")
def silent_break_glass(cloud: Cloud) -> Steps:
    cloudwatch = cloud.client("cloudwatch")
    names = [a.name for a in cloud.account.alarms.items if a.name.endswith("break-glass")]
    cloudwatch.disable_alarm_actions(AlarmNames=names)
    yield Broken(cloud.root)
    cloudwatch.enable_alarm_actions(AlarmNames=names)


@mutation("IAM-10", "a role whose use is not alarmed")
def silent_role(cloud: Cloud) -> Steps:
    iam = cloud.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": cloud.root}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = iam.create_role(RoleName="mutation-break-glass", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    # It is the role now that is judged, and not the application.
    yield Broken(arn, also=(("IAM-10", cloud.root),))
    iam.delete_role(RoleName="mutation-break-glass")


def _function_groups(cloud: Cloud) -> list[str]:
    names = {function.log_group for function in cloud.account.functions.items}
    return sorted(group.name for group in cloud.account.log_groups.items if group.name in names)


def _group_arn(cloud: Cloud, name: str) -> str:
    return next(group.arn for group in cloud.account.log_groups.items if group.name == name)


def _all_groups(cloud: Cloud, control: str) -> Broken:
    first, *others = [_group_arn(cloud, name) for name in _function_groups(cloud)]
    return Broken(first, also=tuple((control, other) for other in others))


def _lock_for(cloud: Cloud, days: int) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": days}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    cloud.client("s3").put_object_lock_configuration(Bucket=cloud.archive.name, ObjectLockConfiguration=lock)


@contextmanager
def _locked_for_long(cloud: Cloud) -> Iterator[None]:
    """The archive that the groups are exported to, locked for seven years: here it is for a day."""
    named = cloud.client("s3").get_object_lock_configuration(Bucket=cloud.archive.name)
    before = named["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]["Days"]
    _lock_for(cloud, 2557)
    yield
    _lock_for(cloud, before)


def _subscription(cloud: Cloud, group: str) -> dict[str, str]:
    listed = cloud.client("logs").describe_subscription_filters(logGroupName=group)["subscriptionFilters"]
    (found,) = listed
    return {
        name: found[name]
        for name in ("logGroupName", "filterName", "filterPattern", "destinationArn", "roleArn")
    }


@mutation("LOG-03", "only errors of one group are exported")
def errors_only(cloud: Cloud) -> Steps:
    logs, group = cloud.client("logs"), _function_groups(cloud)[0]
    before = _subscription(cloud, group)
    with _locked_for_long(cloud):
        yield MENDED
        logs.put_subscription_filter(**{**before, "filterPattern": "ERROR"})
        yield Broken(_group_arn(cloud, group))
        logs.put_subscription_filter(**before)


@mutation("LOG-03", "one group is exported no more")
def one_group_forgotten(cloud: Cloud) -> Steps:
    logs, group = cloud.client("logs"), _function_groups(cloud)[0]
    before = _subscription(cloud, group)
    with _locked_for_long(cloud):
        yield MENDED
        logs.delete_subscription_filter(logGroupName=group, filterName=before["filterName"])
        yield Broken(_group_arn(cloud, group))
        logs.put_subscription_filter(**before)


@mutation("LOG-03", "the bucket's lock is short")
def exported_to_a_short_lock(cloud: Cloud) -> Steps:
    with _locked_for_long(cloud):
        yield MENDED
        _lock_for(cloud, 90)
        broken = _all_groups(cloud, "LOG-03")
        yield Broken(broken.resource, also=(*broken.also, ("TRL-05", cloud.trail.arn)))


@contextmanager
def _unmasked(cloud: Cloud, groups: list[str]) -> Iterator[None]:
    logs = cloud.client("logs")
    before = {
        group: logs.get_data_protection_policy(logGroupIdentifier=group)["policyDocument"] for group in groups
    }
    for group in groups:
        logs.delete_data_protection_policy(logGroupIdentifier=group)
    yield
    for group, document in before.items():
        logs.put_data_protection_policy(logGroupIdentifier=group, policyDocument=document)


@mutation("LOG-05", "the policy of one group gone")
def one_unmasked(cloud: Cloud) -> Steps:
    group = _function_groups(cloud)[0]
    with _unmasked(cloud, [group]):
        yield Broken(_group_arn(cloud, group))


@mutation("LOG-05", "the account's policy gone, and the groups have none")
def all_unmasked(cloud: Cloud) -> Steps:
    logs = cloud.client("logs")
    named = {"policyName": NAME, "policyType": "DATA_PROTECTION_POLICY"}
    with _unmasked(cloud, _function_groups(cloud)):
        logs.put_account_policy(policyDocument="{}", **named)
        yield MENDED
        logs.delete_account_policy(**named)
        yield _all_groups(cloud, "LOG-05")


def _tls_group(cloud: Cloud, value: str) -> None:
    parameter = {"ParameterName": "rds.force_ssl", "ParameterValue": value, "ApplyMethod": "immediate"}
    cloud.client("rds").modify_db_parameter_group(DBParameterGroupName=NAME, Parameters=[parameter])


@contextmanager
def database(cloud: Cloud, **settings: Any) -> Iterator[str]:
    """A database as it must be, but for ``settings`` and that no backup plan has it; yields the ARN."""
    rds = cloud.client("rds")
    rds.create_db_parameter_group(
        DBParameterGroupName=NAME, DBParameterGroupFamily="postgres17", Description="Of the mutations"
    )
    _tls_group(cloud, "1")
    wanted: dict[str, Any] = {
        "BackupRetentionPeriod": 7,
        "EnableIAMDatabaseAuthentication": True,
        "KmsKeyId": cloud.spare_key.arn,
        "PubliclyAccessible": False,
        "StorageEncrypted": True,
        **settings,
    }
    arn = rds.create_db_instance(
        DBInstanceIdentifier=NAME,
        DBInstanceClass="db.t4g.micro",
        DBParameterGroupName=NAME,
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="owner",
        MasterUserPassword="correct-horse-battery",
        **{name: value for name, value in wanted.items() if value is not None},
    )["DBInstance"]["DBInstanceArn"]
    yield str(arn)
    rds.delete_db_instance(DBInstanceIdentifier=NAME, SkipFinalSnapshot=True)
    rds.delete_db_parameter_group(DBParameterGroupName=NAME)


@mutation("RDS-03", "plain connections let in")
def plain_connections(cloud: Cloud) -> Steps:
    with database(cloud) as arn:
        yield MENDED
        _tls_group(cloud, "0")
        yield Broken(arn)


@mutation("RDS-03", "backups kept for a day")
def backups_for_a_day(cloud: Cloud) -> Steps:
    with database(cloud) as arn:
        yield MENDED
        cloud.client("rds").modify_db_instance(DBInstanceIdentifier=NAME, BackupRetentionPeriod=1)
        yield Broken(arn)


def _deployed_tables(cloud: Cloud) -> tuple[str, str, dict[str, Any]]:
    """The ids of the deployed plan of tables and of its selection, and the selection."""
    backup = cloud.client("backup")
    listed = backup.list_backup_plans()["BackupPlansList"]
    plan = next(one["BackupPlanId"] for one in listed if one["BackupPlanName"].endswith("-backup-tables"))
    (entry,) = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    named = {"BackupPlanId": plan, "SelectionId": entry["SelectionId"]}
    return plan, entry["SelectionId"], backup.get_backup_selection(**named)["BackupSelection"]


@contextmanager
def _without_patients(cloud: Cloud, **more: Any) -> Iterator[str]:
    """The patients' table taken from the selection, and in another (with ``more``) where there is more."""
    backup, patients = cloud.client("backup"), cloud.table("-patients").arn
    plan, identifier, selection = _deployed_tables(cloud)
    others = selection | {"Resources": [arn for arn in selection["Resources"] if arn != patients]}
    chosen = [others, *([selection | {"Resources": [patients], **more}] if more else [])]
    backup.delete_backup_selection(BackupPlanId=plan, SelectionId=identifier)
    made = [backup.create_backup_selection(BackupPlanId=plan, BackupSelection=one) for one in chosen]
    yield patients
    for one in made:
        backup.delete_backup_selection(BackupPlanId=plan, SelectionId=one["SelectionId"])
    backup.create_backup_selection(BackupPlanId=plan, BackupSelection=selection)


@mutation("BKP-01", "one table is selected no more")
def one_store_forgotten(cloud: Cloud) -> Steps:
    with _without_patients(cloud) as patients:
        yield Broken(patients)


@mutation("BKP-01", "a tag is wanted that the table has not")
def wanted_tag_is_not_there(cloud: Cloud) -> Steps:
    wanted = [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "mutation"}]
    with _without_patients(cloud, ListOfTags=wanted) as patients:
        yield Broken(patients)


@mutation("BKP-02", "the vault's lock lifted")
def vault_unlocked(cloud: Cloud) -> Steps:
    backup = cloud.client("backup")
    vault = next(vault for vault in backup.list_backup_vaults()["BackupVaultList"] if vault["Locked"])
    backup.delete_backup_vault_lock_configuration(BackupVaultName=vault["BackupVaultName"])
    yield Broken(vault["BackupVaultArn"])
    backup.put_backup_vault_lock_configuration(
        BackupVaultName=vault["BackupVaultName"], MinRetentionDays=vault["MinRetentionDays"]
    )


def _deployed_detector(cloud: Cloud) -> str:
    (identifier,) = cloud.client("guardduty").list_detectors()["DetectorIds"]
    return str(identifier)


@mutation("BKP-02", "another plan writes to a vault without a lock")
def second_vault(cloud: Cloud) -> Steps:
    backup, name = cloud.client("backup"), f"{NAME}-second"
    backup.create_backup_vault(BackupVaultName=name)
    rule = {"RuleName": "weekly", "TargetBackupVaultName": name}
    # moto remembers plans that were deleted, and refuses another of the name.
    document = {"BackupPlanName": f"{NAME}-{uuid.uuid4()}", "Rules": [rule]}
    plan = backup.create_backup_plan(BackupPlan=document)["BackupPlanId"]
    yield Broken(f"arn:aws:backup:{cloud.account.region}:{cloud.account.id}:backup-vault:{name}")
    backup.delete_backup_plan(BackupPlanId=plan)
    backup.delete_backup_vault(BackupVaultName=name)


@mutation("BKP-03", "a restored table is found to be wrong")
def wrong_restore(cloud: Cloud) -> Steps:
    backup = cloud.client("backup")
    job = backup.list_restore_jobs(ByStatus="COMPLETED")["RestoreJobs"][-1]["RestoreJobId"]
    backup.put_restore_validation_result(RestoreJobId=job, ValidationStatus="FAILED")
    yield Broken(cloud.root)
    backup.put_restore_validation_result(RestoreJobId=job, ValidationStatus="SUCCESSFUL")


@mutation("DET-01", "the detector suspended")
def suspended_detector(cloud: Cloud) -> Steps:
    guardduty, detector = cloud.client("guardduty"), _deployed_detector(cloud)
    guardduty.update_detector(DetectorId=detector, Enable=False)
    yield Broken(cloud.root)
    guardduty.update_detector(DetectorId=detector, Enable=True)


@mutation("DET-01", "the detector deleted, and a suspended one left")
def deleted_detector(cloud: Cloud) -> Steps:
    # Not the deployed one: another would have another id, and Terraform would miss it.
    guardduty, deployed = cloud.client("guardduty"), _deployed_detector(cloud)
    guardduty.update_detector(DetectorId=deployed, Enable=False)
    detector = guardduty.create_detector(Enable=True)["DetectorId"]
    yield MENDED
    guardduty.delete_detector(DetectorId=detector)
    yield Broken(cloud.root)
    guardduty.update_detector(DetectorId=deployed, Enable=True)


@mutation("DET-02", "functions are scanned no more")
def functions_not_scanned(cloud: Cloud) -> Steps:
    inspector = cloud.client("inspector2")
    named = {"accountIds": [cloud.account.id]}
    inspector.enable(resourceTypes=["ECR"], **named)
    inspector.disable(resourceTypes=["LAMBDA"], **named)
    yield Broken(cloud.root)
    inspector.enable(resourceTypes=["LAMBDA"], **named)
    inspector.disable(resourceTypes=["ECR"], **named)


@mutation("DET-02", "Inspector disabled")
def inspector_disabled(cloud: Cloud) -> Steps:
    inspector = cloud.client("inspector2")
    named = {"accountIds": [cloud.account.id], "resourceTypes": ["LAMBDA"]}
    inspector.disable(**named)
    yield Broken(cloud.root)
    inspector.enable(**named)


@contextmanager
def _recorded(cloud: Cloud) -> Iterator[Any]:
    """AWS Config records everything."""
    config = cloud.client("config")
    _record(config, cloud, True)
    config.put_delivery_channel(DeliveryChannel={"name": NAME, "s3BucketName": cloud.archive.name})
    config.start_configuration_recorder(ConfigurationRecorderName=NAME)
    yield config
    config.stop_configuration_recorder(ConfigurationRecorderName=NAME)
    config.delete_delivery_channel(DeliveryChannelName=NAME)
    config.delete_configuration_recorder(ConfigurationRecorderName=NAME)


def _record(config: Any, cloud: Cloud, everything: bool) -> None:
    group: dict[str, Any] = {"allSupported": True, "includeGlobalResourceTypes": True}
    if not everything:
        group = {"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}
    role = f"arn:aws:iam::{cloud.account.id}:role/{NAME}"
    recorder = {"name": NAME, "roleARN": role, "recordingGroup": group}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)


@mutation("INV-01", "the recorder stopped")
def stopped_recorder(cloud: Cloud) -> Steps:
    with _recorded(cloud) as config:
        yield MENDED
        config.stop_configuration_recorder(ConfigurationRecorderName=NAME)
        yield Broken(cloud.root)


@mutation("INV-01", "only buckets recorded")
def buckets_recorded(cloud: Cloud) -> Steps:
    with _recorded(cloud) as config:
        yield MENDED
        _record(config, cloud, False)
        yield Broken(cloud.root)
