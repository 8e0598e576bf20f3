"""Services that moto has in part or not at all: answered as AWS answers, with nothing behind them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, unique


def test_an_analyzer_is_kept_until_it_is_deleted(cloud: Cloud) -> None:
    analyzers, name = cloud.client("accessanalyzer"), unique("analyzer")
    arn = analyzers.create_analyzer(analyzerName=name, type="ACCOUNT", tags={"a": "b"})["arn"]
    found = analyzers.get_analyzer(analyzerName=name)["analyzer"]
    assert (found["arn"], found["type"], found["status"], found["tags"]) == (
        arn,
        "ACCOUNT",
        "ACTIVE",
        {"a": "b"},
    )
    assert name in [one["name"] for one in analyzers.list_analyzers()["analyzers"]]
    assert analyzers.list_findings_v2(analyzerArn=arn)["findings"] == []
    with pytest.raises(analyzers.exceptions.ConflictException):
        analyzers.create_analyzer(analyzerName=name, type="ACCOUNT")
    analyzers.delete_analyzer(analyzerName=name)
    with pytest.raises(analyzers.exceptions.ResourceNotFoundException):
        analyzers.get_analyzer(analyzerName=name)


def test_tags_are_changed_where_moto_knows_them_at_creation_alone(cloud: Cloud) -> None:
    analyzers, guardduty, cognito = map(cloud.client, ("accessanalyzer", "guardduty", "cognito-idp"))
    name = unique("analyzer")
    analyzer = analyzers.create_analyzer(analyzerName=name, type="ACCOUNT", tags={"a": "b", "c": "d"})["arn"]
    analyzers.tag_resource(resourceArn=analyzer, tags={"a": "new"})
    analyzers.untag_resource(resourceArn=analyzer, tagKeys=["c", "never"])
    assert analyzers.get_analyzer(analyzerName=name)["analyzer"]["tags"] == {"a": "new"}

    identifier = guardduty.create_detector(Enable=True, Tags={"a": "b", "c": "d"})["DetectorId"]
    detector = cloud.arn("guardduty", f"detector/{identifier}")
    guardduty.tag_resource(ResourceArn=detector, Tags={"a": "new"})
    guardduty.untag_resource(ResourceArn=detector, TagKeys=["c"])
    assert guardduty.get_detector(DetectorId=identifier)["Tags"] == {"a": "new"}
    guardduty.delete_detector(DetectorId=identifier)

    pool = cognito.create_user_pool(PoolName=unique("pool"), UserPoolTags={"a": "b", "c": "d"})["UserPool"]
    cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"a": "new"})
    cognito.untag_resource(ResourceArn=pool["Arn"], TagKeys=["c"])
    found = cognito.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    assert found["UserPoolTags"] == {"a": "new"}
    cognito.delete_user_pool(UserPoolId=pool["Id"])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        cognito.tag_resource(ResourceArn=pool["Arn"], Tags={"a": "b"})


def test_nobody_has_a_way_out(cloud: Cloud) -> None:
    resolver = cloud.client("route53resolver")
    assert resolver.list_firewall_configs()["FirewallConfigs"] == []
    associations = resolver.list_firewall_rule_group_associations()
    assert associations["FirewallRuleGroupAssociations"] == []
    assert cloud.client("network-firewall").list_firewalls()["Firewalls"] == []


def test_a_detectors_features_are_set_one_at_a_time(cloud: Cloud) -> None:
    guardduty = cloud.client("guardduty")
    named = {"DetectorId": guardduty.create_detector(Enable=True)["DetectorId"]}

    def set_feature(name: str, status: str) -> dict[str, str]:
        guardduty.update_detector(Features=[{"Name": name, "Status": status}], **named)
        return {one["Name"]: one["Status"] for one in guardduty.get_detector(**named)["Features"]}

    assert set_feature("S3_DATA_EVENTS", "ENABLED") == {"S3_DATA_EVENTS": "ENABLED"}
    set_feature("LAMBDA_NETWORK_LOGS", "ENABLED")
    found = set_feature("S3_DATA_EVENTS", "DISABLED")
    assert found == {"S3_DATA_EVENTS": "DISABLED", "LAMBDA_NETWORK_LOGS": "ENABLED"}
    guardduty.update_detector(Enable=False, **named)
    assert len(guardduty.get_detector(**named)["Features"]) == 2
    guardduty.delete_detector(**named)


def test_a_stream_writes_under_its_prefix_and_the_buckets_lock(cloud: Cloud) -> None:
    firehose, s3, bucket = cloud.client("firehose"), cloud.client("s3"), unique("archive")
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    lock = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=lock)

    def written(prefix: str, **more: str) -> str:
        stream = unique("stream")
        role = "arn:aws:iam::123456789012:role/x"
        destination = {"RoleARN": role, "BucketARN": f"arn:aws:s3:::{bucket}", "Prefix": prefix, **more}
        firehose.create_delivery_stream(
            DeliveryStreamName=stream, ExtendedS3DestinationConfiguration=destination
        )
        firehose.put_record(DeliveryStreamName=stream, Record={"Data": b"line"})
        listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix.partition("!")[0])["Contents"]
        (key,) = [str(item["Key"]) for item in listed if f"/{stream}-1-" in item["Key"]]
        found = s3.get_object(Bucket=bucket, Key=key)
        assert (found["Body"].read(), found["ObjectLockMode"]) == (b"line", "GOVERNANCE")
        return key

    today = datetime.now(UTC).strftime("%Y/%m/%d/")
    named = written("logs/!{timestamp:yyyy/MM/dd/}", FileExtension=".json.gz")
    assert named.startswith(f"logs/{today}stream-")
    assert named.endswith(".json.gz")
    assert written("plain/").startswith(f"plain/{today}")


def test_a_backup_plans_selections_are_kept(cloud: Cloud) -> None:
    backup = cloud.client("backup")
    backup.create_backup_vault(BackupVaultName=(vault := unique("vault")))
    rule = {"RuleName": "daily", "TargetBackupVaultName": vault}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": unique("plan"), "Rules": [rule]})
    named: dict[str, Any] = {"BackupPlanId": plan["BackupPlanId"]}
    chosen = {"SelectionName": "tables", "IamRoleArn": "arn:aws:iam::123456789012:role/x", "Resources": ["*"]}
    made = backup.create_backup_selection(BackupSelection=chosen, **named)["SelectionId"]
    (listed,) = backup.list_backup_selections(**named)["BackupSelectionsList"]
    assert (listed["SelectionId"], listed["SelectionName"]) == (made, "tables")
    assert backup.get_backup_selection(SelectionId=made, **named)["BackupSelection"]["Resources"] == ["*"]
    backup.delete_backup_selection(SelectionId=made, **named)
    assert backup.list_backup_selections(**named)["BackupSelectionsList"] == []
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_selection(SelectionId=made, **named)


def test_the_credential_report_begins_with_the_root_user(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    while iam.generate_credential_report()["State"] != "COMPLETE":
        pass
    rows = list(csv.DictReader(io.StringIO(iam.get_credential_report()["Content"].decode())))
    assert (rows[0]["user"], rows[0]["mfa_active"], rows[0]["access_key_1_active"]) == (
        "<root_account>",
        "true",
        "false",
    )
    assert "local-cloud-administrator" in [row["user"] for row in rows[1:]]


def test_groups_tell_whether_they_are_masked(cloud: Cloud) -> None:
    logs, name = cloud.client("logs"), unique("group")
    logs.create_log_group(logGroupName=name)

    def told() -> tuple[Any, Any]:
        (group,) = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        return group.get("dataProtectionStatus"), group.get("inheritedProperties")

    assert told() == (None, None)
    logs.put_data_protection_policy(logGroupIdentifier=name, policyDocument="{}")
    assert told() == ("ACTIVATED", None)
    logs.delete_data_protection_policy(logGroupIdentifier=name)
    policy = {"policyName": unique("policy"), "policyType": "DATA_PROTECTION_POLICY"}
    logs.put_account_policy(policyDocument="{}", **policy)
    assert told() == (None, ["ACCOUNT_DATA_PROTECTION"])
    logs.delete_account_policy(**policy)
    assert told() == (None, None)
