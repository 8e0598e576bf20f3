"""Policy documents, read strictly: what AWS would refuse is an error here, never a silent no-match.

The grammar is https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from hipaa_policies.iam.conditions import Condition, parse_conditions
from hipaa_policies.iam.model import MalformedPolicyError

VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = {"Version", "Id", "Statement"}
_PAIRS = (("Action", "NotAction"), ("Resource", "NotResource"), ("Principal", "NotPrincipal"))
_ELEMENTS = {"Sid", "Effect", "Condition"}.union(*_PAIRS)
_PRINCIPAL_TYPES = {"AWS", "Service", "Federated", "CanonicalUser"}

__all__ = ["Condition", "Principal", "Statement", "load_policy", "statements"]


@dataclass(frozen=True)
class Principal:
    """One principal of a resource policy: ``type`` is AWS, Service, Federated, CanonicalUser or ``*``."""

    type: str
    value: str


@dataclass(frozen=True)
class Statement:
    """One statement. Patterns are kept as written; ``not_...`` tells that they name the exceptions.

    ``resources`` and ``principals`` are ``None`` where the statement has no such element (trust
    policies have no resource, identity policies no principal).
    """

    sid: str | None
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...]
    not_actions: bool
    resources: tuple[str, ...] | None
    not_resources: bool
    principals: tuple[Principal, ...] | None
    not_principals: bool
    conditions: tuple[Condition, ...]
    variables: bool

    @property
    def allows(self) -> bool:
        return self.effect == "Allow"


class PolicyDocument(dict[str, Any]):
    """A policy document that keeps its statements, once they were read."""

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        return _statements(self)


def load_policy(text: str) -> PolicyDocument:
    """Read a policy document's JSON. Raises ``MalformedPolicyError`` where it is not an object."""
    try:
        document = json.loads(text)
    except ValueError as error:
        raise MalformedPolicyError(f"the policy is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise MalformedPolicyError(f"the policy is a {type(document).__name__}, not an object")
    return PolicyDocument(document)


def statements(policy: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Return the statements of a policy. Raises ``MalformedPolicyError``."""
    return policy.statements if isinstance(policy, PolicyDocument) else _statements(policy)


def _statements(policy: Mapping[str, Any]) -> tuple[Statement, ...]:
    unknown = set(policy) - _TOP
    if unknown:
        raise MalformedPolicyError(f"unknown element {sorted(unknown)} in the policy")
    version = policy.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        raise MalformedPolicyError(f"Version is {version!r}, not one of {', '.join(VERSIONS)}")
    listed = policy.get("Statement")
    if isinstance(listed, Mapping):
        listed = [listed]
    if not isinstance(listed, list) or not listed:
        raise MalformedPolicyError("Statement must be an object or a list with at least one object")
    # Variables came with 2012-10-17; before it "${" is just text.
    return tuple(_statement(entry, index, version == VERSIONS[0]) for index, entry in enumerate(listed))


def _statement(entry: object, index: int, variables: bool) -> Statement:
    where = f"statement {index}"
    if not isinstance(entry, Mapping):
        raise MalformedPolicyError(f"{where} is a {type(entry).__name__}, not an object")
    if entry.get("Sid"):
        where += f" ({entry['Sid']})"
    unknown = set(entry) - _ELEMENTS
    if unknown:
        raise MalformedPolicyError(f"{where} has the unknown element {sorted(map(str, unknown))}")
    for one, other in _PAIRS:
        if one in entry and other in entry:
            raise MalformedPolicyError(f"{where} has both {one} and {other}")
    effect = entry.get("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedPolicyError(f"{where} has Effect {effect!r}, which is neither Allow nor Deny")
    actions, not_actions = _patterns(entry, "Action", where)
    if actions is None:
        raise MalformedPolicyError(f"{where} has neither Action nor NotAction")
    for action in actions:
        if ":" not in action and action != "*":
            raise MalformedPolicyError(f"{where} has the action {action!r}: it must be service:name or *")
    resources, not_resources = _patterns(entry, "Resource", where)
    principals, not_principals = _principals(entry, where)
    if resources is None and principals is None:
        raise MalformedPolicyError(f"{where} has neither a resource nor a principal")
    return Statement(
        sid=entry.get("Sid"),
        effect=effect,
        actions=actions,
        not_actions=not_actions,
        resources=resources,
        not_resources=not_resources,
        principals=principals,
        not_principals=not_principals,
        conditions=parse_conditions(entry.get("Condition"), where),
        variables=variables,
    )


def _patterns(entry: Mapping[str, Any], name: str, where: str) -> tuple[tuple[str, ...] | None, bool]:
    negated = f"Not{name}" in entry
    key = f"Not{name}" if negated else name
    if key not in entry:
        return None, False
    return _strings(entry[key], f"{key} of {where}"), negated


def _strings(value: object, where: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not listed or not all(isinstance(item, str) for item in listed):
        raise MalformedPolicyError(f"{where} must be a string or a list of strings, not {value!r}")
    return tuple(listed)


def _principals(entry: Mapping[str, Any], where: str) -> tuple[tuple[Principal, ...] | None, bool]:
    negated = "NotPrincipal" in entry
    key = "NotPrincipal" if negated else "Principal"
    if key not in entry:
        return None, False
    value = entry[key]
    if value == "*":
        return (Principal("*", "*"),), negated
    if not isinstance(value, Mapping) or not value:
        raise MalformedPolicyError(f'{key} of {where} must be "*" or an object, not {value!r}')
    unknown = set(value) - _PRINCIPAL_TYPES
    if unknown:
        raise MalformedPolicyError(f"{key} of {where} has the unknown type {sorted(map(str, unknown))}")
    found = [
        Principal(kind, name)
        for kind, names in value.items()
        for name in _strings(names, f"{key}.{kind} of {where}")
    ]
    return tuple(found), negated
