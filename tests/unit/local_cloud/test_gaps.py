"""What moto drops by itself and keeps here: each a difference that Terraform or an audit would see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from moto.cloudwatch.models import CloudWatchBackend

from scripts.local_cloud.gaps import cloudwatch
from scripts.local_cloud.gaps.patching import GapClosedError, add, wrap
from tests.unit.local_cloud.api import STAGE, deploy
from tests.unit.local_cloud.support import Cloud, allow, document, unique, zip_of

SOURCE = "def handler(event, context):\n    return None"


def test_kms_keeps_the_rotation_period(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


def test_aws_has_one_key_an_alias_and_it_is_awss(cloud: Cloud) -> None:
    kms = cloud.client("kms")
    found = [kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"] for _ in range(2)]
    assert found[0]["KeyId"] == found[1]["KeyId"]
    assert found[0]["KeyManager"] == "AWS"


def test_sns_gives_attributes_back(cloud: Cloud) -> None:
    sns = cloud.client("sns")
    topic = sns.create_topic(Name=unique("topic"), Attributes={"SignatureVersion": "2"})["TopicArn"]
    assert sns.get_topic_attributes(TopicArn=topic)["Attributes"]["SignatureVersion"] == "2"


def test_ses_describes_configuration_sets_as_terraform_reads_them(cloud: Cloud) -> None:
    ses, name, domain = cloud.client("sesv2"), unique("set"), f"{unique('domain')}.example"
    tags = [{"Key": "Project", "Value": "test"}]
    ses.create_configuration_set(
        ConfigurationSetName=name, DeliveryOptions={"TlsPolicy": "REQUIRE"}, Tags=tags
    )
    ses.create_email_identity(EmailIdentity=domain, Tags=tags)
    described = ses.get_configuration_set(ConfigurationSetName=name)
    assert described["SendingOptions"] == {"SendingEnabled": True}
    assert described["DeliveryOptions"] == {"TlsPolicy": "REQUIRE"}
    assert "TrackingOptions" not in described
    for resource in (f"configuration-set/{name}", f"identity/{domain}"):
        arn = cloud.arn("ses", resource)
        assert ses.list_tags_for_resource(ResourceArn=arn)["Tags"] == tags


def test_sqs_keeps_its_policies_as_they_were_written(cloud: Cloud) -> None:
    sqs, name = cloud.client("sqs"), unique("queue")
    dead = unique("dead")
    sqs.create_queue(QueueName=dead)
    redrive = json.dumps(
        {"deadLetterTargetArn": cloud.arn("sqs", dead), "maxReceiveCount": 5}, separators=(",", ":")
    )
    policy = document([{"Effect": "Allow", "Principal": "*", "Action": "sqs:*", "Resource": "*"}])
    allow = json.dumps({"redrivePermission": "denyAll"})
    url = sqs.create_queue(
        QueueName=name,
        Attributes={"RedrivePolicy": redrive, "Policy": policy, "RedriveAllowPolicy": allow},
    )["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "3"})
    names = ["RedrivePolicy", "Policy", "RedriveAllowPolicy", "DelaySeconds"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert found == {
        "RedrivePolicy": redrive,
        "Policy": policy,
        "RedriveAllowPolicy": allow,
        "DelaySeconds": "3",
    }
    whole = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert found.items() <= whole.items()


def test_a_bucket_says_that_it_tells_eventbridge(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=bucket)
    s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    assert s3.get_bucket_notification_configuration(Bucket=bucket)["EventBridgeConfiguration"] == {}


def test_a_buckets_default_lock_changes_for_what_comes_after(cloud: Cloud) -> None:
    """As `terraform destroy` does before it empties the bucket."""
    s3, bucket = cloud.client("s3"), unique("locked")
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    day = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    enabled: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=enabled | day)
    locked = s3.put_object(Bucket=bucket, Key="report", Body=b"1", ChecksumAlgorithm="SHA256")["VersionId"]
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration=enabled)
    assert s3.get_object_lock_configuration(Bucket=bucket)["ObjectLockConfiguration"] == enabled
    s3.put_object(Bucket=bucket, Key="later", Body=b"1", ChecksumAlgorithm="SHA256")
    assert "ObjectLockMode" not in s3.head_object(Bucket=bucket, Key="later")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=bucket, Key="report", VersionId=locked)
    s3.delete_object(Bucket=bucket, Key="report", VersionId=locked, BypassGovernanceRetention=True)
    assert [v["Key"] for v in s3.list_object_versions(Bucket=bucket)["Versions"]] == ["later"]


def test_a_bucket_with_delete_markers_is_emptied(cloud: Cloud) -> None:
    """As `terraform destroy` does, which suspends versioning first."""
    s3, bucket = cloud.client("s3"), unique("marked")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="report", Body=b"1")
    s3.delete_object(Bucket=bucket, Key="report")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    found = s3.list_object_versions(Bucket=bucket)
    for version in [*found["Versions"], *found["DeleteMarkers"]]:
        named: Any = {"Key": version["Key"], "VersionId": version["VersionId"]}
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [named]})
    s3.delete_bucket(Bucket=bucket)
    assert bucket not in {found["Name"] for found in s3.list_buckets()["Buckets"]}


def test_a_bucket_may_log_to_one_whose_policy_names_everyone(cloud: Cloud) -> None:
    s3, source, target = cloud.client("s3"), unique("source"), unique("target")
    for bucket in (source, target):
        s3.create_bucket(Bucket=bucket)
    statements: list[dict[str, Any]] = [
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": f"arn:aws:s3:::{target}/*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"Service": "logging.s3.amazonaws.com"},
            "Action": ["s3:PutObject"],
            "Resource": f"arn:aws:s3:::{target}/*",
        },
    ]
    s3.put_bucket_policy(Bucket=target, Policy=document(statements))
    logging = {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": "logs/"}}
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus=logging)
    assert s3.get_bucket_logging(Bucket=source)["LoggingEnabled"]["TargetBucket"] == target


def test_rules_between_security_groups_keep_their_description(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    groups = [
        ec2.create_security_group(GroupName=unique("group"), Description="d", VpcId=vpc)["GroupId"]
        for _ in range(2)
    ]
    lists = ec2.describe_managed_prefix_lists()["PrefixLists"]
    permission = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    permissions = [
        {**permission, "UserIdGroupPairs": [{"GroupId": groups[1], "Description": "to the endpoints"}]},
        {
            **permission,
            "PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], "Description": "to S3"}],
        },
    ]
    ec2.authorize_security_group_egress(GroupId=groups[0], IpPermissions=permissions)
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [groups[0]]}])
    found = {rule.get("Description") for rule in rules["SecurityGroupRules"]}
    assert {"to the endpoints", "to S3"} <= found


def test_flow_logs_to_a_group_named_by_its_arn_are_delivered(cloud: Cloud) -> None:
    ec2, group = cloud.client("ec2"), unique("/flow-logs")
    cloud.client("logs").create_log_group(logGroupName=group)
    vpc = ec2.create_vpc(CidrBlock="10.6.0.0/16")["Vpc"]["VpcId"]
    made = ec2.create_flow_logs(
        ResourceIds=[vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogDestination=cloud.arn("logs", f"log-group:{group}"),
        DeliverLogsPermissionArn=cloud.role_arn("any"),
    )["FlowLogIds"]
    assert ec2.describe_flow_logs(FlowLogIds=made)["FlowLogs"][0]["DeliverLogsStatus"] == "SUCCESS"


def test_lists_that_an_audit_asks_for_are_given(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), cloud.function(SOURCE, group=False)
    assert client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"] == []
    client.create_function_url_config(FunctionName=name, AuthType="AWS_IAM")
    found = client.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
    assert [config["AuthType"] for config in found] == ["AWS_IAM"]
    assert client.list_code_signing_configs()["CodeSigningConfigs"] == []
    assert cloud.client("ce").get_anomaly_subscriptions()["AnomalySubscriptions"] == []
    assert cloud.client("ce").get_anomaly_monitors()["AnomalyMonitors"] == []


def test_a_web_acl_names_the_stages_it_protects(cloud: Cloud) -> None:
    api, waf = deploy(cloud), cloud.client("wafv2")
    visibility = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
    acl = waf.create_web_acl(
        Name=unique("acl"), Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )["Summary"]["ARN"]
    stage = f"arn:aws:apigateway:{cloud.state.region}::/restapis/{api.api_id}/stages/{STAGE}"
    waf.associate_web_acl(WebACLArn=acl, ResourceArn=stage)
    found = waf.list_resources_for_web_acl(WebACLArn=acl, ResourceType="API_GATEWAY")["ResourceArns"]
    assert found == [stage]
    assert waf.list_resources_for_web_acl(WebACLArn=acl)["ResourceArns"] == []


def test_a_web_acl_keeps_what_it_leaves_out_of_its_logs(cloud: Cloud) -> None:
    waf, name = cloud.client("wafv2"), unique("acl")
    metrics = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": name}
    common = {"Name": name, "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": metrics}
    body = {"DataProtections": [{"Field": {"FieldType": "BODY"}, "Action": "SUBSTITUTION"}]}
    made = waf.create_web_acl(**common, DataProtectionConfig=body)["Summary"]
    which = {"Name": name, "Scope": "REGIONAL", "Id": made["Id"]}
    assert waf.get_web_acl(**which)["WebACL"]["DataProtectionConfig"] == body
    lock = waf.get_web_acl(**which)["LockToken"]
    waf.update_web_acl(**common, Id=made["Id"], LockToken=lock, Rules=[])
    assert "DataProtectionConfig" not in waf.get_web_acl(**which)["WebACL"]


def test_a_vpc_takes_its_default_network_acl_along(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    in_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    assert len(ec2.describe_network_acls(Filters=in_vpc)["NetworkAcls"]) == 1
    ec2.delete_vpc(VpcId=vpc)
    assert ec2.describe_network_acls(Filters=in_vpc)["NetworkAcls"] == []


def test_a_budget_keeps_tags_and_subscribers(cloud: Cloud) -> None:
    budgets, name = cloud.client("budgets"), unique("budget")
    account = cloud.state.account_id
    notification = {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": 80.0,
        "ThresholdType": "PERCENTAGE",
    }
    subscriber = {"SubscriptionType": "SNS", "Address": cloud.arn("sns", "alerts")}
    budgets.create_budget(
        AccountId=account,
        Budget={
            "BudgetName": name,
            "BudgetLimit": {"Amount": "100", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        },
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [subscriber]}],
        ResourceTags=[{"Key": "a", "Value": "b"}],
    )
    which = {"AccountId": account, "BudgetName": name, "Notification": notification}
    assert budgets.describe_subscribers_for_notification(**which)["Subscribers"] == [subscriber]
    another = {"SubscriptionType": "EMAIL", "Address": "security@example.org"}
    budgets.create_subscriber(**which, Subscriber=another)
    budgets.delete_subscriber(**which, Subscriber=subscriber)
    assert budgets.describe_subscribers_for_notification(**which)["Subscribers"] == [another]
    arn = f"arn:aws:budgets::{account}:budget/{name}"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "c", "Value": "d"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["a"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "c", "Value": "d"}]


def test_a_function_keeps_its_dead_letters_logging_and_vpc(cloud: Cloud) -> None:
    ec2, client, name = cloud.client("ec2"), cloud.client("lambda"), unique("function")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName=unique("group"), Description="d", VpcId=vpc)["GroupId"]
    target = cloud.arn("sqs", "dead-letters")
    client.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=cloud.role_arn(cloud.role([allow("ec2:*")], {"Service": "lambda.amazonaws.com"})),
        Code={"ZipFile": zip_of(SOURCE)},
        DeadLetterConfig={"TargetArn": target},
        LoggingConfig={"LogFormat": "JSON", "LogGroup": "/somewhere/else"},
        SnapStart={"ApplyOn": "PublishedVersions"},
        VpcConfig={"SubnetIds": [subnet], "SecurityGroupIds": [group]},
    )
    found = client.get_function_configuration(FunctionName=name)
    assert found["DeadLetterConfig"] == {"TargetArn": target}
    assert (found["LoggingConfig"]["LogFormat"], found["LoggingConfig"]["LogGroup"]) == (
        "JSON",
        "/somewhere/else",
    )
    assert found["VpcConfig"]["VpcId"] == vpc
    assert found["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    published = client.publish_version(FunctionName=name)
    assert published["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}
    key = cloud.arn("kms", "key/1")
    client.update_function_configuration(
        FunctionName=name,
        KMSKeyArn=key,
        TracingConfig={"Mode": "Active"},
        DeadLetterConfig={"TargetArn": f"{target}-2"},
        EphemeralStorage={"Size": 1024},
    )
    changed = client.get_function_configuration(FunctionName=name)
    assert changed["KMSKeyArn"] == key
    assert changed["TracingConfig"] == {"Mode": "Active"}
    assert changed["DeadLetterConfig"] == {"TargetArn": f"{target}-2"}
    assert changed["EphemeralStorage"] == {"Size": 1024}
    assert changed["LoggingConfig"]["LogGroup"] == "/somewhere/else", "what was not changed stays"


def test_log_groups_have_masking_policies_and_saved_queries(cloud: Cloud) -> None:
    logs, group = cloud.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=group)
    arn = cloud.arn("logs", f"log-group:{group}")
    logs.put_data_protection_policy(logGroupIdentifier=arn, policyDocument='{"Name": "mask"}')
    found = logs.get_data_protection_policy(logGroupIdentifier=group)
    assert found["policyDocument"] == '{"Name": "mask"}'
    logs.delete_data_protection_policy(logGroupIdentifier=group)
    assert "policyDocument" not in logs.get_data_protection_policy(logGroupIdentifier=group)
    query, name = {"queryString": "fields @message", "logGroupNames": [group]}, unique("query")
    identifier = logs.put_query_definition(name=name, **query)["queryDefinitionId"]
    listed = logs.describe_query_definitions(queryDefinitionNamePrefix=name)["queryDefinitions"]
    assert [found["queryDefinitionId"] for found in listed] == [identifier]
    assert logs.delete_query_definition(queryDefinitionId=identifier)["success"] is True
    policy = {"policyName": name, "policyType": "DATA_PROTECTION_POLICY"}
    logs.put_account_policy(**policy, policyDocument="{}")
    described = logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"]
    assert [found["policyName"] for found in described] == [name]
    logs.delete_account_policy(**policy)
    assert not logs.describe_account_policies(policyType="DATA_PROTECTION_POLICY")["accountPolicies"]


def test_alarms_are_listed_while_others_are_made() -> None:
    backend = CloudWatchBackend("us-east-1", "123456789012")
    backend.alarms = cloudwatch.Alarms(first="one")
    for number, _ in enumerate(backend.describe_alarms()):
        backend.alarms[f"more-{number}"] = "another"
    assert isinstance(CloudWatchBackend("us-east-1", "123456789012").alarms, cloudwatch.Alarms)


def test_composite_alarms_can_be_made(cloud: Cloud) -> None:
    client, name = cloud.client("cloudwatch"), unique("composite")
    client.put_composite_alarm(AlarmName=name, AlarmRule='ALARM("other")')
    found = client.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])
    assert [alarm["AlarmRule"] for alarm in found["CompositeAlarms"]] == ['ALARM("other")']


def test_a_trail_is_deleted_by_its_arn(cloud: Cloud) -> None:
    trails, s3, bucket = cloud.client("cloudtrail"), cloud.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    arn = trails.create_trail(Name=unique("trail"), S3BucketName=bucket)["TrailARN"]
    trails.delete_trail(Name=arn)
    assert arn not in [trail["TrailARN"] for trail in trails.list_trails()["Trails"]]


def test_an_imported_document_makes_authorizers_validators_and_gateway_responses(cloud: Cloud) -> None:
    api = deploy(cloud, gateway_responses={"DEFAULT_4XX": {"statusCode": "418"}})
    apis = cloud.client("apigateway")
    authorizers = apis.get_authorizers(restApiId=api.api_id)["items"]
    assert [(a["type"], a["name"]) for a in authorizers] == [("COGNITO_USER_POOLS", "Pool")]
    validators = apis.get_request_validators(restApiId=api.api_id)["items"]
    assert [validator["validateRequestBody"] for validator in validators] == [True]
    responses = apis.get_gateway_responses(restApiId=api.api_id)["items"]
    assert [(found["responseType"], found["statusCode"]) for found in responses] == [("DEFAULT_4XX", "418")]
    resources = apis.get_resources(restApiId=api.api_id, embed=["methods"])["items"]
    methods = next(r for r in resources if r["path"] == "/patients/{patient_id}")["resourceMethods"]
    assert methods["GET"]["authorizationType"] == "COGNITO_USER_POOLS"
    assert methods["GET"]["authorizerId"] == authorizers[0]["id"]
    assert methods["OPTIONS"]["authorizationType"] == "NONE"
    assert methods["OPTIONS"]["methodIntegration"]["type"] == "MOCK"
    assert methods["PUT"]["requestValidatorId"] == validators[0]["id"]
    assert methods["PUT"]["requestModels"] == {"application/json": "Patient"}
    assert methods["PUT"]["requestParameters"]["method.request.querystring.why"] is True


def test_the_export_is_what_was_deployed(cloud: Cloud) -> None:
    api, apis = deploy(cloud), cloud.client("apigateway")
    which = {"restApiId": api.api_id, "stageName": STAGE, "exportType": "oas30"}
    whole = json.loads(apis.get_export(**which, parameters={"extensions": "apigateway"})["body"].read())
    plain = json.loads(apis.get_export(**which)["body"].read())
    assert whole["paths"]["/patients/me"]["get"]["x-amazon-apigateway-integration"]["type"] == "aws_proxy"
    assert "x-amazon" not in json.dumps(plain)
    assert list(plain["paths"]) == list(whole["paths"])


def test_a_gap_that_moto_has_closed_says_so() -> None:
    class Owner:
        def there(self) -> str:
            return "moto's"

    with pytest.raises(GapClosedError, match=r"moto has Owner\.there now"):
        add(Owner, "there")(lambda _self: "ours")
    wrap(Owner, "there")(lambda original, self: f"{original(self)}, mended")
    assert Owner().there() == "moto's, mended"
