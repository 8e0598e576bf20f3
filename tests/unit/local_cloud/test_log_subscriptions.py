"""A stream is subscribed to a log group only where the role may send to it, with the stream's key."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.support import Cloud, document, unique

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "logs.amazonaws.com"}}
VIA = {"StringEquals": {"kms:ViaService": "firehose.us-east-1.amazonaws.com"}}


def subscribe(cloud: Cloud, encrypted: bool, allowed: dict[str, str]) -> None:
    """``allowed`` are what the role may do: actions, and what on."""
    group, stream, role = unique("group"), unique("stream"), unique("role")
    cloud.client("logs").create_log_group(logGroupName=group)
    iam, firehose = cloud.client("iam"), cloud.client("firehose")
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=document([TRUST]))
    bucket = {"BucketARN": "arn:aws:s3:::logs", "RoleARN": cloud.role_arn(role)}
    firehose.create_delivery_stream(DeliveryStreamName=stream, ExtendedS3DestinationConfiguration=bucket)
    found = {"stream": cloud.arn("firehose", f"deliverystream/{stream}")}
    if encrypted:
        found["key"] = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        encryption = {"KeyType": "CUSTOMER_MANAGED_CMK", "KeyARN": found["key"]}
        firehose.start_delivery_stream_encryption(
            DeliveryStreamName=stream, DeliveryStreamEncryptionConfigurationInput=encryption
        )
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": action, "Resource": found[on]}
        | ({"Condition": VIA} if on == "key" else {})
        for action, on in allowed.items()
    ]
    iam.put_role_policy(RoleName=role, PolicyName="send", PolicyDocument=document(statements))
    cloud.client("logs").put_subscription_filter(
        logGroupName=group,
        filterName="export",
        filterPattern="",
        destinationArn=found["stream"],
        roleArn=cloud.role_arn(role),
    )


SEND = {"firehose:PutRecord": "stream"}
USE_KEY = {"kms:Decrypt": "key", "kms:GenerateDataKey": "key"}


@pytest.mark.parametrize(("encrypted", "allowed"), [(False, SEND), (True, SEND | USE_KEY)])
def test_a_role_that_may_send_is_taken(cloud: Cloud, encrypted: bool, allowed: dict[str, str]) -> None:
    subscribe(cloud, encrypted, allowed)


@pytest.mark.parametrize(
    ("encrypted", "allowed"),
    [
        (False, {"firehose:DescribeDeliveryStream": "stream"}),
        (True, SEND),
        (True, SEND | {"kms:Decrypt": "key"}),
        (True, USE_KEY),
    ],
)
def test_a_role_that_may_not_is_refused(cloud: Cloud, encrypted: bool, allowed: dict[str, str]) -> None:
    with pytest.raises(ClientError, match="Could not deliver test message"):
        subscribe(cloud, encrypted, allowed)
