"""What AWS refuses before it makes anything."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scripts.local_cloud.limits import compiled
from scripts.local_cloud.role_limits import ATTACHED_POLICIES, INLINE_POLICIES, MANAGED_POLICY, TRUST_POLICY
from tests.unit.local_cloud.support import Cloud, document, unique

TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "cloudtrail.amazonaws.com"},
}
SOURCE_ARN = {"StringEquals": {"aws:SourceArn": "arn:aws:cloudtrail:us-east-1:123456789012:trail/t"}}


def policy(characters: int) -> str:
    """A document of exactly so many characters, white space left aside."""
    empty = document([{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": ""}])
    missing = characters - len("".join(empty.split()))
    start = "arn:aws:sqs:us-east-1:123456789012:"
    return empty.replace('""', f'"{start}{"q" * (missing - len(start))}"')


def role(cloud: Cloud, trust: Any = TRUST) -> str:
    name = unique("role")
    cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document([trust]))
    return name


def test_a_managed_policy_has_6144_characters(cloud: Cloud) -> None:
    iam = cloud.client("iam")
    iam.create_policy(PolicyName=unique("policy"), PolicyDocument=policy(MANAGED_POLICY))
    with pytest.raises(ClientError, match="PolicySize: 6144"):
        iam.create_policy(PolicyName=unique("policy"), PolicyDocument=policy(MANAGED_POLICY + 1))


def test_the_policies_in_a_role_have_10240_together(cloud: Cloud) -> None:
    iam, name = cloud.client("iam"), role(cloud)
    half = policy(INLINE_POLICIES // 2)
    for put in ("one", "two", "two"):  # what is written over does not count twice
        iam.put_role_policy(RoleName=name, PolicyName=put, PolicyDocument=half)
    with pytest.raises(ClientError, match="Maximum policy size of 10240 bytes exceeded"):
        iam.put_role_policy(RoleName=name, PolicyName="three", PolicyDocument=policy(200))


def test_ten_policies_are_attached_to_a_role(cloud: Cloud) -> None:
    iam, name = cloud.client("iam"), role(cloud)
    for number in range(ATTACHED_POLICIES + 1):
        made = iam.create_policy(PolicyName=unique("policy"), PolicyDocument=policy(200 + number))
        attach = {"RoleName": name, "PolicyArn": made["Policy"]["Arn"]}
        if number < ATTACHED_POLICIES:
            iam.attach_role_policy(**attach)
    with pytest.raises(ClientError, match="PoliciesPerRole: 10"):
        iam.attach_role_policy(**attach)


def test_a_trust_policy_has_2048_characters(cloud: Cloud) -> None:
    statement = TRUST | {"Condition": {"StringEquals": {"sts:ExternalId": "x" * TRUST_POLICY}}}
    with pytest.raises(ClientError, match="ACLSizePerRole: 2048"):
        role(cloud, statement)


def test_descriptions_of_security_groups_have_no_apostrophe(cloud: Cloud) -> None:
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with pytest.raises(ClientError, match="Invalid security group description"):
        ec2.create_security_group(GroupName=unique("group"), VpcId=vpc, Description="RAG's functions")
    group = ec2.create_security_group(GroupName=unique("group"), VpcId=vpc, Description="functions, of RAG")
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    for text, taken in (("TLS from somebody's functions", False), ("TLS (from functions): all", True)):
        permission = rule | {"IpRanges": [{"CidrIp": "10.0.0.0/16", "Description": text}]}
        ask = {"GroupId": group["GroupId"], "IpPermissions": [permission]}
        if taken:
            ec2.authorize_security_group_ingress(**ask)
        else:
            with pytest.raises(ClientError, match="Invalid security group description"):
                ec2.authorize_security_group_ingress(**ask)


@pytest.mark.parametrize("condition", [{}, {"Condition": SOURCE_ARN}])
def test_cloudtrail_takes_no_role_that_asks_which_trail_it_is(cloud: Cloud, condition: Any) -> None:
    name, bucket, group = role(cloud, TRUST | condition), unique("bucket"), unique("group")
    cloud.client("s3").create_bucket(Bucket=bucket)
    cloud.client("logs").create_log_group(logGroupName=group)
    trail = {
        "Name": unique("trail"),
        "S3BucketName": bucket,
        "CloudWatchLogsLogGroupArn": cloud.arn("logs", f"log-group:{group}:*"),
        "CloudWatchLogsRoleArn": cloud.role_arn(name),
    }
    if condition:
        with pytest.raises(ClientError, match="Check the trust relationships for your role"):
            cloud.client("cloudtrail").create_trail(**trail)
    else:
        cloud.client("cloudtrail").create_trail(**trail)


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "words"),
    [
        (
            "events",
            "put_rule",
            {"Name": "with a blank", "ScheduleExpression": "rate(1 day)"},
            "Name must match",
        ),
        ("iam", "create_role", {"RoleName": "x" * 65, "AssumeRolePolicyDocument": "{}"}, "at most 64"),
        ("backup", "create_backup_vault", {"BackupVaultName": "x" * 51}, "BackupVaultName must match"),
        ("kms", "create_alias", {"AliasName": "alias/it's", "TargetKeyId": "x"}, "AliasName must match"),
        (
            "lambda",
            "put_function_event_invoke_config",
            {"FunctionName": "f", "MaximumRetryAttempts": 3},
            "at most 2",
        ),
    ],
)
def test_lengths_and_patterns_are_those_of_the_services_descriptions(
    cloud: Cloud, service: str, operation: str, parameters: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        getattr(cloud.client(service), operation)(**parameters)
    assert "it's" not in json.dumps(refused.value.response["Error"]), "what was sent is not repeated"


def test_an_expression_that_python_does_not_know_judges_nothing() -> None:
    assert compiled(r"[\p{L}]+") is None
    assert compiled("") is None
