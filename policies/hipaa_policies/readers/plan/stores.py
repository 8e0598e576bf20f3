"""Tables, buckets and secrets, as planned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import ResourcePolicy
from hipaa_policies.facts.partial import partial
from hipaa_policies.facts.stores import Bucket, ObjectLock, PublicAccessBlock, Replica, Secret, Table
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.policies import Attached, policy_text
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.plan.strangers import named_elsewhere, stranger

_KEYS = ("aws_kms_key", "aws_kms_replica_key")
_BUCKET = ("aws_s3_bucket",)
_TABLE = ("aws_dynamodb_table",)
_SECRET = ("aws_secretsmanager_secret",)
_YEAR_DAYS = 365


@reader("tables", types=(*_TABLE, "aws_dynamodb_resource_policy", "aws_dynamodb_table_replica"))
def read_tables(plan: Plan) -> Facts:
    separate = [(p, p.reference("global_table_arn", _TABLE)) for p in plan.of("aws_dynamodb_table_replica")]
    unplaced = next((owner for _, owner in separate if isinstance(owner, NotDecided)), None)

    def replicas(planned: Planned) -> Any:
        inline = planned.blocks("replica", computed=True)
        if isinstance(inline, Unreadable):
            return inline
        found = [_replica(block, block.get("region_name")) for block in inline]
        found += [_replica(p, p.region or f"({p.address})") for p, owner in separate if owner == planned.arn]
        return unplaced or tuple(found)

    policies = _TablePolicies(plan)
    made = {p.arn: _table(p, replicas(p), policies.of(p.arn)) for p in plan.of(*_TABLE)}
    others = [
        stranger(Table, p, arn, name=arn.rpartition("/")[2], policies=policies.of(arn))
        for arn, (p, *_) in policies.by_table.items()
        if arn not in made
    ]
    return {"tables": Listing((*made.values(), *others))}


class _TablePolicies:
    """The policies of tables and of their streams, by the table. Of one whose table is not decided any may be
    the table."""

    def __init__(self, plan: Plan) -> None:
        self.by_table: dict[str, list[Planned]] = {}
        self.unplaced: Unreadable | None = None
        for planned in plan.of("aws_dynamodb_resource_policy"):
            owner = planned.reference("resource_arn", _TABLE)
            if isinstance(owner, str):
                self.by_table.setdefault(owner.partition("/stream/")[0], []).append(planned)
            else:
                self.unplaced = planned.undecided("resource_arn")

    def of(self, table: str) -> Listing[ResourcePolicy]:
        texts = [policy_text(planned, "policy") for planned in self.by_table.get(table, ())]
        unknown = next((text for text in texts if isinstance(text, Unreadable)), None)
        known = tuple(ResourcePolicy(text) for text in texts if isinstance(text, str))
        return Listing(known, unknown or self.unplaced)


def _replica(block: Block, region: Any) -> Replica:
    return partial(Replica, region=region, key=block.reference("kms_key_arn", _KEYS))


def _table(planned: Planned, replicas: Any, policies: Listing[ResourcePolicy]) -> Table:
    encryption = planned.block("server_side_encryption")
    key: Any = encryption
    if isinstance(encryption, Block):
        # Enabled without a key is alias/aws/dynamodb, which AWS manages.
        enabled = encryption.flag("enabled")
        key = enabled if isinstance(enabled, Unreadable) else None
        key = encryption.reference("kms_key_arn", _KEYS) if enabled is True else key
    recovery = planned.block("point_in_time_recovery")
    return partial(
        Table,
        arn=planned.arn,
        name=planned.name,
        key=key,
        deletion_protection=planned.flag("deletion_protection_enabled"),
        recovery=recovery.flag("enabled") if isinstance(recovery, Block) else recovery or False,
        replicas=replicas,
        policies=policies,
    )


@reader(
    "buckets",
    types=(
        *_BUCKET,
        "aws_s3_account_public_access_block",
        "aws_s3_bucket_logging",
        "aws_s3_bucket_object_lock_configuration",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
    ),
)
def read_buckets(plan: Plan) -> Facts:
    policies = Attached(plan, "aws_s3_bucket_policy", "bucket", _BUCKET)
    parts = {
        kind: _by_bucket(plan, f"aws_s3_bucket_{kind}")
        for kind in (
            "logging",
            "object_lock_configuration",
            "public_access_block",
            "server_side_encryption_configuration",
            "versioning",
        )
    }

    def bucket(planned: Planned) -> Bucket:
        def part(kind: str, read: Callable[[Block], Any], absent: Any) -> Any:
            found, unplaced = parts[kind]
            if planned.name in found:
                return read(found[planned.name])
            return unplaced or absent

        own = _with_the_accounts(plan, part("public_access_block", _switches, PublicAccessBlock()))
        algorithm, key = part("server_side_encryption_configuration", _encryption, ("AES256", None))
        return partial(
            Bucket,
            arn=planned.arn,
            name=planned.name,
            public_access_block=own,
            policy=policies.to(planned, planned.name),
            versioning=part("versioning", _versioning, _inline_versioning(planned)),
            algorithm=algorithm,
            key=key,
            lock=part("object_lock_configuration", _lock, None),
            log_target=part("logging", lambda b: b.reference("target_bucket", _BUCKET, "name"), None),
        )

    made = plan.of(*_BUCKET)
    return {"buckets": Listing((*map(bucket, made), *_other_buckets(plan, {p.name for p in made})))}


def _other_buckets(plan: Plan, made: set[str]) -> list[Bucket]:
    """Buckets of other plans, to which this one gives a policy or a public access block."""
    given: dict[str, dict[str, Any]] = {}
    changing: dict[str, Planned] = {}
    parts: dict[str, tuple[str, Callable[[Planned], Any]]] = {
        "aws_s3_bucket_policy": ("policy", lambda p: policy_text(p, "policy")),
        "aws_s3_bucket_public_access_block": (
            "public_access_block",
            lambda p: _with_the_accounts(plan, _switches(p)),
        ),
    }
    for kind, (field, read) in parts.items():
        for name, planned in named_elsewhere(plan, kind, "bucket", _BUCKET, "name", made).items():
            given.setdefault(name, {})[field] = read(planned)
            changing.setdefault(name, planned)
    return [
        stranger(Bucket, changing[name], f"arn:{plan.partition}:s3:::{name}", name=name, **known)
        for name, known in given.items()
    ]


def _by_bucket(plan: Plan, kind: str) -> tuple[dict[str, Planned], NotDecided | None]:
    found: dict[str, Planned] = {}
    unplaced: NotDecided | None = None
    for planned in plan.of(kind):
        name = planned.reference("bucket", _BUCKET, "name")
        if isinstance(name, NotDecided):
            unplaced = name
        else:
            found[str(name)] = planned
    return found, unplaced


_SWITCHES = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")


def _switches(block: Block) -> Any:
    values = [block.flag(name) for name in _SWITCHES]
    return next((v for v in values if isinstance(v, Unreadable)), None) or partial(PublicAccessBlock, *values)


def _with_the_accounts(plan: Plan, own: Any) -> Any:
    account = [_switches(p) for p in plan.of("aws_s3_account_public_access_block")]
    if isinstance(own, PublicAccessBlock) and account and isinstance(account[0], PublicAccessBlock):
        return own.merged(account[0])
    return own


def _encryption(block: Block) -> tuple[Any, Any]:
    rule = block.block("rule")
    default = rule.block("apply_server_side_encryption_by_default") if isinstance(rule, Block) else rule
    if not isinstance(default, Block):
        return (default, default) if default is not None else ("AES256", None)
    return default.get("sse_algorithm"), default.reference("kms_master_key_id", _KEYS)


def _versioning(block: Block) -> Any:
    status = block.inside("versioning_configuration", "status")
    return status if isinstance(status, Unreadable) else status == "Enabled"


def _inline_versioning(planned: Planned) -> Any:
    enabled = planned.inside("versioning", "enabled", computed=True)
    return enabled if isinstance(enabled, Unreadable) else enabled is True


def _lock(block: Block) -> Any:
    rule = block.block("rule")
    retention = rule.block("default_retention") if isinstance(rule, Block) else rule
    if not isinstance(retention, Block):
        return retention or partial(ObjectLock, None, 0)
    days, years, mode = retention.get("days"), retention.get("years"), retention.get("mode")
    for value in (days, years, mode):
        if isinstance(value, Unreadable):
            return value
    return partial(ObjectLock, mode, days or (years or 0) * _YEAR_DAYS)


@reader("secrets", types=(*_SECRET, "aws_secretsmanager_secret_policy", "aws_secretsmanager_secret_rotation"))
def read_secrets(plan: Plan) -> Facts:
    policies = Attached(plan, "aws_secretsmanager_secret_policy", "secret_arn", _SECRET, form="arn")
    rotated = {
        planned.reference("secret_id", _SECRET) for planned in plan.of("aws_secretsmanager_secret_rotation")
    }
    found = tuple(
        partial(
            Secret,
            arn=planned.arn,
            name=planned.name,
            key=planned.reference("kms_key_id", _KEYS),
            rotation=planned.arn in rotated or next((r for r in rotated if isinstance(r, Unreadable)), False),
            policy=_own_policy(policies.to(planned, planned.arn)),
        )
        for planned in plan.of(*_SECRET)
    )
    made = {secret.arn for secret in found}
    others = named_elsewhere(plan, "aws_secretsmanager_secret_policy", "secret_arn", _SECRET, "arn", made)
    strangers = [
        stranger(Secret, p, arn, policy=_own_policy(policy_text(p, "policy"))) for arn, p in others.items()
    ]
    return {"secrets": Listing((*found, *strangers))}


def _own_policy(text: Any) -> Any:
    """An empty document is how Terraform is told that a secret shall have no policy."""
    return None if isinstance(text, str) and text.strip() in ("", "{}") else text
