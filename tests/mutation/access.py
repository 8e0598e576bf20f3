"""Mutations of access control: functions, APIs, user pools, and the policies of stores."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import known

from tests.mutation.cloud import PUBLIC, STRANGER, Cloud, allow, with_statement
from tests.mutation.model import Broken, Steps, mutation


def _open_url(cloud: Cloud, **where: str) -> Steps:
    """With the permission without which the URL answers nobody: it is public, too."""
    client, at = cloud.client("lambda"), {"FunctionName": cloud.function.name, **where}
    client.create_function_url_config(**at, AuthType="NONE")
    client.add_permission(
        **at,
        StatementId="mutation",
        Action="lambda:InvokeFunctionUrl",
        Principal="*",
        FunctionUrlAuthType="NONE",
    )
    yield Broken(cloud.function.arn, also=(("LAM-07", cloud.function.arn),))
    client.remove_permission(**at, StatementId="mutation")
    client.delete_function_url_config(**at)


@mutation("LAM-04", "a URL for anybody")
def open_url(cloud: Cloud) -> Steps:
    yield from _open_url(cloud)


@mutation("LAM-04", "a URL of the alias for anybody")
def open_url_of_the_alias(cloud: Cloud) -> Steps:
    yield from _open_url(cloud, Qualifier="live")


def _permission(cloud: Cloud, principal: str, **where: str) -> Steps:
    client, at = cloud.client("lambda"), {"FunctionName": cloud.function.name, **where}
    client.add_permission(
        **at,
        StatementId="mutation",
        Action="lambda:InvokeFunction",
        Principal=principal,
    )
    yield Broken(cloud.function.arn)
    client.remove_permission(**at, StatementId="mutation")


@mutation("LAM-07", "anybody may invoke")
def public_function(cloud: Cloud) -> Steps:
    yield from _permission(cloud, "*")


@mutation("LAM-07", "anybody may invoke the alias")
def public_alias(cloud: Cloud) -> Steps:
    yield from _permission(cloud, "*", Qualifier="live")


@mutation("LAM-07", "every topic of everybody may invoke")
def unpinned_service(cloud: Cloud) -> Steps:
    yield from _permission(cloud, "sns.amazonaws.com")


@mutation("LAM-07", "another account may invoke")
def foreign_invoker(cloud: Cloud) -> Steps:
    yield from _permission(cloud, "999999999999")


def _api(cloud: Cloud) -> Any:
    return cloud.account.rest_apis.items[0]


@mutation("API-01", "a method that needs nothing")
def open_method(cloud: Cloud) -> Steps:
    client, api = cloud.client("apigateway"), _api(cloud)
    root = next(r["id"] for r in client.get_resources(restApiId=api.id)["items"] if r["path"] == "/")
    made = client.create_resource(restApiId=api.id, parentId=root, pathPart="mutation")["id"]
    client.put_method(restApiId=api.id, resourceId=made, httpMethod="GET", authorizationType="NONE")
    yield Broken(api.arn)
    client.delete_resource(restApiId=api.id, resourceId=made)


@mutation("API-01", "OPTIONS that calls the function")
def preflight_that_calls(cloud: Cloud) -> Steps:
    client, api = cloud.client("apigateway"), _api(cloud)
    root = next(r["id"] for r in client.get_resources(restApiId=api.id)["items"] if r["path"] == "/")
    made = client.create_resource(restApiId=api.id, parentId=root, pathPart="mutation")["id"]
    at = {"restApiId": api.id, "resourceId": made, "httpMethod": "OPTIONS"}
    client.put_method(**at, authorizationType="NONE")
    region, arn = cloud.account.region, cloud.function.arn
    uri = f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    client.put_integration(**at, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    yield Broken(api.arn)
    client.delete_resource(restApiId=api.id, resourceId=made)


@mutation("WAF-01", "no web ACL")
def no_web_acl(cloud: Cloud) -> Steps:
    client, stage = cloud.client("wafv2"), cloud.stage
    cloud.client("apigateway")  # the stage names its ACL, too
    acl = next(a.arn for a in cloud.account.web_acls.items if stage.arn in known(a.protects))
    client.disassociate_web_acl(ResourceArn=stage.arn)
    yield Broken(stage.arn)
    client.associate_web_acl(WebACLArn=acl, ResourceArn=stage.arn)


def _rules(cloud: Cloud, rules: list[dict[str, Any]]) -> Steps:
    client = cloud.client("wafv2")
    listed = next(a for a in client.list_web_acls(Scope="REGIONAL")["WebACLs"])
    named = {"Name": listed["Name"], "Id": listed["Id"], "Scope": "REGIONAL"}
    before = client.get_web_acl(**named)["WebACL"]
    known = set(client.meta.service_model.operation_model("UpdateWebACL").input_shape.members)

    def update(rules: list[dict[str, Any]]) -> None:
        kept = {name: value for name, value in before.items() if name in known}
        token = client.get_web_acl(**named)["LockToken"]
        client.update_web_acl(**{**kept, **named, "Rules": rules, "LockToken": token})

    update(rules or [_counting(rule) for rule in before["Rules"]])
    yield Broken(cloud.stage.arn)
    update(before["Rules"])


def _counting(rule: dict[str, Any]) -> dict[str, Any]:
    kind = "OverrideAction" if "OverrideAction" in rule else "Action"
    return {**rule, kind: {"Count": {}}}


@mutation("WAF-01", "every rule only counts")
def rules_only_count(cloud: Cloud) -> Steps:
    yield from _rules(cloud, [])


@mutation("WAF-01", "one rule is left, which allows")
def rule_that_allows(cloud: Cloud) -> Steps:
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "mutation"}
    matched = {"GeoMatchStatement": {"CountryCodes": ["US"]}}
    rule = {"Name": "mutation", "Priority": 1, "Statement": matched, "Action": {"Allow": {}}}
    yield from _rules(cloud, [{**rule, "VisibilityConfig": visible}])


def _mfa(cloud: Cloud, wanted: str) -> Steps:
    client, pool = cloud.client("cognito-idp"), cloud.pool
    totp = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}
    client.set_user_pool_mfa_config(
        UserPoolId=pool.id, MfaConfiguration=wanted, **(totp if wanted != "OFF" else {})
    )
    yield Broken(pool.arn)
    client.set_user_pool_mfa_config(UserPoolId=pool.id, MfaConfiguration="ON", **totp)


@mutation("COG-01", "MFA off")
def no_mfa(cloud: Cloud) -> Steps:
    yield from _mfa(cloud, "OFF")


@mutation("COG-01", "MFA as one likes")
def optional_mfa(cloud: Cloud) -> Steps:
    yield from _mfa(cloud, "OPTIONAL")


def _passwords(cloud: Cloud, **weaker: Any) -> Steps:
    """``update_user_pool`` resets what it is not given, MFA among it."""
    client, pool = cloud.client("cognito-idp"), cloud.pool
    described = client.describe_user_pool(UserPoolId=pool.id)["UserPool"]
    known = set(client.meta.service_model.operation_model("UpdateUserPool").input_shape.members)
    kept = {name: value for name, value in described.items() if name in known}
    before = described["Policies"]["PasswordPolicy"]

    def update(password: dict[str, Any]) -> None:
        policies = {**described["Policies"], "PasswordPolicy": password}
        client.update_user_pool(**{**kept, "UserPoolId": pool.id, "Policies": policies})

    update({**before, **weaker})
    yield Broken(pool.arn)
    update(before)


@mutation("COG-02", "8 characters")
def short_passwords(cloud: Cloud) -> Steps:
    yield from _passwords(cloud, MinimumLength=8)


@mutation("COG-02", "no symbols")
def plain_passwords(cloud: Cloud) -> Steps:
    yield from _passwords(cloud, RequireSymbols=False)


def _client(cloud: Cloud, **longer: Any) -> Steps:
    client, pool = cloud.client("cognito-idp"), cloud.pool
    listed = client.list_user_pool_clients(UserPoolId=pool.id)["UserPoolClients"][0]["ClientId"]
    described = client.describe_user_pool_client(UserPoolId=pool.id, ClientId=listed)["UserPoolClient"]
    known = set(client.meta.service_model.operation_model("UpdateUserPoolClient").input_shape.members)
    kept = {name: value for name, value in described.items() if name in known}
    client.update_user_pool_client(**{**kept, **longer})
    yield Broken(pool.arn)
    client.update_user_pool_client(**kept)


_UNITS = {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "hours"}


@mutation("COG-03", "access tokens for 8 hours")
def long_tokens(cloud: Cloud) -> Steps:
    lasting = {"AccessTokenValidity": 8, "IdTokenValidity": 1, "RefreshTokenValidity": 8}
    yield from _client(cloud, TokenValidityUnits=_UNITS, **lasting)


@mutation("COG-03", "sessions for 30 days")
def long_sessions(cloud: Cloud) -> Steps:
    lasting = {"AccessTokenValidity": 1, "IdTokenValidity": 1, "RefreshTokenValidity": 720}
    yield from _client(cloud, TokenValidityUnits=_UNITS, **lasting)


@mutation("COG-04", "no groups")
def no_groups(cloud: Cloud) -> Steps:
    client, pool = cloud.client("cognito-idp"), cloud.pool
    groups = client.list_groups(UserPoolId=pool.id)["Groups"]
    known = set(client.meta.service_model.operation_model("CreateGroup").input_shape.members)
    for group in groups:
        client.delete_group(UserPoolId=pool.id, GroupName=group["GroupName"])
    yield Broken(pool.arn)
    for group in groups:
        client.create_group(**{name: value for name, value in group.items() if name in known})


@mutation("COG-04", "a new pool")
def new_pool(cloud: Cloud) -> Steps:
    """As Cognito makes one: nothing else of it is good either."""
    client = cloud.client("cognito-idp")
    pool = client.create_user_pool(PoolName="mutation")["UserPool"]
    yield Broken(pool["Arn"], also=tuple((control, pool["Arn"]) for control in ("COG-01", "COG-02")))
    client.delete_user_pool(UserPoolId=pool["Id"])


def _public_block(cloud: Cloud, **switches: bool) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.archive
    on = dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    if switches:
        s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration={**on, **switches})
    else:
        s3.delete_public_access_block(Bucket=bucket.name)
    yield Broken(bucket.arn)
    s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=on)


@mutation("S3-01", "none of the switches")
def no_public_block(cloud: Cloud) -> Steps:
    yield from _public_block(cloud)


@mutation("S3-01", "three of four switches")
def three_switches(cloud: Cloud) -> Steps:
    yield from _public_block(cloud, RestrictPublicBuckets=False)


def _bucket_policy(cloud: Cloud, principal: dict[str, Any]) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.archive
    statement = allow("s3:GetObject", f"{bucket.arn}/*", **principal)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=with_statement(str(bucket.policy), statement))
    yield Broken(bucket.arn)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=str(bucket.policy))


@mutation("S3-02", "anybody may read")
def public_bucket(cloud: Cloud) -> Steps:
    yield from _bucket_policy(cloud, PUBLIC)


@mutation("S3-02", "another account may read")
def foreign_reader(cloud: Cloud) -> Steps:
    yield from _bucket_policy(cloud, STRANGER)


def _queue_policy(cloud: Cloud, principal: dict[str, Any]) -> Steps:
    sqs = cloud.client("sqs")
    queue = next(q for q in cloud.account.queues.items if q.arn == cloud.function.dead_letter_arn)
    broken = with_statement(str(queue.policy), allow("sqs:SendMessage", queue.arn, **principal))
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes={"Policy": broken})
    yield Broken(queue.arn)
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes={"Policy": str(queue.policy)})


@mutation("SQS-02", "anybody may send")
def public_queue(cloud: Cloud) -> Steps:
    yield from _queue_policy(cloud, PUBLIC)


@mutation("SQS-02", "every topic of everybody may send")
def queue_for_any_topic(cloud: Cloud) -> Steps:
    yield from _queue_policy(cloud, {"Principal": {"Service": "sns.amazonaws.com"}})


def _topic_policy(cloud: Cloud, principal: dict[str, Any]) -> Steps:
    sns, topic = cloud.client("sns"), cloud.topic
    named = {"TopicArn": topic.arn, "AttributeName": "Policy"}
    broken = with_statement(topic.policy, allow("sns:Publish", topic.arn, **principal))
    sns.set_topic_attributes(**named, AttributeValue=broken)
    yield Broken(topic.arn)
    sns.set_topic_attributes(**named, AttributeValue=topic.policy)


@mutation("SNS-02", "anybody may publish")
def public_topic(cloud: Cloud) -> Steps:
    yield from _topic_policy(cloud, PUBLIC)


@mutation("SNS-02", "another account may publish")
def foreign_publisher(cloud: Cloud) -> Steps:
    yield from _topic_policy(cloud, STRANGER)


def _bus_policy(cloud: Cloud, principal: str) -> Steps:
    events = cloud.client("events")
    bus = cloud.account.event_buses.items[0]
    events.put_permission(
        EventBusName=bus.name, Action="events:PutEvents", Principal=principal, StatementId="mutation"
    )
    yield Broken(bus.arn)
    events.remove_permission(EventBusName=bus.name, StatementId="mutation")


@mutation("EVB-01", "anybody may put events")
def public_bus(cloud: Cloud) -> Steps:
    yield from _bus_policy(cloud, "*")


@mutation("EVB-01", "another account may put events")
def foreign_events(cloud: Cloud) -> Steps:
    yield from _bus_policy(cloud, "999999999999")
