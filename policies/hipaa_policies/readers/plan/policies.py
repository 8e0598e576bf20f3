"""Policies of resources: their own attribute, resources that attach one, and rendered data sources."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    for more in ("source_policy_documents", "override_policy_documents"):
        if source.values.get(more) or source.unknown.get(more):
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
    effect = block.get("effect")
    if isinstance(effect, Unreadable):
        return None
    found: dict[str, Any] = {"Effect": effect or "Allow"}
    for name, key in _LISTS.items():
        values = block.all_references(name, _IDENTIFIED)
        # What is put around a reference is not known ("${arn}/*"): good enough for what is allowed, of
        # which the service counts, and not for what is denied.
        if isinstance(values, Unreadable) or (effect == "Deny" and block.unsettled(name)):
            return None
        if values:
            found[key] = list(values)
    conditions, principals = block.blocks("condition"), _principals(block)
    if isinstance(conditions, Unreadable) or principals is None:
        return None
    for condition in conditions:
        values = condition.all_references("values", _IDENTIFIED)
        names = (condition.get("test"), condition.get("variable"))
        if isinstance(values, Unreadable) or not all(isinstance(name, str) for name in names):
            return None
        test = found.setdefault("Condition", {}).setdefault(names[0], {})
        test.setdefault(names[1], []).extend(values)
    return found | principals


def _principals(block: Block) -> dict[str, Any] | None:
    """The elements Principal and NotPrincipal of a statement; ``None`` where they are not decided."""
    found: dict[str, Any] = {}
    for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
        listed = block.blocks(name)
        if isinstance(listed, Unreadable):
            return None
        for principal in listed:
            identifiers = principal.all_references("identifiers", ("aws_iam_role", "aws_iam_user"))
            kind = principal.get("type")
            if isinstance(identifiers, Unreadable) or not isinstance(kind, str):
                return None
            if kind == "*" or found.get(key) == "*":
                found[key] = "*"
            else:
                found.setdefault(key, {}).setdefault(kind, []).extend(identifiers)
    return found


class Attached:
    """The policies that resources of ``kind`` attach, by the identity of what ``key`` names.

    Of one whose owner is not decided any resource may be the owner, so none is without a policy.
    """

    def __init__(
        self, plan: Plan, kind: str, key: str, owners: Sequence[str], name: str = "policy", form: str = "name"
    ) -> None:
        self.texts: dict[str, Any] = {}
        self.unplaced: Unreadable | None = None
        for resource in plan.of(kind):
            owner = resource.reference(key, owners, form)
            if isinstance(owner, str):
                self.texts[owner] = policy_text(resource, name)
            else:
                self.unplaced = resource.undecided(key)

    def to(self, owner: Planned, *names: str, name: str | None = "policy") -> Any:
        """The policy of a resource that is known by ``names``: an attached one, else its own attribute."""
        for identity in names:
            if identity in self.texts:
                return self.texts[identity]
        return self.unplaced or (policy_text(owner, name) if name else None)


def merged(*texts: str) -> str:
    """One document with the statements of several."""
    statements: list[Any] = []
    for text in texts:
        part = json.loads(text).get("Statement") or []
        statements += part if isinstance(part, list) else [part]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
