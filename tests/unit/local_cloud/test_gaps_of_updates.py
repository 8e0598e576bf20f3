"""Updates that moto drops or doubles, and an audit would see."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, unique, zip_of


def test_a_table_changes_its_key(cloud: Cloud) -> None:
    dynamodb, name = cloud.client("dynamodb"), unique("table")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb.update_table(TableName=name, SSESpecification=wanted)
    assert dynamodb.describe_table(TableName=name)["Table"]["SSEDescription"]["KMSMasterKeyArn"] == key
    dynamodb.update_table(TableName=name, SSESpecification={"Enabled": False})
    assert "KMSMasterKeyArn" not in dynamodb.describe_table(TableName=name)["Table"].get("SSEDescription", {})


def test_an_endpoint_changes_its_private_dns(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    endpoint = ec2.create_vpc_endpoint(
        VpcId=vpc,
        ServiceName="com.amazonaws.us-east-1.kms",
        VpcEndpointType="Interface",
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    for wanted in (False, True):
        ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, PrivateDnsEnabled=wanted)
        found = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]
        assert found["PrivateDnsEnabled"] is wanted
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])


def test_a_metric_filter_is_updated_not_doubled(cloud: Cloud) -> None:
    logs, group = cloud.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=group)
    for pattern in ("first", "second"):
        logs.put_metric_filter(
            logGroupName=group,
            filterName="refusals",
            filterPattern=pattern,
            metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
        )
    found = logs.describe_metric_filters(logGroupName=group)["metricFilters"]
    assert [f["filterPattern"] for f in found] == ["second"]


def test_a_permission_for_an_account_names_it_as_aws_does(cloud: Cloud) -> None:
    client, name = cloud.client("lambda"), unique("function")
    client.create_function(
        FunctionName=name,
        Role=cloud.role_arn(cloud.role([], {"Service": "lambda.amazonaws.com"})),
        Runtime="python3.13",
        Handler="app.handler",
        Code={"ZipFile": zip_of("def handler(event, context):\n    return None")},
    )
    client.add_permission(
        FunctionName=name, StatementId="x", Action="lambda:InvokeFunction", Principal="999999999999"
    )
    statement = json.loads(client.get_policy(FunctionName=name)["Policy"])["Statement"][0]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::999999999999:root"}


def test_everybody_is_a_star_in_the_policy_of_a_bus(cloud: Cloud) -> None:
    events = cloud.client("events")
    events.put_permission(Action="events:PutEvents", Principal="*", StatementId="all")
    policy = json.loads(events.describe_event_bus()["Policy"])
    events.remove_permission(StatementId="all")
    assert [s["Principal"] for s in policy["Statement"]] == ["*"]


def test_a_log_group_takes_and_gives_up_a_key(cloud: Cloud) -> None:
    logs, group = cloud.client("logs"), unique("/group")
    logs.create_log_group(logGroupName=group)
    logs.associate_kms_key(logGroupName=group, kmsKeyId="arn:aws:kms:us-east-1:123456789012:key/1")
    found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    assert found["kmsKeyId"] == "arn:aws:kms:us-east-1:123456789012:key/1"
    logs.disassociate_kms_key(logGroupName=group)
    assert "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]
    with pytest.raises(ClientError, match="ResourceNotFound"):
        logs.disassociate_kms_key(logGroupName=f"{group}-gone")


@pytest.mark.parametrize("operation", ["get", "update", "delete"])
def test_a_mapping_that_is_gone_is_not_found(cloud: Cloud, operation: str) -> None:
    """Terraform destroys a mapping, and then asks for it until it hears this."""
    call = getattr(cloud.client("lambda"), f"{operation}_event_source_mapping")
    with pytest.raises(ClientError) as refused:
        call(UUID="00000000-0000-4000-8000-000000000000")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
