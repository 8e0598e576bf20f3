"""Breaks of least privilege."""

from __future__ import annotations

from datetime import date
from typing import Any

from hipaa_policies.facts.identities import WrittenPolicy
from hipaa_policies.settings import TrustedAccount

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, added, both, changed, one, role_says, told


def _of_people(name: str, words: str, statement: dict[str, Any]) -> Break:
    """A managed policy of AWS's, attached to the user."""
    attached = f"{c.USER}/attached-policy/{name}"
    change = added("written_policies", WrittenPolicy(attached, c.policy(statement), ("jo",)))
    return Break("IAM-01", name, attached, words, change)


PERMISSIONS = (
    *(
        one(
            "IAM-01", name, "written_policies", f"{c.ROLE}/policy/workload", "every action", document=document
        )
        for name, document in {
            "star": c.policy(c.allow("*", "*")),
            "two stars": c.policy(c.allow("*:*", ["*"])),
            "exceptions": c.policy({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::x"}),
        }.items()
    ),
    _of_people("AdministratorAccess", "every action on every resource to jo", c.allow("*", "*")),
    _of_people("IAMFullAccess", "iam:* on every resource to jo", c.allow("iam:*", "*")),
    _of_people(
        "PowerUserAccess",
        "everything but account:*, iam:*, organizations:* on every resource to jo",
        {"Effect": "Allow", "NotAction": ["account:*", "iam:*", "organizations:*"], "Resource": "*"},
    ),
    Break(
        "IAM-02",
        "administrator",
        c.FUNCTION,
        "Admin",
        role_says(c.allow("*", "*"), name="Admin", managed="arn:aws:iam::aws:policy/Admin"),
    ),
    Break(
        "IAM-02",
        "under another name",
        c.FUNCTION,
        "dynamodb:*",
        role_says(c.allow("dynamodb:*", "*"), name="Harmless", managed=c.arn("iam", "policy/Harmless", "")),
    ),
    Break(
        "IAM-03",
        "every recovery point",
        c.ROLE,
        "backup:DeleteRecoveryPoint on",
        role_says(c.allow("backup:DeleteRecoveryPoint", c.arn("backup", "recovery-point:*"))),
    ),
    Break("IAM-03", "service", c.ROLE, "dynamodb:*", role_says(c.allow("dynamodb:*", c.PATIENTS))),
    Break(
        "IAM-03", "resource", c.ROLE, "dynamodb:GetItem on every", role_says(c.allow("dynamodb:GetItem", "*"))
    ),
    Break(
        "IAM-03",
        "everything but",
        c.ROLE,
        "everything but iam:*",
        role_says({"Effect": "Allow", "NotAction": "iam:*", "Resource": c.PATIENTS}),
    ),
    Break("IAM-04", "alone", c.ROLE, "iam:PutRolePolicy", role_says(c.allow("iam:Put*", c.ROLE))),
    Break(
        "IAM-04",
        "combination",
        c.ROLE,
        "lambda:CreateFunction",
        role_says(
            c.allow(
                "iam:PassRole",
                "*",
                Condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            ),
            c.allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*"),
        ),
    ),
    one("IAM-05", "anyone", "roles", c.ROLE, "anybody", trust=c.trust("*")),
    one(
        "IAM-05",
        "any repository",
        "roles",
        c.ROLE,
        "token.actions.githubusercontent.com",
        trust=c.trust({"Federated": c.arn("iam", "oidc-provider/token.actions.githubusercontent.com", "")}),
    ),
    Break(
        "IAM-06",
        "shared",
        c.FUNCTION,
        "shares its role with",
        changed("functions", c.FUNCTION, role_arn=c.OTHER_ROLE),
        (c.OTHER_FUNCTION,),
    ),
    one("IAM-07", "a stranger", "roles", c.ROLE, c.FOREIGN, trust=c.trust({"AWS": c.FOREIGN})),
    Break(
        "IAM-07",
        "no longer listed",
        c.ROLE,
        c.FOREIGN,
        both(
            changed("roles", c.ROLE, trust=c.trust({"AWS": f"arn:aws:iam::{c.FOREIGN}:role/x"})),
            told(trusted_accounts=(TrustedAccount(c.FOREIGN, "backup", "Jo", date(2026, 1, 1)),)),
        ),
    ),
)
