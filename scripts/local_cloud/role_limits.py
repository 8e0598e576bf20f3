"""How large policies can be, and how many of them a role can have: IAM's quotas, as a new account has them.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html (white space is not counted)
"""

from __future__ import annotations

from typing import Any

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

MANAGED_POLICY = 6144
INLINE_POLICIES = 10240  # of a role, all together
TRUST_POLICY = 2048
ATTACHED_POLICIES = 10
TRUSTS = {"CreateRole": "AssumeRolePolicyDocument", "UpdateAssumeRolePolicy": "PolicyDocument"}


def size(document: Any) -> int:
    return len("".join(str(document or "").split()))


def check_roles(call: AwsRequest) -> None:
    """A part of ``limits``. Raises ``AwsError`` LimitExceeded (409)."""
    given = call.parameters
    if call.operation in TRUSTS and size(given.get(TRUSTS[call.operation])) > TRUST_POLICY:
        raise exceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST_POLICY}")
    if (
        call.operation in ("CreatePolicy", "CreatePolicyVersion")
        and size(given.get("PolicyDocument")) > MANAGED_POLICY
    ):
        raise exceeded(f"Cannot exceed quota for PolicySize: {MANAGED_POLICY}")
    if call.operation in ("PutRolePolicy", "AttachRolePolicy"):
        roles = backend_of("iam", call.region).roles.values()
        role = next((role for role in list(roles) if role.name == given.get("RoleName")), None)
        if role is not None:
            check_role(call, role)


def check_role(call: AwsRequest, role: Any) -> None:
    given = call.parameters
    if call.operation == "AttachRolePolicy":
        if len(set(role.managed_policies) | {given.get("PolicyArn")}) > ATTACHED_POLICIES:
            raise exceeded(f"Cannot exceed quota for PoliciesPerRole: {ATTACHED_POLICIES}")
        return
    inline = {**role.policies, given.get("PolicyName"): given.get("PolicyDocument")}
    if sum(size(document) for document in inline.values()) > INLINE_POLICIES:
        raise exceeded(f"Maximum policy size of {INLINE_POLICIES} bytes exceeded for role {role.name}")


def exceeded(message: str) -> AwsError:
    return AwsError("LimitExceeded", message, 409)
