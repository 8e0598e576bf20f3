"""Whether a function may read a restored store: none was made for it."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from hipaa_policies.iam import AccessRequest, Decision, evaluate

from scripts.restore_test.account import Clients, pages
from scripts.restore_test.proofs import Proof


class FunctionRoles:
    """The policies of the account's functions, read once."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients

    @cached_property
    def policies(self) -> dict[str, list[Any]]:
        """By the role's ARN."""
        functions = pages(self.clients("lambda"), "list_functions", "Functions")
        return {arn: self._policies(arn.rpartition("/")[2]) for arn in {f["Role"] for f in functions}}

    def _policies(self, name: str) -> list[Any]:
        iam = self.clients("iam")
        found = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in pages(iam, "list_role_policies", "PolicyNames", RoleName=name)
        ]
        for attached in pages(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name):
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            found.append(document)
        return [json.loads(document) if isinstance(document, str) else document for document in found]

    def proof(self, action: str, resource: str) -> Proof:
        """That no function may ``action`` on ``resource``."""
        may = [
            role.rpartition("/")[2]
            for role, policies in self.policies.items()
            if evaluate(policies, AccessRequest(action, resource, {}, role)) is Decision.ALLOWED
        ]
        if may:
            return Proof("no function reads it", False, f"{', '.join(sorted(may))} may {action}")
        return Proof(
            "no function reads it", True, f"none of {len(self.policies)} functions' roles may {action}"
        )
