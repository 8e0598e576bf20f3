"""Mutations of audit logging: logs, traces, trails, and the audit table."""

from __future__ import annotations

import copy
from typing import Any

from tests.mutation.cloud import Cloud, allow
from tests.mutation.model import MENDED, Broken, Steps, mutation


def _group_arn(cloud: Cloud, name: str) -> str:
    return next(g.arn for g in cloud.account.log_groups.items if g.name == name)


@mutation("LOG-01", "the key taken away")
def group_without_key(cloud: Cloud) -> Steps:
    logs, name = cloud.client("logs"), cloud.function.log_group
    key = next(g.key for g in cloud.account.log_groups.items if g.name == name)
    logs.disassociate_kms_key(logGroupName=name)
    yield Broken(_group_arn(cloud, name))
    logs.associate_kms_key(logGroupName=name, kmsKeyId=key)


@mutation("LOG-01", "a new group, as Lambda makes one")
def new_group(cloud: Cloud) -> Steps:
    logs, name = cloud.client("logs"), "/aws/lambda/mutation"
    logs.create_log_group(logGroupName=name)
    yield Broken(f"arn:aws:logs:{cloud.account.region}:{cloud.account.id}:log-group:{name}")
    logs.delete_log_group(logGroupName=name)


@mutation("LOG-02", "a month")
def month(cloud: Cloud) -> Steps:
    yield from _retention(cloud, 30)


@mutation("LOG-02", "five years")
def five_years(cloud: Cloud) -> Steps:
    yield from _retention(cloud, 1827)


def _retention(cloud: Cloud, days: int) -> Steps:
    logs, name = cloud.client("logs"), cloud.function.log_group
    before = next(g.retention for g in cloud.account.log_groups.items if g.name == name)
    logs.put_retention_policy(logGroupName=name, retentionInDays=days)
    yield Broken(_group_arn(cloud, name))
    logs.put_retention_policy(logGroupName=name, retentionInDays=before)


@mutation("LOG-04", "the function's group deleted")
def no_group(cloud: Cloud) -> Steps:
    logs, name = cloud.client("logs"), cloud.function.log_group
    group = next(g for g in cloud.account.log_groups.items if g.name == name)
    tags = logs.list_tags_log_group(logGroupName=name)["tags"]
    masking = logs.get_data_protection_policy(logGroupIdentifier=name)["policyDocument"]
    exports = logs.describe_subscription_filters(logGroupName=name)["subscriptionFilters"]
    logs.delete_log_group(logGroupName=name)
    gone = ("LOG-01", "LOG-02", "LOG-03", "LOG-05")
    yield Broken(cloud.function.arn, also=tuple((control, group.arn) for control in gone))
    logs.create_log_group(logGroupName=name, kmsKeyId=group.key, tags=tags)
    logs.put_data_protection_policy(logGroupIdentifier=name, policyDocument=masking)
    for export in exports:
        wanted = ("filterName", "filterPattern", "destinationArn", "roleArn")
        logs.put_subscription_filter(logGroupName=name, **{key: export[key] for key in wanted})
    logs.put_retention_policy(logGroupName=name, retentionInDays=group.retention)


@mutation("LOG-04", "the function told to log elsewhere")
def lost_group(cloud: Cloud) -> Steps:
    before = cloud.client("lambda").get_function_configuration(FunctionName=cloud.function.name)
    logging = before["LoggingConfig"]
    group = next(g for g in cloud.account.log_groups.items if g.name == cloud.function.log_group)
    cloud.configure(LoggingConfig={**logging, "LogGroup": "/nowhere"})
    # What no function logs to is no function's group any more.
    yield Broken(cloud.function.arn, also=(("LOG-03", group.arn), ("LOG-05", group.arn)))
    cloud.configure(LoggingConfig={**logging, "LogGroup": cloud.function.log_group})


@mutation("LAM-09", "tracing off")
def untraced(cloud: Cloud) -> Steps:
    cloud.configure(TracingConfig={"Mode": "PassThrough"})
    yield Broken(cloud.function.arn)
    cloud.configure(TracingConfig={"Mode": "Active"})


def _stage(cloud: Cloud, operations: list[dict[str, str]], undo: list[dict[str, str]]) -> Steps:
    client, stage = cloud.client("apigateway"), cloud.stage
    named = {"restApiId": stage.api_id, "stageName": stage.name}
    client.update_stage(**named, patchOperations=operations)
    yield Broken(stage.arn)
    client.update_stage(**named, patchOperations=undo)


def _replace(path: str, value: str) -> dict[str, str]:
    return {"op": "replace", "path": path, "value": value}


@mutation("API-02", "the access log names paths")
def paths_logged(cloud: Cloud) -> Steps:
    before = str(cloud.stage.access_log_format)
    broken = before.replace("$context.httpMethod", "$context.httpMethod $context.path")
    yield from _stage(
        cloud,
        [_replace("/accessLogSettings/format", broken)],
        [_replace("/accessLogSettings/format", before)],
    )


