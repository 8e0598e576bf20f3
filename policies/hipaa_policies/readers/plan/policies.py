"""Policies of resources: their own attribute, resources that attach one, and rendered data sources."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hipaa_policies.facts import Unreadable
from hipaa_policies.readers.plan.model import Block, Plan, Planned


def policy_text(block: Block, name: str) -> Any:
    """A policy's text; ``NotDecided`` where it is only known after apply and cannot be rendered.

    A document of ``aws_iam_policy_document`` is rendered from its planned statements: the data source is
    read during the apply, but what is written in it is mostly known before.
    """
    value = block.text(name)
    if not isinstance(value, Unreadable):
        return value
    sources = block.targets(name, ("aws_iam_policy_document",))
    if isinstance(sources, Unreadable) or len(sources) != 1:
        return value
    return _rendered(sources[0]) or value


def _rendered(source: Planned) -> str | None:
    """The document of a data source, or ``None`` where a part of it is not decided."""
    if source.values.get("json"):
        return str(source.values["json"])
    if source.values.get("source_policy_documents") or source.values.get("override_policy_documents"):
        return None
    statements = source.blocks("statement")
    if isinstance(statements, Unreadable):
        return None
    rendered = [_statement(statement) for statement in statements]
    if not rendered or any(statement is None for statement in rendered):
        return None
    return json.dumps({"Version": source.values.get("version") or "2012-10-17", "Statement": rendered})


_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_IDENTIFIED = (
    "aws_cloudwatch_log_group",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_lambda_function",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_sns_topic",
    "aws_sqs_queue",
)


def _statement(block: Block) -> dict[str, Any] | None:
    found: dict[str, Any] = {"Effect": block.values.get("effect") or "Allow"}
    for name, key in _LISTS.items():
        values = block.all_references(name, _IDENTIFIED)
        if isinstance(values, Unreadable):
            return None
        if values:
            found[key] = list(values)
    conditions, principals = block.blocks("condition"), block.blocks("principals")
    if isinstance(conditions, Unreadable) or isinstance(principals, Unreadable):
        return None
    for condition in conditions:
        values = condition.all_references("values", _IDENTIFIED)
        if isinstance(values, Unreadable) or not isinstance(condition.values.get("test"), str):
            return None
        test = found.setdefault("Condition", {}).setdefault(condition.values["test"], {})
        test[condition.values.get("variable")] = list(values)
    for principal in principals:
        identifiers = principal.all_references("identifiers", ("aws_iam_role",))
        if isinstance(identifiers, Unreadable) or not isinstance(principal.values.get("type"), str):
            return None
        kind = principal.values["type"]
        if kind == "*":
            found["Principal"] = "*"
        else:
            found.setdefault("Principal", {}).setdefault(kind, []).extend(identifiers)
    return found


def attached(
    plan: Plan, kind: str, key: str, owners: Sequence[str], name: str = "policy", form: str = "name"
) -> Mapping[str, Any]:
    """The policies that resources of ``kind`` attach, by the identity of what ``key`` names."""
    found: dict[str, Any] = {}
    for resource in plan.of(kind):
        owner = resource.reference(key, owners, form)
        if isinstance(owner, str):
            found[owner] = policy_text(resource, name)
    return found


def merged(*texts: str) -> str:
    """One document with the statements of several."""
    statements: list[Any] = []
    for text in texts:
        part = json.loads(text).get("Statement") or []
        statements += part if isinstance(part, list) else [part]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
