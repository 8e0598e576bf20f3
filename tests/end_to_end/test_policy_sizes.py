"""IAM's quotas, for every role and policy of the stack, under the longest name prefix that it takes.

The local cloud refuses what is too large under the prefix that it has (scripts/local_cloud/role_limits.py).
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from scripts.local_cloud.role_limits import (
    ATTACHED_POLICIES,
    INLINE_POLICIES,
    MANAGED_POLICY,
    TRUST_POLICY,
    size,
)
from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment
PREFIX, LONGEST_PREFIX = "healthcare", 32  # variables.tf: name_prefix


def at_most(document: Any) -> int:
    """How large a document is where each name begins with the longest prefix."""
    text = json.dumps(document, separators=(",", ":"))
    return size(text) + text.count(PREFIX) * (LONGEST_PREFIX - len(PREFIX))


def test_no_policy_is_larger_than_iam_takes(deployment: LocalDeployment) -> None:
    pages = deployment.client("iam").get_paginator("get_account_authorization_details")
    details = list(pages.paginate(Filter=["Role", "LocalManagedPolicy"]))
    roles = [role for page in details for role in page["RoleDetailList"]]
    roles = [role for role in roles if role["RoleName"].startswith(f"{PREFIX}-")]
    policies = [policy for page in details for policy in page["Policies"]]
    assert len(roles) >= 18
    assert policies
    for role in roles:
        inline = [at_most(policy["PolicyDocument"]) for policy in role["RolePolicyList"]]
        assert sum(inline) <= INLINE_POLICIES, role["RoleName"]
        assert at_most(role["AssumeRolePolicyDocument"]) <= TRUST_POLICY, role["RoleName"]
        assert len(role["AttachedManagedPolicies"]) <= ATTACHED_POLICIES, role["RoleName"]
    for policy in policies:
        for version in policy["PolicyVersionList"]:
            assert at_most(version["Document"]) <= MANAGED_POLICY, policy["Arn"]
