"""KMS keys and their aliases, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Plan, Planned
from hipaa_policies.readers.plan.policies import Attached, policy_text
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.plan.strangers import named_elsewhere, stranger

_KINDS = ("aws_kms_key", "aws_kms_replica_key", "aws_kms_external_key")
# What KMS gives a key without a policy: everything to the account, whose IAM then decides.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
_DEFAULT_POLICY = (
    '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "kms:*", "Resource": "*", '
    '"Principal": {{"AWS": "{arn}"}}}}]}}'
)


@reader("keys", types=(*_KINDS, "aws_kms_alias", "aws_kms_grant", "aws_kms_key_policy"))
def read_keys(plan: Plan) -> Facts:
    aliases: dict[str, list[str]] = {}
    for alias in plan.of("aws_kms_alias"):
        target = alias.reference("target_key_id", _KINDS, "id")
        name = alias.values.get("name")
        if isinstance(target, str) and isinstance(name, str):
            aliases.setdefault(target.rpartition("/")[2], []).append(name)
    policies = Attached(plan, "aws_kms_key_policy", "key_id", _KINDS, form="id")
    made = plan.of(*_KINDS)
    names = {name for planned in made for name in (planned.id, planned.arn)}
    grants = _Grants(plan)
    given: dict[str, dict[str, Any]] = {
        name.rpartition("/")[2]: {"policy": policy_text(p, "policy"), "changing": p}
        for name, p in named_elsewhere(plan, "aws_kms_key_policy", "key_id", _KINDS, "id", names).items()
    }
    for name, p in named_elsewhere(plan, "aws_kms_grant", "key_id", _KINDS, "id", names).items():
        given.setdefault(name.rpartition("/")[2], {"changing": p})
    strangers = [
        stranger(
            Key,
            known.pop("changing"),
            plan.arn("kms", f"key/{identifier}"),
            id=identifier,
            customer_managed=True,  # AWS's own policies are fixed, and nobody grants what they allow
            grantees=grants.of(identifier),
            **known,
        )
        for identifier, known in given.items()
    ]
    return {"keys": Listing((*(_key(planned, aliases, policies, grants) for planned in made), *strangers))}


class _Grants:
    """Who has grants, by the key's id. Of one whose key is not decided any may be the key."""

    def __init__(self, plan: Plan) -> None:
        self.by_key: dict[str, list[Planned]] = {}
        self.unplaced: Unreadable | None = None
        for planned in plan.of("aws_kms_grant"):
            key = planned.reference("key_id", _KINDS, "id")
            if isinstance(key, str):
                self.by_key.setdefault(key.rpartition("/")[2], []).append(planned)
            else:
                self.unplaced = planned.undecided("key_id")

    def of(self, key: str) -> Listing[str]:
        grants = self.by_key.get(key.rpartition("/")[2], ())
        named = [grant.reference("grantee_principal", ("aws_iam_role", "aws_iam_user")) for grant in grants]
        unknown = next((name for name in named if isinstance(name, Unreadable)), None)
        return Listing(tuple(name for name in named if isinstance(name, str)), unknown or self.unplaced)


def _key(planned: Planned, aliases: dict[str, list[str]], policies: Attached, grants: _Grants) -> Key:
    enabled = planned.flag("is_enabled" if planned.type == "aws_kms_key" else "enabled", True)
    own = policies.to(planned, planned.id, planned.arn)
    account = planned.plan.arn("iam", "root", region="")
    origin = "AWS_KMS" if planned.type == "aws_kms_key" else "EXTERNAL"
    if planned.values.get("custom_key_store_id"):
        origin = "AWS_CLOUDHSM"
    return partial(
        Key,
        arn=planned.arn,
        id=planned.id,
        state=enabled if isinstance(enabled, Unreadable) else "Enabled" if enabled else "Disabled",
        spec=planned.get("customer_master_key_spec") or "SYMMETRIC_DEFAULT",
        origin=origin,
        customer_managed=True,
        rotation=planned.flag("enable_key_rotation"),
        policy=own or _DEFAULT_POLICY.format(arn=account),
        aliases=tuple(sorted(aliases.get(planned.id, ()))),
        grantees=grants.of(planned.id),
    )
