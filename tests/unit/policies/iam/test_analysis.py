"""Questions over whole policies: who, from where, and what could be gained."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.iam import (
    could_allow,
    foreign_accounts,
    load_policy,
    nameless_principals,
    public_statements,
    unpinned_services,
)
from hipaa_policies.iam.escalation import PATHS, escalation_paths
from hipaa_policies.iam.model import MalformedPolicyError

OWN, FOREIGN = "123456789012", "210987654321"
TABLE = f"arn:aws:dynamodb:us-east-1:{OWN}:table/patients"


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object = "*", resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "*", resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


class TestPublic:
    @pytest.mark.parametrize(
        "statement",
        [
            allow(Principal="*"),
            allow(Principal={"AWS": "*"}),
            allow(Principal={"AWS": [OWN, "*"]}),
            allow(NotPrincipal={"AWS": OWN}),
            allow(Principal="*", Condition={"StringNotEquals": {"aws:SourceAccount": OWN}}),
            allow(Principal="*", Condition={"StringEqualsIfExists": {"aws:SourceAccount": OWN}}),
            allow(Principal="*", Condition={"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-1"}}),
            allow(Principal="*", Condition={"StringLike": {"aws:SourceAccount": "*"}}),
            allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}),
            allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "0.0.0.0/1"]}}),
            allow(Principal="*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:*:*"}}),
            allow(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}),
            allow(Principal="*", Condition={"StringEquals": {"aws:ResourceAccount": OWN}}),
        ],
    )
    def test_public(self, statement: dict[str, Any]) -> None:
        assert len(public_statements(policy(statement))) == 1

    @pytest.mark.parametrize(
        "statement",
        [
            allow(Principal={"AWS": FOREIGN}),
            allow(Principal={"Service": "s3.amazonaws.com"}),
            allow(),
            deny(Principal="*"),
            allow(Principal="*", Condition={"StringEquals": {"aws:SourceAccount": OWN}}),
            allow(Principal="*", Condition={"StringEquals": {"AWS:SourceOwner": OWN}}),
            allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}}),
            allow(
                Principal="*", Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/r-1/*"}}
            ),
            allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}),
            allow(Principal="*", Condition={"ArnLike": {"aws:SourceArn": f"arn:aws:sns:*:{OWN}:*"}}),
            allow(Principal="*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}}),
            allow(Principal="*", Condition={"StringEquals": {"aws:SourceVpce": "vpce-1"}}),
        ],
    )
    def test_not_public(self, statement: dict[str, Any]) -> None:
        assert public_statements(policy(statement)) == ()


class TestForeignAccounts:
    @pytest.mark.parametrize(
        "statement",
        [
            allow(Principal={"AWS": FOREIGN}),
            allow(Principal={"AWS": f"arn:aws:iam::{FOREIGN}:root"}),
            allow(Principal={"AWS": [OWN, f"arn:aws:iam::{FOREIGN}:role/x"]}),
            allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalAccount": [OWN, FOREIGN]}}),
        ],
    )
    def test_found(self, statement: dict[str, Any]) -> None:
        assert foreign_accounts(policy(statement), [OWN]) == (FOREIGN,)

    @pytest.mark.parametrize(
        "statement",
        [
            allow(Principal={"AWS": OWN}),
            deny(Principal={"AWS": FOREIGN}),
            allow(Principal={"Service": "lambda.amazonaws.com"}),
            allow(),
        ],
    )
    def test_none(self, statement: dict[str, Any]) -> None:
        assert foreign_accounts(policy(statement), [OWN]) == ()


def test_services_that_act_for_anybody() -> None:
    loose = allow(Principal={"Service": ["sns.amazonaws.com", "s3.amazonaws.com"]})
    pinned = loose | {"Condition": {"StringEquals": {"AWS:SourceAccount": OWN}}}
    assert unpinned_services(policy(loose)) == ("sns.amazonaws.com", "s3.amazonaws.com")
    assert unpinned_services(policy(pinned)) == ()


class TestCouldAllow:
    def test_conditions_are_taken_to_be_met_unless_they_are_known(self) -> None:
        passing = policy(
            allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}})
        )
        assert could_allow([passing], "iam:PassRole")
        assert could_allow([passing], "iam:PassRole", {"iam:PassedToService": "ec2.amazonaws.com"})
        assert not could_allow([passing], "iam:PassRole", {"iam:PassedToService": "lambda.amazonaws.com"})

    def test_denies_count_where_they_cover_all_and_hold_for_sure(self) -> None:
        assert not could_allow([policy(allow(), deny("s3:*"))], "s3:GetObject")
        assert not could_allow([policy(allow("s3:*", TABLE), deny("s3:*", TABLE))], "s3:GetObject")
        assert could_allow([policy(allow(), deny("s3:*", TABLE))], "s3:GetObject")
        sometimes = deny("s3:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})
        assert could_allow([policy(allow(), sometimes)], "s3:GetObject")

    def test_on_one_resource(self) -> None:
        documents = [policy(allow("dynamodb:*"), deny("dynamodb:DeleteItem", TABLE))]
        assert could_allow(documents, "dynamodb:PutItem", resource=TABLE)
        assert not could_allow(documents, "dynamodb:DeleteItem", resource=TABLE)
        assert could_allow(documents, "dynamodb:DeleteItem", resource=f"{TABLE}-other")
        assert not could_allow([policy(allow("dynamodb:*", TABLE))], "dynamodb:PutItem", resource=f"{TABLE}2")

    def test_within_a_boundary(self) -> None:
        boundary = [policy(allow("dynamodb:*"))]
        assert could_allow([policy(allow())], "dynamodb:GetItem", boundary=boundary)
        assert not could_allow([policy(allow())], "s3:GetObject", boundary=boundary)
        assert not could_allow([policy(allow())], "s3:GetObject", boundary=[])


class TestEscalation:
    @pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
    def test_every_path_is_found_and_needs_all_of_its_actions(self, path: Any) -> None:
        held = policy(*(allow(action) for action in path.actions))
        assert path in escalation_paths([held])
        for left_out in path.actions:
            rest = [policy(*(allow(action) for action in path.actions if action != left_out), allow("a:B"))]
            assert path not in escalation_paths(rest)

    @pytest.mark.parametrize("action", ["IAM:PutRolePolicy", "ia?:PutRolePolicy", "*:PutRolePolicy"])
    def test_a_service_is_found_however_it_is_written(self, action: str) -> None:
        assert "iam:PutRolePolicy" in {path.name for path in escalation_paths([policy(allow(action))])}

    def test_all_but_a_service_is_every_other_one(self) -> None:
        but_tables = {"Effect": "Allow", "NotAction": "dynamodb:*", "Resource": "*"}
        assert escalation_paths([policy(but_tables)]) == PATHS

    def test_an_administrator_has_them_all(self) -> None:
        assert escalation_paths([policy(allow())]) == PATHS

    def test_names_are_told_apart(self) -> None:
        assert len({path.name for path in PATHS}) == len(PATHS)


@pytest.mark.parametrize("text", ["", "{", "[]", '"Allow"', "null"])
def test_a_text_that_is_no_policy_is_an_error(text: str) -> None:
    with pytest.raises(MalformedPolicyError, match="the policy is"):
        load_policy(text)


class TestKindsOfResources:
    def test_a_grant_on_another_service_opens_no_path(self) -> None:
        but_iam = {"Effect": "Allow", "NotAction": "s3:*", "Resource": TABLE}
        assert escalation_paths([policy(but_iam)]) == ()
        functions = but_iam | {"Resource": [TABLE, f"arn:aws:lambda:us-east-1:{OWN}:function:*"]}
        assert "lambda:UpdateFunctionCode" in {p.name for p in escalation_paths([policy(functions)])}

    @pytest.mark.parametrize(
        ("resource", "names"),
        [
            (f"arn:aws:iam::{OWN}:role/x", {"iam:PutRolePolicy"}),
            (f"arn:aws:iam::{OWN}:user/x", {"iam:CreateAccessKey"}),
            (f"arn:aws:iam::{OWN}:*", {"iam:PutRolePolicy", "iam:CreateAccessKey"}),
            ("arn:aws:iam*", {"iam:PutRolePolicy", "iam:CreateAccessKey"}),
            ("arn:aws:*:*:*:r*", {"iam:PutRolePolicy"}),
            ("arn:aws:s3*", set()),
            (f"arn:aws:iam::{OWN}:instance-profile/x", set()),
        ],
    )
    def test_iam_by_what_is_named(self, resource: str, names: set[str]) -> None:
        held = policy(allow(["iam:PutRolePolicy", "iam:CreateAccessKey"], resource))
        assert {path.name for path in escalation_paths([held])} == names

    def test_sessions_are_of_instances(self) -> None:
        held = policy(allow("ssm:StartSession", f"arn:aws:ec2:us-east-1:{OWN}:instance/*"))
        assert [path.name for path in escalation_paths([held])] == ["ssm:StartSession"]


def test_a_canonical_user_tells_no_account() -> None:
    held = policy(allow(Principal={"CanonicalUser": "79a5"}), deny(Principal={"CanonicalUser": "b"}))
    assert nameless_principals(held) == ("79a5",)
