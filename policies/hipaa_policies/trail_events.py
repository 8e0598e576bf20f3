"""Events as CloudTrail writes them: what a metric filter on a trail's log group is tried on.

The fields are those of https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference.html
that filters ask about. Everybody in them is invented.
"""

from __future__ import annotations

from typing import Any

TrailEvent = dict[str, Any]
_ID = "111122223333"


def call(source: str, name: str, *, region: str = "us-east-1", account: str = _ID, **more: Any) -> TrailEvent:
    """A call by somebody who assumed a role."""
    role = f"arn:aws:iam::{account}:role/somebody"
    return {
        "eventVersion": "1.11",
        "eventTime": "2026-01-05T12:00:00Z",
        "eventSource": f"{source}.amazonaws.com",
        "eventName": name,
        "eventType": "AwsApiCall",
        "eventCategory": "Management",
        "managementEvent": True,
        "readOnly": False,
        "awsRegion": region,
        "recipientAccountId": account,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.31.0",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": "AROAEXAMPLE:somebody",
            "arn": f"arn:aws:sts::{account}:assumed-role/somebody/session",
            "accountId": account,
            "sessionContext": {
                "attributes": {"mfaAuthenticated": "true"},
                "sessionIssuer": {"type": "Role", "arn": role, "accountId": account, "userName": "somebody"},
            },
        },
        "requestParameters": {"name": "something"},
        "responseElements": None,
        **more,
    }


def _as_root(event: TrailEvent) -> TrailEvent:
    identity = {"type": "Root", "principalId": _ID, "arn": f"arn:aws:iam::{_ID}:root", "accountId": _ID}
    return {**event, "userIdentity": identity}


def _refused(event: TrailEvent, code: str) -> TrailEvent:
    return {**event, "errorCode": code, "errorMessage": "is not authorized to perform this"}


def assuming(role_arn: str) -> TrailEvent:
    """Somebody of this account assumes a role."""
    return call("sts", "AssumeRole", requestParameters={"roleArn": role_arn, "roleSessionName": "somebody"})


def as_role(role_arn: str) -> TrailEvent:
    """A call by whoever has assumed a role."""
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    issuer = {"type": "Role", "arn": role_arn, "accountId": account, "userName": name}
    identity = {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE:{name}",
        "arn": f"arn:aws:sts::{account}:assumed-role/{name}/session",
        "accountId": account,
        "sessionContext": {"attributes": {"mfaAuthenticated": "true"}, "sessionIssuer": issuer},
    }
    return call("dynamodb", "UpdateTable", userIdentity=identity)


_PARAMETERS = {"roleName": "reader", "policyName": "more", "policyArn": f"arn:aws:iam::{_ID}:policy/more"}
ROOT_USE = (
    _as_root(call("iam", "CreateUser")),
    _as_root(
        call(
            "signin",
            "ConsoleLogin",
            eventType="AwsConsoleSignIn",
            additionalEventData={"MFAUsed": "Yes", "MobileVersion": "No"},
            responseElements={"ConsoleLogin": "Success"},
        )
    ),
)
KEY_DELETION = tuple(
    call("kms", name, requestParameters={"keyId": f"arn:aws:kms:us-east-1:{_ID}:key/1"})
    for name in ("ScheduleKeyDeletion", "DisableKey")
)
POLICY_CHANGES = tuple(
    call("iam", name, requestParameters=_PARAMETERS)
    for name in ("PutRolePolicy", "AttachRolePolicy", "CreatePolicyVersion")
)
TRAIL_CHANGES = tuple(
    call("cloudtrail", name, requestParameters={"name": "audit"})
    for name in ("StopLogging", "DeleteTrail", "UpdateTrail")
)
REFUSALS = (
    _refused(call("dynamodb", "GetItem", readOnly=True), "AccessDenied"),
    _refused(call("kms", "Decrypt", readOnly=True), "AccessDeniedException"),
    _refused(call("ec2", "RunInstances"), "Client.UnauthorizedOperation"),
)
# What happens all day: a filter that counts these as well tells nobody anything.
ORDINARY = (
    call("dynamodb", "DescribeTable", readOnly=True),
    call("s3", "GetObject", readOnly=True, eventCategory="Data", managementEvent=False),
    assuming(f"arn:aws:iam::{_ID}:role/ordinary"),
)
