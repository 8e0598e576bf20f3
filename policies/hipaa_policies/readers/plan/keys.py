"""KMS keys and their aliases, as planned."""

from __future__ import annotations

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


@reader("keys", types=(*_KINDS, "aws_kms_alias", "aws_kms_key_policy"))
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
    others = named_elsewhere(plan, "aws_kms_key_policy", "key_id", _KINDS, "id", names)
    strangers = [
        stranger(
            Key,
            p,
            plan.arn("kms", f"key/{name.rpartition('/')[2]}"),
            id=name.rpartition("/")[2],
            customer_managed=True,  # AWS's own policies are fixed
            policy=policy_text(p, "policy"),
        )
        for name, p in others.items()
    ]
    return {"keys": Listing((*(_key(planned, aliases, policies) for planned in made), *strangers))}


def _key(planned: Planned, aliases: dict[str, list[str]], policies: Attached) -> Key:
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
    )
