"""The policies that resources carry themselves: keys, roles, buckets, queues, topics, buses and so on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.secretsmanager.exceptions import SecretNotFoundException

from scripts.local_cloud.administrator import ACCOUNT_ID, REGION
from scripts.local_cloud.authorization.callers import Document, parse_document
from scripts.local_cloud.backends import backend_of, role_with_arn

ACCOUNT_PRINCIPALS = {ACCOUNT_ID, f"arn:aws:iam::{ACCOUNT_ID}:root"}


def policy_of(resource: str) -> Document | None:
    """The resource policy of an ARN; None where it has none, or where its service has no such policies."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return None
    _, _, service, region, _, name = parts
    reader = READERS.get(service)
    text = reader(region or REGION, name, resource) if reader else None
    return parse_document(text) if text else None


def key_policy(region: str, name: str, _arn: str) -> Any:
    key = backend_of("kms", region).keys.get(name.removeprefix("key/"))
    return key.policy if key else None


def trust_policy(_region: str, _name: str, arn: str) -> Any:
    role = role_with_arn(arn)
    return role.assume_role_policy_document if role else None


def bucket_policy(_region: str, name: str, _arn: str) -> Any:
    bucket = backend_of("s3", REGION).buckets.get(name.partition("/")[0])
    return bucket.policy if bucket else None


def queue_policy(region: str, name: str, _arn: str) -> Any:
    queue = backend_of("sqs", region).queues.get(name)
    return queue.policy if queue else None


def topic_policy(region: str, _name: str, arn: str) -> Any:
    topic = backend_of("sns", region).topics.get(arn)
    return topic.policy if topic else None


def secret_policy(region: str, _name: str, arn: str) -> Any:
    try:
        secret = backend_of("secretsmanager", region).secrets.get(arn)
    except SecretNotFoundException:
        return None
    return secret.policy if secret else None


def function_policy(region: str, name: str, _arn: str) -> Any:
    """One policy for all of a function's versions and aliases: each statement names its resource."""
    function = backend_of("lambda", region)._lambdas._functions.get(name.split(":")[1])
    latest = function["latest"] if function else None
    statements = latest.policy.statements if latest else []
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def vault_policy(region: str, name: str, arn: str) -> Any:
    """A vault's access policy, which holds for its recovery points as well: scripts/local_cloud/backup."""
    vaults = backend_of("backup", region).vaults
    if name.startswith("backup-vault:"):
        vault = vaults.get(name.removeprefix("backup-vault:"))
    else:
        holding = (v for v in list(vaults.values()) if arn in getattr(v, "local_cloud_points", {}))
        vault = next(holding, None)
    return getattr(vault, "local_cloud_policy", None)


def bus_policy(region: str, name: str, _arn: str) -> Any:
    bus = backend_of("events", region).event_buses.get(name.removeprefix("event-bus/"))
    return bus.policy if bus else None


READERS = {
    "backup": vault_policy,
    "events": bus_policy,
    "iam": trust_policy,
    "kms": key_policy,
    "lambda": function_policy,
    "rds": vault_policy,  # Aurora's recovery points are snapshots
    "s3": bucket_policy,
    "secretsmanager": secret_policy,
    "sns": topic_policy,
    "sqs": queue_policy,
}


def without_delegation(policy: Document) -> Document | None:
    """The policy without what it merely hands on to the account's own policies.

    A statement that allows the account's root allows nobody yet: their own policy must allow it as well.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    statements = policy.get("Statement", [])
    statements = [statements] if isinstance(statements, Mapping) else statements
    kept = [narrowed for statement in statements if (narrowed := without_account(statement))]
    return {**policy, "Statement": kept} if kept else None


def without_account(statement: Mapping[str, Any]) -> Mapping[str, Any] | None:
    principal = statement.get("Principal")
    if statement.get("Effect") != "Allow" or not isinstance(principal, Mapping) or "AWS" not in principal:
        return statement
    named = principal["AWS"]
    kept = [name for name in ([named] if isinstance(named, str) else named) if name not in ACCOUNT_PRINCIPALS]
    rest = {**{kind: names for kind, names in principal.items() if kind != "AWS"}}
    if kept:
        rest["AWS"] = kept
    return {**statement, "Principal": rest} if rest else None
