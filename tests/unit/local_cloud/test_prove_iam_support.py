"""What `make prove-iam` needs of the local cloud: a recording, cold starts, Lambda's own checks of a role."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_cloud.control import Control
from tests.unit.local_cloud.support import Cloud, allow, document, unique

KEY = {"pk": {"S": "patient"}}
COUNTING = """
count = 0
def handler(event, context):
    global count
    count += 1
    return count
"""


def code_of(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def test_nothing_is_recorded_unless_asked_for(cloud: Cloud) -> None:
    control, table = Control(cloud.state), cloud.table()
    arn = cloud.arn("dynamodb", f"table/{table}")
    client = cloud.as_role("dynamodb", [allow("dynamodb:GetItem", arn)])
    client.get_item(TableName=table, Key=KEY)
    assert control.record("reading") == []
    client.get_item(TableName=table, Key=KEY)
    client.get_item(TableName=table, Key=KEY)
    assert code_of(client.put_item, TableName=table, Item=KEY) == "AccessDeniedException"
    heard = [entry for entry in control.record(None) if entry["resource"] == arn]
    assert [(h["label"], h["action"], h["decision"], h["needs_role"]) for h in heard] == [
        ("reading", "dynamodb:GetItem", "ALLOWED", True),
        ("reading", "dynamodb:PutItem", "IMPLICIT_DENY", True),
    ]
    client.get_item(TableName=table, Key=KEY)
    assert control.record(None) == []


def test_what_the_resource_allows_by_itself_needs_no_role(cloud: Cloud) -> None:
    control, sqs, name = Control(cloud.state), cloud.client("sqs"), unique("queue")
    role = cloud.role([])
    statement = {**allow("sqs:SendMessage"), "Principal": {"AWS": cloud.role_arn(role)}}
    url = sqs.create_queue(QueueName=name, Attributes={"Policy": document([statement])})["QueueUrl"]
    control.record("sending")
    cloud.client("sqs", cloud.session(role)).send_message(QueueUrl=url, MessageBody="x")
    heard = [entry for entry in control.record(None) if entry["action"] == "sqs:SendMessage"]
    assert [(entry["decision"], entry["needs_role"]) for entry in heard] == [("ALLOWED", False)]


def test_after_idle_environments_are_ended_a_start_is_cold(cloud: Cloud) -> None:
    name = cloud.function(COUNTING)
    assert [cloud.invoke(name)["payload"] for _ in range(2)] == [1, 2]
    Control(cloud.state).end_idle_environments()
    assert cloud.invoke(name)["payload"] == 1


def test_variables_are_decrypted_by_the_role(cloud: Cloud) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    role = cloud.role([], {"Service": "lambda.amazonaws.com"})
    variables = {"Environment": {"Variables": {"KIND": "b"}}, "KMSKeyArn": key}
    name = cloud.function(COUNTING, Role=cloud.role_arn(role), **variables)
    assert code_of(cloud.client("lambda").invoke, FunctionName=name) == "KMSAccessDeniedException"
    context = {"kms:EncryptionContext:aws:lambda:FunctionArn": cloud.arn("lambda", f"function:{name}")}
    statement = allow("kms:Decrypt", key, StringEquals=context)
    cloud.client("iam").put_role_policy(
        RoleName=role, PolicyName="main", PolicyDocument=document([statement])
    )
    assert cloud.invoke(name)["payload"] == 1


@pytest.mark.parametrize("missing", ["CreateNetworkInterface", "DeleteNetworkInterface"])
def test_a_function_joins_a_network_if_its_role_may(cloud: Cloud, missing: str) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    actions = ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DeleteNetworkInterface"]
    role = cloud.role(
        [allow([f"ec2:{action}" for action in actions if action != missing])],
        {"Service": "lambda.amazonaws.com"},
    )
    network: dict[str, Any] = {"VpcConfig": {"SubnetIds": [subnet], "SecurityGroupIds": []}}
    with pytest.raises(ClientError, match=f"permissions to call {missing} on EC2"):
        cloud.function(COUNTING, Role=cloud.role_arn(role), **network)
    name = cloud.function(COUNTING, Role=cloud.role_arn(role))
    change = cloud.client("lambda").update_function_configuration
    with pytest.raises(ClientError, match=f"permissions to call {missing} on EC2"):
        change(FunctionName=name, **network)


def test_who_may_not_list_is_not_told_that_a_key_is_missing(cloud: Cloud) -> None:
    bucket = unique("bucket")
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=bucket, Key="deleted", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="deleted")
    reading = allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*")
    listing = allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")
    for key in ("missing", "deleted"):
        gone = {"Bucket": bucket, "Key": key}
        assert code_of(cloud.as_role("s3", [reading]).get_object, **gone) == "AccessDenied"
        assert code_of(cloud.as_role("s3", [reading, listing]).get_object, **gone) == "NoSuchKey"