@mutation("API-02", "the access log names claims")
def claims_logged(cloud: Cloud) -> Steps:
    before = str(cloud.stage.access_log_format)
    broken = before.replace("$context.httpMethod", "$context.authorizer.claims.email")
    yield from _stage(
        cloud,
        [_replace("/accessLogSettings/format", broken)],
        [_replace("/accessLogSettings/format", before)],
    )


@mutation("API-02", "no access log")
def no_access_log(cloud: Cloud) -> Steps:
    stage = cloud.stage
    yield from _stage(
        cloud,
        [{"op": "remove", "path": "/accessLogSettings"}],
        [
            _replace("/accessLogSettings/destinationArn", str(stage.access_log_arn)),
            _replace("/accessLogSettings/format", str(stage.access_log_format)),
        ],
    )


@mutation("API-02", "data traces")
def data_traces(cloud: Cloud) -> Steps:
    path = "/*/*/logging/dataTrace"
    yield from _stage(cloud, [_replace(path, "true")], [_replace(path, "false")])


@mutation("API-04", "tracing off")
def stage_untraced(cloud: Cloud) -> Steps:
    client, stage = cloud.client("apigateway"), cloud.stage
    named = {"restApiId": stage.api_id, "stageName": stage.name}
    client.update_stage(**named, patchOperations=[_replace("/tracingEnabled", "true")])
    yield MENDED
    client.update_stage(**named, patchOperations=[_replace("/tracingEnabled", "false")])
    yield Broken(stage.arn)


@mutation("API-04", "a new stage")
def new_stage(cloud: Cloud) -> Steps:
    """Which also logs nothing, and has no web ACL."""
    client, stage = cloud.client("apigateway"), cloud.stage
    deployment = client.get_stage(restApiId=stage.api_id, stageName=stage.name)["deploymentId"]
    client.create_stage(restApiId=stage.api_id, stageName="mutation", deploymentId=deployment)
    arn = stage.arn.replace(f"/stages/{stage.name}", "/stages/mutation")
    yield Broken(arn, also=(("API-02", arn), ("WAF-01", arn)))
    client.delete_stage(restApiId=stage.api_id, stageName="mutation")


def _acl_log(cloud: Cloud, redacted: list[dict[str, Any]] | None) -> Steps:
    client, acl = cloud.client("wafv2"), cloud.account.web_acls.items[0]
    before = client.get_logging_configuration(ResourceArn=acl.arn)["LoggingConfiguration"]
    if redacted is None:
        client.delete_logging_configuration(ResourceArn=acl.arn)
    else:
        client.put_logging_configuration(LoggingConfiguration={**before, "RedactedFields": redacted})
    yield Broken(acl.arn)
    client.put_logging_configuration(LoggingConfiguration=before)


@mutation("WAF-02", "no log")
def acl_without_log(cloud: Cloud) -> Steps:
    yield from _acl_log(cloud, None)


@mutation("WAF-02", "tokens in the log")
def tokens_logged(cloud: Cloud) -> Steps:
    yield from _acl_log(cloud, [{"SingleHeader": {"Name": "cookie"}}])


def _selectors(cloud: Cloud) -> list[dict[str, Any]]:
    client = cloud.client("cloudtrail")
    found: list[dict[str, Any]] = client.get_event_selectors(TrailName=cloud.trail.name)[
        "AdvancedEventSelectors"
    ]
    return found


def _select(cloud: Cloud, broken: list[dict[str, Any]], before: list[dict[str, Any]]) -> Steps:
    client = cloud.client("cloudtrail")
    client.put_event_selectors(TrailName=cloud.trail.name, AdvancedEventSelectors=broken)
    yield Broken(cloud.root)
    client.put_event_selectors(TrailName=cloud.trail.name, AdvancedEventSelectors=before)


def _is_of(selector: dict[str, Any], kind: str) -> bool:
    return any(kind in field.get("Equals", ()) for field in selector["FieldSelectors"])


def _without(kind: str) -> Any:
    def steps(cloud: Cloud) -> Steps:
        before = _selectors(cloud)
        yield from _select(cloud, [s for s in before if not _is_of(s, kind)], before)

    return steps


for _kind in ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"):
    mutation("TRL-01", f"{_kind} not recorded")(_without(_kind))


@mutation("TRL-01", "only writes of tables")
def only_writes(cloud: Cloud) -> Steps:
    before = _selectors(cloud)
    broken = copy.deepcopy(before)
    for selector in broken:
        if _is_of(selector, "AWS::DynamoDB::Table"):
            selector["FieldSelectors"].append({"Field": "readOnly", "Equals": ["false"]})
    yield from _select(cloud, broken, before)


