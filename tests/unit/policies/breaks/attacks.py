"""Configurations that break a control while they look like ones that keep it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, one, role_says

GITHUB = c.arn("iam", "oidc-provider/token.actions.githubusercontent.com", "")
AUDIENCE = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
SUBJECT = "token.actions.githubusercontent.com:sub"
GUESTS = "cognito-identity.amazonaws.com"


def _written(name: str, **statement: Any) -> Break:
    document = c.policy({"Effect": "Allow", **statement})
    return one("IAM-01", name, "written_policies", f"{c.ROLE}/policy/workload", "every", document=document)


def _trusted(name: str, principal: object, words: str, **condition: Any) -> Break:
    more = {"Condition": condition} if condition else {}
    return one("IAM-05", name, "roles", c.ROLE, words, trust=c.trust(principal, **more))


def _key(name: str, words: str, *statements: dict[str, Any]) -> Break:
    return one("KMS-02", name, "keys", c.KEY, words, policy=c.policy(*statements))


def _policies() -> Iterator[Break]:
    """Wildcards where few look for them, and exceptions that leave everything."""
    yield _written("wild ARN", Action="*", Resource="arn:aws:*:*:*:*")
    yield _written("short ARN", Action="*", Resource="arn:aws:*")
    yield _written("question marks", Action="*:?*", Resource="*?")
    yield _written("everything but one action", NotAction="s3:PutBucketPolicy", Resource="*")
    for name, words, action, resource in (
        ("service by letters", "dynamodb:*e*", "dynamodb:*e*", c.PATIENTS),
        ("every table", "table/*", "dynamodb:GetItem", c.arn("dynamodb", "table/*")),
        ("every bucket's objects", "arn:aws:s3:::*/*", "s3:GetObject", "arn:aws:s3:::*/*"),
        ("wild ARN", "on every resource", "dynamodb:GetItem", "arn:aws:*"),
    ):
        yield Break("IAM-03", name, c.ROLE, words, role_says(c.allow(action, resource)))
    own = {"Effect": "Allow", "NotAction": "s3:*", "Resource": c.ROLE}
    yield Break("IAM-04", "everything but, of roles", c.ROLE, "iam:PutRolePolicy", role_says(own))
    wide = {"Effect": "Allow", "NotAction": "s3:*", "NotResource": c.PATIENTS}
    yield Break("IAM-04", "everything but, twice", c.ROLE, "can use", role_says(wide))


def _trusts() -> Iterator[Break]:
    """Conditions that hold for everybody."""
    anybody = {"AWS": "*"}
    yield _trusted(
        "a role's name in any account",
        anybody,
        "anybody",
        ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:role/admin"},
    )
    itself = {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}
    yield _trusted("a variable of the request", anybody, "anybody", StringEquals=itself)
    yield _trusted(
        "an account, if there is one",
        anybody,
        "anybody",
        StringEqualsIfExists={"aws:PrincipalAccount": c.ID},
    )
    yield _trusted("a tag", anybody, "anybody", StringEquals={"aws:PrincipalTag/team": "care"})
    yield _trusted("GitHub's audience", {"Federated": GITHUB}, "anybody known to", StringEquals=AUDIENCE)
    yield _trusted(
        "any repository",
        {"Federated": GITHUB},
        "anybody known to",
        StringEquals=AUDIENCE,
        StringLike={SUBJECT: "repo:*:ref:refs/heads/main"},
    )
    yield _trusted(
        "users of any identity pool",
        {"Federated": GUESTS},
        "anybody known to",
        **{"ForAnyValue:StringLike": {f"{GUESTS}:amr": "authenticated"}},
    )
    yield _trusted(
        "guests of the identity pool",
        {"Federated": GUESTS},
        "anybody known to",
        StringEquals={f"{GUESTS}:aud": "us-east-1:pool"},
    )
    pinned_to_a_stranger = c.policy(
        c.allow(
            "sqs:SendMessage",
            "*",
            Principal={"Service": "sns.amazonaws.com"},
            Condition={"StringEquals": {"aws:SourceAccount": c.FOREIGN}},
        )
    )
    yield one("SQS-02", "a service for a stranger", "queues", c.QUEUE, c.FOREIGN, policy=pinned_to_a_stranger)


ATTACKS = (*_policies(), *_trusts())
