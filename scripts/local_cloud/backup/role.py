"""The role that a job is done with, as AWS Backup assumes it."""

from __future__ import annotations

from collections.abc import Mapping

from hipaa_policies.iam import AccessRequest, Decision, evaluate

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.callers import Caller, boundary_of, documents_of
from scripts.local_cloud.authorization.judgement import judge
from scripts.local_cloud.authorization.resource_policies import policy_of
from scripts.local_cloud.backends import role_with_arn
from scripts.local_cloud.protocol.errors import AwsError

SERVICE = "backup.amazonaws.com"


class JobFailedError(Exception):
    """The job ends as FAILED; the message is its StatusMessage."""


class Role:
    """Raises ``AwsError`` where AWS Backup may not assume the role, or there is none."""

    def __init__(self, arn: str, region: str) -> None:
        trust = policy_of(arn)
        request = AccessRequest("sts:AssumeRole", arn, {"aws:SourceAccount": ACCOUNT_ID}, SERVICE)
        if trust is None or evaluate([trust], request) is not Decision.ALLOWED:
            message = f"IAM Role {arn} cannot be assumed by AWS Backup"
            raise AwsError("InvalidParameterValueException", message, 400)
        role = role_with_arn(arn)
        self.region = region
        self.caller = Caller(
            arn=f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role.name}/AWSBackup",
            principal_arn=arn,
            user_id=f"{role.id}:AWSBackup",
            policies=documents_of(role),
            boundary=boundary_of(role.permissions_boundary_arn),
        )

    def require(
        self, action: str, resource: str, context: Mapping[str, str] | None = None, of_key: bool = False
    ) -> None:
        """Raise ``JobFailedError`` unless the role may."""
        shared = {
            "aws:PrincipalAccount": ACCOUNT_ID,
            "aws:PrincipalArn": self.caller.principal_arn,
            "aws:ResourceAccount": ACCOUNT_ID,
            "aws:SecureTransport": "true",
            "aws:ViaAWSService": "true",
            **(context or {}),
        }
        access = Access(action, resource, shared, needs_resource_policy=of_key)
        if judge(self.caller, access, shared) is not Decision.ALLOWED:
            raise JobFailedError(
                f"Access denied: the role {self.caller.principal_arn} may not {action} on {resource}"
            )

    def require_key(self, key_arn: str | None, service: str, *actions: str) -> None:
        """The customer key behind a store, used by its service on the role's behalf."""
        if key_arn is None:
            return
        context = {"kms:ViaService": f"{service}.{self.region}.amazonaws.com"}
        for action in actions:
            self.require(f"kms:{action}", key_arn, context, of_key=True)