@mutation("TRL-01", "one table left out")
def one_table_left_out(cloud: Cloud) -> Steps:
    before = _selectors(cloud)
    broken = copy.deepcopy(before)
    for selector in broken:
        if _is_of(selector, "AWS::DynamoDB::Table"):
            arn = cloud.table("-patients").arn
            selector["FieldSelectors"].append({"Field": "resources.ARN", "NotEquals": [arn]})
    yield from _select(cloud, broken, before)


def _trail(cloud: Cloud, resource: str, broken: dict[str, Any], mended: dict[str, Any]) -> Steps:
    client = cloud.client("cloudtrail")
    client.update_trail(Name=cloud.trail.name, **broken)
    yield Broken(resource)
    client.update_trail(Name=cloud.trail.name, **mended)


@mutation("TRL-02", "validation off")
def no_validation(cloud: Cloud) -> Steps:
    yield from _trail(
        cloud, cloud.trail.arn, {"EnableLogFileValidation": False}, {"EnableLogFileValidation": True}
    )


@mutation("TRL-02", "a new trail")
def new_trail(cloud: Cloud) -> Steps:
    """As CloudTrail makes one: without a key, too; the bucket's lock is as short as for the other."""
    client = cloud.client("cloudtrail")
    arn = client.create_trail(Name="mutation", S3BucketName=cloud.trail.bucket)["TrailARN"]
    yield Broken(arn, also=(("TRL-03", arn), ("TRL-05", arn)))
    client.delete_trail(Name="mutation")


@mutation("TRL-03", "no key")
def trail_without_key(cloud: Cloud) -> Steps:
    yield from _trail(cloud, cloud.trail.arn, {"KmsKeyId": ""}, {"KmsKeyId": cloud.trail.key})


@mutation("TRL-03", "AWS's key")
def trail_with_aws_key(cloud: Cloud) -> Steps:
    yield from _trail(cloud, cloud.trail.arn, {"KmsKeyId": "alias/aws/s3"}, {"KmsKeyId": cloud.trail.key})


@mutation("TRL-04", "one region")
def one_region(cloud: Cloud) -> Steps:
    yield from _trail(cloud, cloud.root, {"IsMultiRegionTrail": False}, {"IsMultiRegionTrail": True})


@mutation("TRL-04", "stopped")
def stopped(cloud: Cloud) -> Steps:
    client = cloud.client("cloudtrail")
    client.stop_logging(Name=cloud.trail.name)
    yield Broken(cloud.root, also=(("ALM-03", cloud.root), ("TRL-01", cloud.root)))
    client.start_logging(Name=cloud.trail.name)


@mutation("TRL-04", "no management events")
def no_management_events(cloud: Cloud) -> Steps:
    before = _selectors(cloud)
    yield from _select(cloud, [s for s in before if not _is_of(s, "Management")], before)


def _lock(cloud: Cloud, broken: dict[str, Any]) -> Steps:
    """environments/local locks for a day: first for seven years, then worse."""
    s3, bucket = cloud.client("s3"), cloud.archive
    before = s3.get_object_lock_configuration(Bucket=bucket.name)["ObjectLockConfiguration"]

    def lock(configuration: dict[str, Any]) -> None:
        s3.put_object_lock_configuration(Bucket=bucket.name, ObjectLockConfiguration=configuration)

    lock({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 2557}}})
    yield MENDED
    lock(broken)
    exported = [f.log_group for f in cloud.account.functions.items]
    groups = [group.arn for group in cloud.account.log_groups.items if group.name in exported]
    yield Broken(cloud.trail.arn, also=tuple(("LOG-03", arn) for arn in groups))
    lock(before)


@mutation("TRL-05", "90 days")
def short_lock(cloud: Cloud) -> Steps:
    rule = {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 90}}
    yield from _lock(cloud, {"ObjectLockEnabled": "Enabled", "Rule": rule})


@mutation("TRL-05", "no default lock")
def no_default_lock(cloud: Cloud) -> Steps:
    yield from _lock(cloud, {"ObjectLockEnabled": "Enabled"})


@mutation("AUD-01", "the audit table can be changed")
def audit_can_be_changed(cloud: Cloud) -> Steps:
    cloud.permit(cloud.role, "mutation", allow("dynamodb:DeleteItem", cloud.table("-audit").arn))
    yield Broken(cloud.function.arn)
    cloud.forbid(cloud.role, "mutation")


@mutation("AUD-01", "the audit table cannot be written")
def audit_cannot_be_written(cloud: Cloud) -> Steps:
    denied = {"Effect": "Deny", "Action": "dynamodb:PutItem", "Resource": cloud.table("-audit").arn}
    cloud.permit(cloud.role, "mutation", denied)
    yield Broken(cloud.function.arn)
    cloud.forbid(cloud.role, "mutation")
