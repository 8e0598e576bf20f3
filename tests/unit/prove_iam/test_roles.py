"""Whatever happens while a grant is away, the policy comes back, byte for byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.prove_iam.grants import grants_of
from tests.prove_iam.roles import NotPutBackError, Roles
from tests.unit.prove_iam.conftest import ROLE

ARN = "arn:aws:iam::1:policy/managed"


class Iam:
    """The part of IAM that is used, in memory. ``deaf``: it takes changes and does nothing."""

    def __init__(self, policies: dict[str, Any]) -> None:
        self.kept = {name: json.dumps(document) for name, document in policies.items()}
        self.versions: dict[str, str] = {}
        self.made = 1
        self.deaf = False

    def list_attached_role_policies(self, **_: str) -> Any:
        return {"AttachedPolicies": [{"PolicyName": "managed", "PolicyArn": ARN}] if self.versions else []}

    def get_policy(self, **_: str) -> Any:
        return {"Policy": {"DefaultVersionId": max(self.versions)}}

    def get_policy_version(self, VersionId: str, **_: str) -> Any:  # noqa: N803
        return {"PolicyVersion": {"Document": json.loads(self.versions[VersionId])}}

    def list_policy_versions(self, **_: str) -> Any:
        newest = max(self.versions)
        return {"Versions": [{"VersionId": v, "IsDefaultVersion": v == newest} for v in self.versions]}

    def create_policy_version(self, PolicyDocument: str, **_: Any) -> None:  # noqa: N803
        assert len(self.versions) < 5, "IAM keeps five versions"
        self.made += 1
        self.versions[f"v{self.made:03}"] = PolicyDocument

    def delete_policy_version(self, VersionId: str, **_: str) -> None:  # noqa: N803
        del self.versions[VersionId]

    def list_role_policies(self, **_: str) -> Any:
        return {"PolicyNames": list(self.kept)}

    def get_role_policy(self, PolicyName: str, **_: str) -> Any:  # noqa: N803  # AWS's spelling
        return {"PolicyDocument": json.loads(self.kept[PolicyName])}

    def put_role_policy(self, PolicyName: str, PolicyDocument: str, **_: str) -> None:  # noqa: N803
        if not self.deaf:
            self.kept[PolicyName] = PolicyDocument

    def delete_role_policy(self, PolicyName: str, **_: str) -> None:  # noqa: N803
        del self.kept[PolicyName]


@pytest.fixture
def iam(policies: dict[str, Any]) -> Iam:
    return Iam(policies)


@pytest.fixture
def roles(iam: Iam, tmp_path: Path) -> Roles:
    return Roles(iam, tmp_path / "results")


def test_a_grant_is_away_and_then_back(roles: Roles, policies: dict[str, Any]) -> None:
    for grant in grants_of(ROLE, roles.policies(ROLE)):
        with roles.taken_away(grant):
            assert roles.policies(ROLE) != policies
        assert roles.policies(ROLE) == policies
        assert not roles.journal.exists()


def test_a_probe_that_raises_leaves_the_policy_as_it_was(roles: Roles, policies: dict[str, Any]) -> None:
    grant = grants_of(ROLE, policies)[-1]
    with pytest.raises(KeyboardInterrupt), roles.taken_away(grant):
        raise KeyboardInterrupt
    assert roles.policies(ROLE) == policies


def test_who_comes_after_a_run_that_was_killed_puts_its_policy_back(
    roles: Roles, iam: Iam, policies: dict[str, Any]
) -> None:
    grant = grants_of(ROLE, policies)[0]
    killed = roles.taken_away(grant)
    killed.__enter__()
    assert "more" not in iam.kept
    later = Roles(iam, roles.folder)
    assert later.put_back()
    assert later.policies(ROLE) == policies
    assert not later.put_back(), "once"
    iam.kept.clear()  # what the abandoned context does when it is collected must not raise here
    iam.kept.update({name: json.dumps(document) for name, document in policies.items()})


def test_a_policy_that_does_not_come_back_is_said_and_its_document_kept(
    roles: Roles, iam: Iam, policies: dict[str, Any]
) -> None:
    grant = grants_of(ROLE, policies)[-1]
    with pytest.raises(NotPutBackError, match="workload of reader"), roles.taken_away(grant):
        iam.deaf = True
    assert json.loads(roles.journal.read_text())["policies"]["workload"] == policies["workload"]


def test_a_managed_policy_is_changed_by_versions_and_comes_back(roles: Roles, iam: Iam) -> None:
    statement = {
        "Sid": "Read",
        "Effect": "Allow",
        "Action": ["s3:GetBucketAcl", "kms:ListKeys"],
        "Resource": "*",
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam.versions = {"v001": json.dumps(document)}
    for _ in range(4):
        grants = [grant for grant in grants_of(ROLE, roles.policies(ROLE)) if grant.policy == "managed"]
        with roles.taken_away(*grants):
            left = grants_of(ROLE, {"managed": roles.policies(ROLE)["managed"]})
            assert left == [], "IAM takes no empty policy: it says a denial meanwhile"
        with roles.taken_away(grants[0]):
            assert roles.policies(ROLE)["managed"] != document
        assert roles.policies(ROLE)["managed"] == document


def test_policies_of_several_names_go_and_come_together(roles: Roles, policies: dict[str, Any]) -> None:
    with roles.taken_away(*grants_of(ROLE, policies)):
        assert list(roles.policies(ROLE)) == ["workload"], "a denial stays"
    assert roles.policies(ROLE) == policies
