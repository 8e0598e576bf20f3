"""The policies of the deployed roles: read, some grants taken away, and always put back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.terraform_cli import replace_file
from tests.prove_iam.grants import Document, Grant, without

JOURNAL = "taken_away.json"
# What a managed policy says while all of it is away: IAM takes no policy without a statement.
NOTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*"}],
}


class NotPutBackError(Exception):
    """A policy is not what it was; the message says which, and where what it was is kept."""


@dataclass
class Roles:
    """``folder``, the deployment's own, keeps what policies were while they are others: who comes after one
    that was killed finds it there.

    Policies go by their names: inline ones, and the account's own managed ones that are attached.
    """

    iam: Any
    folder: Path

    def policies(self, role: str) -> dict[str, Document]:
        """All policies of a role, by name."""
        names = self.iam.list_role_policies(RoleName=role)["PolicyNames"]
        return {name: self.read(role, name) for name in [*names, *self.attached(role)]}

    def attached(self, role: str) -> dict[str, str]:
        """The ARNs of the managed policies, by name."""
        listed = self.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return {policy["PolicyName"]: policy["PolicyArn"] for policy in listed}

    def read(self, role: str, policy: str) -> Document:
        arn = self.attached(role).get(policy)
        if arn is None:
            inline: Document = self.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            return inline
        version = self.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        managed: Document = self.iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"][
            "Document"
        ]
        return managed

    @contextmanager
    def taken_away(self, *grants: Grant) -> Iterator[None]:
        """Within it the role of the grants has all but those. Raises ``NotPutBackError``."""
        (role,) = {grant.role for grant in grants}
        before = {name: self.read(role, name) for name in sorted({grant.policy for grant in grants})}
        replace_file(self.journal, json.dumps({"role": role, "policies": before}))
        try:
            for name, document in before.items():
                mine = [grant for grant in grants if grant.policy == name]
                self.put(role, name, without(document, mine))
            yield
        finally:
            self.put_back()

    def put_back(self) -> bool:
        """Undo what the journal tells of; whether there was something. Raises ``NotPutBackError``."""
        if not self.journal.exists():
            return False
        kept = json.loads(self.journal.read_text(encoding="utf-8"))
        role = kept["role"]
        for name, document in kept["policies"].items():
            self.put(role, name, document)
            if self.read(role, name) != document:
                raise NotPutBackError(f"{name} of {role} is not what {self.journal} has of it")
        self.journal.unlink()
        return True

    def put(self, role: str, policy: str, document: Mapping[str, Any] | None) -> None:
        arn = self.attached(role).get(policy)
        if arn is not None:
            self.put_managed(arn, document or NOTHING)
        elif document is None:
            self.iam.delete_role_policy(RoleName=role, PolicyName=policy)
        else:
            self.iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=text(document))

    def put_managed(self, arn: str, document: Mapping[str, Any]) -> None:
        """As a new version, the default. The others go: IAM keeps five."""
        self.iam.create_policy_version(PolicyArn=arn, PolicyDocument=text(document), SetAsDefault=True)
        for version in self.iam.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                self.iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])

    @property
    def journal(self) -> Path:
        return self.folder / JOURNAL


def text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
