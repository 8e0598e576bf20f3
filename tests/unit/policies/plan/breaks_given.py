"""Breaks of a plan by what it gives to others: grants, policies of tables, power to users and groups."""

from __future__ import annotations

from collections.abc import Iterator

from tests.unit.policies.compliant import FOREIGN, ID, allow, policy
from tests.unit.policies.plan.breaking import PlanBreak
from tests.unit.policies.plan.documents import adding, both, changing, ref

PUBLIC, STRANGERS = (
    policy(allow("dynamodb:GetItem", "*", Principal=principal)) for principal in ("*", {"AWS": FOREIGN})
)


def grants() -> Iterator[PlanBreak]:
    """One for a stranger, alone, beside one whose holder is not decided, and where the policy is not."""
    key, words = "aws_kms_key.phi", f"a grant lets the account {FOREIGN}"
    bad = adding(
        "aws_kms_grant.bad",
        key_id=ref(f"{key}.key_id"),
        grantee_principal=f"arn:aws:iam::{FOREIGN}:role/x",
        operations=["Decrypt"],
    )
    late = ref("random_id.x.hex")
    other = adding("aws_kms_grant.other", key_id=ref(f"{key}.key_id"), grantee_principal=late)
    for change in (bad, both(bad, other), both(bad, changing(key, policy=late))):
        yield PlanBreak("KMS-02", key, words, change)


def table_policies() -> Iterator[PlanBreak]:
    """Of the table and of its stream; one that is not decided, or is narrow, hides no other."""
    table, kind = "aws_dynamodb_table.patients", "aws_dynamodb_resource_policy"
    bad = adding(f"{kind}.bad", resource_arn=ref(f"{table}.arn"), policy=STRANGERS)
    yield PlanBreak("DDB-04", table, FOREIGN, bad)
    stream = f"arn:aws:dynamodb:us-east-1:{ID}:table/patients/stream/2026"
    for resource in (ref(f"{table}.stream_arn"), stream):
        change = adding(f"{kind}.bad", resource_arn=resource, policy=PUBLIC)
        yield PlanBreak("DDB-04", table, "public", change)
    for text in (policy(allow("dynamodb:GetItem", "*", Principal={"AWS": ID})), ref("random_id.x.hex")):
        other = adding(f"{kind}.other", resource_arn=ref(f"{table}.arn"), policy=text)
        yield PlanBreak("DDB-04", table, FOREIGN, both(bad, other))


def people() -> Iterator[PlanBreak]:
    """Users and groups, of this plan, of another, and of whom the plan does not tell."""
    late = ref("random_id.x.hex")
    user, group = "aws_iam_user.jo", "aws_iam_group.admins"
    made = both(adding(user, name="jo"), adding(group, name="admins"))
    of_user, of_group, of_many = (
        f"aws_iam_{kind}_attachment.x" for kind in ("user_policy", "group_policy", "policy")
    )
    for address, holder, name, words in (
        (
            of_user,
            {"user": ref(f"{user}.name")},
            "AdministratorAccess",
            "every action on every resource to jo",
        ),
        (of_user, {"user": "kim"}, "IAMFullAccess", "iam:* on every resource to kim"),
        (of_user, {"user": late}, "PowerUserAccess", "everything but account:*"),
        (
            of_group,
            {"group": ref(f"{group}.name")},
            "PowerUserAccess",
            "organizations:* on every resource to admins",
        ),
        (of_many, {"users": ["kim"]}, "AdministratorAccess", "to kim"),
        (of_many, {"groups": late}, "AdministratorAccess", f"to ({of_many})"),
    ):
        attach = adding(address, policy_arn=f"arn:aws:iam::aws:policy/{name}", **holder)
        yield PlanBreak("IAM-01", address, words, both(made, attach))
    for kind, named in (("user", late), ("group", "admins"), ("role", late)):
        address = f"aws_iam_{kind}_policy.x"
        inline = adding(address, name="x", policy=policy(allow("*", "*")), **{kind: named})
        yield PlanBreak("IAM-01", address, "every action", inline)
