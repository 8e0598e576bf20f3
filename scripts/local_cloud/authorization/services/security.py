"""Secrets Manager, SSM parameters, STS, IAM and its access analyzers.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html,
list_awssystemsmanager.html, list_awssecuritytokenservice.html and list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException

from scripts.local_cloud.authorization.access import ACCOUNT_ID, Access, action_of, arn_of
from scripts.local_cloud.authorization.services.kms import via_service
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
SECRET_KEY_OPERATIONS = {
    "GetSecretValue": ["Decrypt"],
    "PutSecretValue": ["GenerateDataKey", "Decrypt"],
    "UpdateSecret": ["GenerateDataKey", "Decrypt"],
}


def analyzer_accesses(call: AwsRequest) -> list[Access]:
    """IAM has one action for both versions of an operation: access-analyzer:ListFindings."""
    return [Access(action_of(call).removesuffix("V2"))]


def secret_accesses(call: AwsRequest) -> list[Access]:
    name = call.parameters.get("SecretId")
    if not name:
        created = call.parameters.get("Name")
        resource = arn_of("secretsmanager", call.region, f"secret:{created}-??????") if created else "*"
        return [Access(action_of(call), resource)]
    secret = find_secret(call, name)
    if secret is None:
        given = name if name.startswith("arn:") else arn_of("secretsmanager", call.region, f"secret:{name}")
        return [Access(action_of(call), given)]
    context: dict[str, Any] = {"secretsmanager:SecretId": secret.arn}
    stage = call.parameters.get("VersionStage")
    if call.operation == "GetSecretValue":
        context["secretsmanager:VersionStage"] = stage or "AWSCURRENT"
    found = [Access(action_of(call), secret.arn, context)]
    uses = SECRET_KEY_OPERATIONS.get(str(call.operation), [])
    if secret.kms_key_id:
        found += via_service(call, "secretsmanager", secret.kms_key_id, uses, {"SecretARN": secret.arn})
    return found


def find_secret(call: AwsRequest, name: str) -> Any:
    try:
        return backend_of("secretsmanager", call.region).secrets.get(name)
    except SecretNotFoundException:
        return None


def parameter_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    names = given.get("Names") or [given[key] for key in ("Name", "Path") if given.get(key)]
    action = action_of(call)
    if not names or "Parameter" not in str(call.operation):
        return [Access(action)]
    found = []
    for name in names:
        arn = name if name.startswith("arn:") else arn_of("ssm", call.region, f"parameter/{name.lstrip('/')}")
        found.append(Access(action, arn))
        if given.get("WithDecryption"):
            found += decryption(call, name, arn)
    return found


def decryption(call: AwsRequest, name: str, arn: str) -> list[Access]:
    """A SecureString is decrypted on the caller's behalf."""
    versions = backend_of("ssm", call.region)._parameters.get(name) or []
    key = versions[-1].keyid if versions else None
    return via_service(call, "ssm", key, ["Decrypt"], {"PARAMETER_ARN": arn}) if key else []


def token_accesses(call: AwsRequest) -> list[Access]:
    """AssumeRole needs the role's trust policy; it is enough where it names the caller itself."""
    role = call.parameters.get("RoleArn")
    if not role:
        return [Access(action_of(call))]
    context: dict[str, Any] = {"sts:RoleSessionName": call.parameters.get("RoleSessionName", "")}
    if call.parameters.get("ExternalId"):
        context["sts:ExternalId"] = call.parameters["ExternalId"]
    return [Access(action_of(call), role, context, needs_resource_policy=True)]


def identity_accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    context = {"iam:PolicyARN": given["PolicyArn"]} if given.get("PolicyArn") else {}
    for key, kind in (("RoleName", "role"), ("UserName", "user"), ("GroupName", "group")):
        if given.get(key):
            holder = iam_holder(kind, given[key])
            arn = (
                str(holder.arn) if holder else f"arn:aws:iam::{ACCOUNT_ID}:{kind}{path_of(call)}{given[key]}"
            )
            return [Access(action_of(call), arn, context | boundary_context(call, holder))]
    if call.operation == "CreateServiceLinkedRole":
        service = str(given.get("AWSServiceName"))
        arn = f"arn:aws:iam::{ACCOUNT_ID}:role/aws-service-role/{service}/AWSServiceRole"
        return [Access(action_of(call), arn, {"iam:AWSServiceName": service})]
    if call.operation == "CreatePolicy":
        arn = f"arn:aws:iam::{ACCOUNT_ID}:policy{path_of(call)}{given.get('PolicyName')}"
        return [Access(action_of(call), arn)]
    named = given.get("PolicyArn") or given.get("OpenIDConnectProviderArn") or given.get("SAMLProviderArn")
    return [Access(action_of(call), named or "*")]


def path_of(call: AwsRequest) -> str:
    return str(call.parameters.get("Path") or "/")


def boundary_context(call: AwsRequest, holder: Any) -> dict[str, str]:
    """The boundary that is asked for or, where none can be asked for, the one that the holder has."""
    asked = call.parameters.get("PermissionsBoundary")
    boundary = asked or getattr(holder, "permissions_boundary_arn", None)
    return {"iam:PermissionsBoundary": str(boundary)} if boundary else {}


def iam_holder(kind: str, name: str) -> Any:
    """The role, user or group, whose ARN has its path; None where there is none."""
    iam = backend_of("iam", "us-east-1")
    holders = {"role": iam.roles.values(), "user": iam.users.values(), "group": iam.groups.values()}[kind]
    return next((holder for holder in list(holders) if holder.name == name), None)
