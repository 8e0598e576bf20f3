"""Policy evaluation, case by case from AWS's own documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hipaa_policies.iam import AccessRequest, Decision, MalformedPolicyError, evaluate

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patients"
BUCKET = "arn:aws:s3:::amzn-s3-demo-bucket"
ALLOWED, EXPLICIT, IMPLICIT = Decision.ALLOWED, Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def allow(action: object = "*", resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "*", resource: object = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def ask(
    document: Mapping[str, Any] | Sequence[Mapping[str, Any]],
    action: str = "dynamodb:GetItem",
    resource: str = TABLE,
    boundary: Sequence[Mapping[str, Any]] | None = None,
    principal: str | None = None,
    **context: str | list[str],
) -> Decision:
    documents = [document] if isinstance(document, Mapping) else document
    named = {key.replace("__", ":"): value for key, value in context.items()}
    return evaluate(documents, AccessRequest(action, resource, named, principal), boundary)


class TestDecision:
    def test_nothing_is_allowed_by_default(self) -> None:
        assert ask([]) is IMPLICIT
        assert ask(policy(allow("s3:GetObject"))) is IMPLICIT

    def test_an_allow_allows(self) -> None:
        assert ask(policy(allow("dynamodb:GetItem", TABLE))) is ALLOWED

    @pytest.mark.parametrize("order", [1, -1])
    def test_an_explicit_deny_wins_wherever_it_stands(self, order: int) -> None:
        assert ask(policy(*[allow(), deny("dynamodb:*")][::order])) is EXPLICIT
        assert ask([policy(allow()), policy(deny("dynamodb:*"))][::order]) is EXPLICIT

    def test_a_deny_of_something_else_takes_nothing(self) -> None:
        assert ask(policy(allow(), deny("dynamodb:DeleteItem"), deny(resource=TABLE + "/index/*"))) is ALLOWED

    def test_a_single_statement_need_not_be_a_list(self) -> None:
        assert ask({"Version": "2012-10-17", "Statement": allow()}) is ALLOWED

    def test_a_malformed_statement_after_a_deny_is_still_an_error(self) -> None:
        with pytest.raises(MalformedPolicyError):
            ask(policy(deny(), {"Effect": "Allow"}))


class TestBoundary:
    def test_no_boundary_limits_nothing_and_an_empty_one_everything(self) -> None:
        assert ask(policy(allow()), boundary=None) is ALLOWED
        assert ask(policy(allow()), boundary=[]) is IMPLICIT

    def test_both_must_allow(self) -> None:
        inside, outside = policy(allow("dynamodb:*")), policy(allow("s3:*"))
        assert ask(policy(allow()), boundary=[inside]) is ALLOWED
        assert ask(policy(allow()), boundary=[outside]) is IMPLICIT
        assert ask(outside, boundary=[inside]) is IMPLICIT

    def test_a_boundary_grants_nothing(self) -> None:
        assert ask([], boundary=[policy(allow())]) is IMPLICIT

    def test_a_deny_in_the_boundary_wins(self) -> None:
        assert ask(policy(allow()), boundary=[policy(allow(), deny("dynamodb:*"))]) is EXPLICIT


class TestActions:
    @pytest.mark.parametrize(
        "pattern",
        [
            "*",
            "*:*",
            "dynamodb:*",
            "DynamoDB:getitem",
            "dynamodb:Get*",
            "dynamodb:*Item",
            "dynamodb:G?tItem",
            "d*:*It*",
        ],
    )
    def test_matching(self, pattern: str) -> None:
        assert ask(policy(allow(pattern))) is ALLOWED

    @pytest.mark.parametrize(
        "pattern", ["dynamodb:GetItems", "dynamodb:Get", "dynamodb:Get?Item", "s3:*", "dynamodb:[G]etItem"]
    )
    def test_not_matching(self, pattern: str) -> None:
        assert ask(policy(allow(pattern))) is IMPLICIT

    def test_not_action_is_everything_else(self) -> None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notaction.html
        statement = {"Effect": "Allow", "NotAction": ["iam:*", "s3:Delete*"], "Resource": "*"}
        assert ask(policy(statement)) is ALLOWED
        assert ask(policy(statement), "iam:CreateUser", "*") is IMPLICIT
        assert ask(policy(statement), "s3:DeleteBucket", BUCKET) is IMPLICIT

    def test_deny_with_not_action_without_mfa(self) -> None:
        statement = {
            "Effect": "Deny",
            "NotAction": "iam:*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        }
        documents = [policy(allow()), policy(statement)]
        assert ask(documents, "ec2:RunInstances", "*") is EXPLICIT
        assert ask(documents, "ec2:RunInstances", "*", aws__MultiFactorAuthPresent="true") is ALLOWED
        assert ask(documents, "iam:CreateVirtualMFADevice", "*") is ALLOWED


class TestResources:
    @pytest.mark.parametrize(
        "pattern",
        [
            "*",
            TABLE,
            "arn:aws:dynamodb:*:*:table/healthcare-*",
            "arn:aws:dynamodb:us-east-?:123456789012:table/*",
            "arn:*:dynamodb:us-east-1:123456789012:table/healthcare-patients",
            "arn:aws:dynamodb:*",
            "arn:aws:dynamodb:us-*",
        ],
    )
    def test_matching(self, pattern: str) -> None:
        assert ask(policy(allow(resource=pattern))) is ALLOWED

    @pytest.mark.parametrize(
        "pattern",
        [
            "arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-patient",
            "arn:aws:dynamodb:us-east-1:123456789012:table/HEALTHCARE-PATIENTS",
            "arn:aws:dynamodb:us-east-1:123456789012",
            "arn:aws:dynamodb:*:table/healthcare-patients",
            "arn:aws:s3:::*",
            TABLE + "?",
        ],
    )
    def test_not_matching(self, pattern: str) -> None:
        assert ask(policy(allow(resource=pattern))) is IMPLICIT

    def test_a_star_runs_over_slashes_and_the_last_one_over_colons(self) -> None:
        group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/healthcare-patient-api"
        stream = group + ":log-stream:2026/11/21/[$LATEST]0"
        assert ask(policy(allow(resource=group + ":*")), "logs:PutLogEvents", stream) is ALLOWED
        assert ask(policy(allow(resource=group)), "logs:PutLogEvents", stream) is IMPLICIT
        assert ask(policy(allow(resource=BUCKET + "/*")), "s3:GetObject", BUCKET + "/a/b:c") is ALLOWED
        assert ask(policy(allow(resource=BUCKET + "/*")), "s3:ListBucket", BUCKET) is IMPLICIT

    def test_an_action_without_resources_needs_a_star(self) -> None:
        assert ask(policy(allow(resource="*")), "ec2:CreateNetworkInterface", "*") is ALLOWED
        assert ask(policy(allow(resource=TABLE)), "ec2:CreateNetworkInterface", "*") is IMPLICIT

    def test_not_resource(self) -> None:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notresource.html
        statement = {"Effect": "Deny", "Action": "s3:*", "NotResource": [BUCKET, BUCKET + "/*"]}
        documents = [policy(allow("s3:*")), policy(statement)]
        assert ask(documents, "s3:GetObject", BUCKET + "/report") is ALLOWED
        assert ask(documents, "s3:GetObject", "arn:aws:s3:::other/report") is EXPLICIT


class TestVariables:
    HOME = policy(allow("s3:*", BUCKET + "/${aws:username}/*"))

    def test_a_variable_takes_the_requests_value(self) -> None:
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/alice/a", aws__username="alice") is ALLOWED
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/bob/a", aws__username="alice") is IMPLICIT

    def test_without_a_value_the_statement_does_not_apply(self) -> None:
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/alice/a") is IMPLICIT

    def test_a_value_is_never_a_wildcard(self) -> None:
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/bob/a", aws__username="*") is IMPLICIT
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/*/a", aws__username="*") is ALLOWED
        assert ask(self.HOME, "s3:GetObject", BUCKET + "/bob/a", aws__username="b?b") is IMPLICIT

    def test_default_value(self) -> None:
        document = policy(allow("s3:*", BUCKET + "/${aws:PrincipalTag/team, 'company-wide'}/*"))
        assert ask(document, "s3:GetObject", BUCKET + "/company-wide/a") is ALLOWED
        tagged = {"aws:PrincipalTag/team": "yellow"}
        request = AccessRequest("s3:GetObject", BUCKET + "/yellow/a", tagged)
        assert evaluate([document], request) is ALLOWED

    def test_escapes_are_the_characters_themselves(self) -> None:
        document = policy(allow("s3:*", BUCKET + "/${*}${?}${$}"))
        assert ask(document, "s3:GetObject", BUCKET + "/*?$") is ALLOWED
        assert ask(document, "s3:GetObject", BUCKET + "/abc") is IMPLICIT

    def test_before_2012_variables_are_text(self) -> None:
        document = policy(allow("s3:*", BUCKET + "/${aws:username}/*"), version="2008-10-17")
        assert ask(document, "s3:GetObject", BUCKET + "/alice/a", aws__username="alice") is IMPLICIT
        assert ask(document, "s3:GetObject", BUCKET + "/${aws:username}/a") is ALLOWED

    def test_in_a_condition(self) -> None:
        document = policy(allow(Condition={"StringEquals": {"aws:ResourceTag/owner": "${aws:username}"}}))
        owned = {"aws:ResourceTag/owner": "alice", "aws:username": "alice"}
        assert evaluate([document], AccessRequest("a:B", "*", owned)) is ALLOWED
        assert evaluate([document], AccessRequest("a:B", "*", owned | {"aws:username": "bob"})) is IMPLICIT
        assert evaluate([document], AccessRequest("a:B", "*", {"aws:ResourceTag/owner": "alice"})) is IMPLICIT

    def test_an_unresolved_exception_widens_nothing(self) -> None:
        mine = BUCKET + "/${aws:username}/*"
        allowing = {"Effect": "Allow", "Action": "s3:*", "NotResource": mine}
        denying = {"Effect": "Deny", "Action": "s3:*", "NotResource": mine}
        assert ask(policy(allowing), "s3:GetObject", BUCKET + "/x") is IMPLICIT
        assert ask(policy(allow(), denying), "s3:GetObject", BUCKET + "/x") is EXPLICIT


class TestPrincipals:
    ROLE = "arn:aws:iam::123456789012:role/app/reader"
    SESSION = "arn:aws:sts::123456789012:assumed-role/reader/session"

    def resource_policy(self, principal: object, element: str = "Principal") -> dict[str, Any]:
        return policy(
            {"Effect": "Allow", element: principal, "Action": "kms:Decrypt", "Resource": "*"},
        )

    @pytest.mark.parametrize(
        ("principal", "caller", "decision"),
        [
            ("*", None, ALLOWED),
            ({"AWS": "*"}, ROLE, ALLOWED),
            ({"AWS": ROLE}, ROLE, ALLOWED),
            ({"AWS": ROLE}, SESSION, ALLOWED),
            ({"AWS": ROLE}, SESSION.replace("/reader/", "/writer/"), IMPLICIT),
            ({"AWS": ROLE}, SESSION.replace("123456789012", "999999999999"), IMPLICIT),
            ({"AWS": "arn:aws:iam::123456789012:root"}, SESSION, ALLOWED),
            ({"AWS": "123456789012"}, ROLE, ALLOWED),
            ({"AWS": "123456789012"}, ROLE.replace("123456789012", "999999999999"), IMPLICIT),
            ({"AWS": ["999999999999", ROLE]}, ROLE, ALLOWED),
            ({"Service": "lambda.amazonaws.com"}, "lambda.amazonaws.com", ALLOWED),
            ({"Service": "lambda.amazonaws.com"}, "edgelambda.amazonaws.com", IMPLICIT),
            ({"Federated": "cognito-identity.amazonaws.com"}, "cognito-identity.amazonaws.com", ALLOWED),
            ({"AWS": ROLE}, None, IMPLICIT),
        ],
    )
    def test_principal(self, principal: object, caller: str | None, decision: Decision) -> None:
        assert ask(self.resource_policy(principal), "kms:Decrypt", "*", principal=caller) is decision

    def test_not_principal(self) -> None:
        document = self.resource_policy({"AWS": self.ROLE}, "NotPrincipal")
        assert ask(document, "kms:Decrypt", "*", principal=self.ROLE) is IMPLICIT
        assert ask(document, "kms:Decrypt", "*", principal="999999999999") is ALLOWED

    def test_a_trust_policy_has_no_resource(self) -> None:
        trust = policy(
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        )
        assert ask(trust, "sts:AssumeRole", self.ROLE, principal="lambda.amazonaws.com") is ALLOWED
        assert ask(trust, "sts:AssumeRole", self.ROLE, principal=self.ROLE) is IMPLICIT


MALFORMED: dict[str, dict[str, Any]] = {
    "Statement": {"Version": "2012-10-17"},
    "at least one": {"Version": "2012-10-17", "Statement": []},
    "not an object": {"Version": "2012-10-17", "Statement": ["Allow"]},
    "Version is '2012'": {"Version": "2012", "Statement": [allow()]},
    "unknown element \\['statement'\\]": {"statement": []},
    "Effect 'allow'": policy({"Effect": "allow", "Action": "*", "Resource": "*"}),
    "Effect None": policy({"Action": "*", "Resource": "*"}),
    "neither Action nor NotAction": policy({"Effect": "Allow", "Resource": "*"}),
    "both Action and NotAction": policy(allow(NotAction="*")),
    "both Resource and NotResource": policy(allow(NotResource="*")),
    "both Principal and NotPrincipal": policy(allow(Principal="*", NotPrincipal="*")),
    "neither a resource nor a principal": policy({"Effect": "Allow", "Action": "*"}),
    "must be service:name": policy(allow("GetItem")),
    "Action of statement 0 must be": policy(allow([])),
    "Resource of statement 0 must be": policy(allow(resource=[1])),
    "statement 0 \\(Named\\) has the unknown element \\['Actions'\\]": policy(
        allow(Sid="Named", Actions="*")
    ),
    "Principal of statement 0": policy(allow(Principal="123456789012")),
    "unknown type \\['Aws'\\]": policy(allow(Principal={"Aws": "*"})),
    "unknown condition operator 'StringEqual'": policy(allow(Condition={"StringEqual": {"a:b": "c"}})),
    "unknown condition operator 'NullIfExists'": policy(allow(Condition={"NullIfExists": {"a:b": "true"}})),
    "unknown set operator 'ForSomeValues'": policy(
        allow(Condition={"ForSomeValues:StringEquals": {"a:b": "c"}})
    ),
    "'ten' is no value for NumericEquals": policy(allow(Condition={"NumericEquals": {"a:b": "ten"}})),
    "'soon' is no value for DateLessThan": policy(allow(Condition={"DateLessThan": {"a:b": "soon"}})),
    "'home' is no value for IpAddress": policy(allow(Condition={"IpAddress": {"a:b": "home"}})),
    "Null a:b": policy(allow(Condition={"Null": {"a:b": "maybe"}})),
    "has no value": policy(allow(Condition={"StringEquals": {"a:b": []}})),
    "no string, number": policy(allow(Condition={"StringEquals": {"a:b": [None]}})),
    "Condition of statement 0 is a list": policy(allow(Condition=[])),
    "StringEquals in the Condition": policy(allow(Condition={"StringEquals": "a"})),
}


@pytest.mark.parametrize("message", MALFORMED)
def test_malformed_policies_say_what_is_wrong(message: str) -> None:
    with pytest.raises(MalformedPolicyError, match=message):
        ask(MALFORMED[message])
