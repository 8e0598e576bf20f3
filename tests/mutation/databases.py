"""Mutations of who gets into databases, and to their secrets."""

from __future__ import annotations

from typing import Any

from tests.mutation.cloud import PUBLIC, STRANGER, Cloud, allow, policy
from tests.mutation.model import MENDED, Broken, Steps, mutation
from tests.mutation.watch import database

NAME = "mutation"


def _instances(cloud: Cloud, control: str) -> Broken:
    """All instances of the one cluster."""
    first, *others = (found.arn for found in cloud.account.databases.items)
    return Broken(first, also=tuple((control, arn) for arn in others))


@mutation("RDS-04", "the cluster takes passwords alone")
def cluster_with_passwords(cloud: Cloud) -> Steps:
    rds = cloud.client("rds")
    cluster = str(cloud.account.databases.items[0].cluster_arn).rpartition(":")[2]
    named = {"DBClusterIdentifier": cluster, "ApplyImmediately": True}
    rds.modify_db_cluster(EnableIAMDatabaseAuthentication=False, **named)
    yield _instances(cloud, "RDS-04")
    rds.modify_db_cluster(EnableIAMDatabaseAuthentication=True, **named)


@mutation("RDS-04", "another database takes passwords alone")
def database_with_passwords(cloud: Cloud) -> Steps:
    with database(cloud, EnableIAMDatabaseAuthentication=False) as arn:
        yield Broken(arn, also=(("BKP-01", arn),))


def _rows_alarm(cloud: Cloud) -> Any:
    return next(
        alarm
        for alarm in cloud.account.alarms.items
        if any(metric.name == "RowLevelSecurityForced" for metric in alarm.metrics)
    )


@mutation("RDS-05", "the alarm on rows is quiet where nothing looks")
def rows_alarm_without_data(cloud: Cloud) -> Steps:
    """Its state is no way to break it: the local cloud looks at alarms all the time, and sets it right."""
    cloudwatch, before = cloud.client("cloudwatch"), cloud.alarm(_rows_alarm(cloud).name)
    cloudwatch.put_metric_alarm(**{**before, "TreatMissingData": "notBreaching"})
    yield _instances(cloud, "RDS-05")
    cloudwatch.put_metric_alarm(**before)


@mutation("RDS-05", "the alarm on rows is unheard")
def rows_alarm_unheard(cloud: Cloud) -> Steps:
    cloudwatch, alarm = cloud.client("cloudwatch"), _rows_alarm(cloud)
    cloudwatch.disable_alarm_actions(AlarmNames=[alarm.name])
    yield _instances(cloud, "RDS-05")
    cloudwatch.enable_alarm_actions(AlarmNames=[alarm.name])


def _secret_for(cloud: Cloud, principal: dict[str, Any]) -> Steps:
    secrets = cloud.client("secretsmanager")
    arn = secrets.create_secret(Name=NAME, KmsKeyId=cloud.spare_key.arn, SecretString="x")["ARN"]
    secrets.rotate_secret(SecretId=arn, RotationRules={"AutomaticallyAfterDays": 30})
    yield MENDED
    statement = allow("secretsmanager:GetSecretValue", arn, **principal)
    secrets.put_resource_policy(SecretId=arn, ResourcePolicy=policy(statement))
    yield Broken(arn)
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def _table_policy(cloud: Cloud, principal: dict[str, Any]) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("-patients")
    statement = allow("dynamodb:GetItem", table.arn, **principal)
    dynamodb.put_resource_policy(ResourceArn=table.arn, Policy=policy(statement))
    yield Broken(table.arn)
    dynamodb.delete_resource_policy(ResourceArn=table.arn)


@mutation("DDB-04", "a table for everybody")
def table_for_everybody(cloud: Cloud) -> Steps:
    yield from _table_policy(cloud, PUBLIC)


@mutation("DDB-04", "a table for a stranger")
def table_for_a_stranger(cloud: Cloud) -> Steps:
    yield from _table_policy(cloud, STRANGER)


@mutation("SEC-03", "a secret for everybody")
def public_secret(cloud: Cloud) -> Steps:
    yield from _secret_for(cloud, PUBLIC)


@mutation("SEC-03", "a secret for a stranger")
def lent_secret(cloud: Cloud) -> Steps:
    yield from _secret_for(cloud, STRANGER)


@mutation("BKP-01", "the region is not opted into Aurora")
def aurora_left_out(cloud: Cloud) -> Steps:
    """Although the plan names the cluster: https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"""
    backup = cloud.client("backup")
    backup.update_region_settings(ResourceTypeOptInPreference={"Aurora": False})
    yield _instances(cloud, "BKP-01")
    backup.update_region_settings(ResourceTypeOptInPreference={"Aurora": True})
