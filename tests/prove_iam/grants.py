"""What a role is granted: one action on one resource in one statement; and policies without some of it."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from hipaa_policies.iam import AccessRequest, Decision, evaluate
from hipaa_policies.iam.matching import matches_action

Document = Mapping[str, Any]
# What AWS makes up anew at every apply: the rest of a name says what it is.
MADE_UP = (
    (re.compile(r"/stream/\d{4}-\d{2}-\d{2}T[\d:.]+$"), "/stream/<time>"),
    (re.compile(r":dbuser:cluster-[A-Z0-9]+/"), ":dbuser:<cluster>/"),
    (re.compile(r":secret:rds!cluster-.*$"), ":secret:<cluster's own>"),
)
# A policy's name has neither "/" nor ":", and an action has no space.
NAME = re.compile(r"([^/:]+)/(\w+): (\S+) on (.+)")


@dataclass(frozen=True, order=True)
class Grant:
    """``action`` and ``resource`` are as the policy has them, with their wildcards.

    A statement of n actions and m resources is n times m grants: each pair is a permission of its own, and
    may be needed or not. ``shown`` is the resource as the next deployment will show it, too.
    """

    role: str
    policy: str
    statement: int
    sid: str
    action: str
    resource: str
    shown: str = field(compare=False)

    @property
    def name(self) -> str:
        """The grant within its role, for people and for the files of results."""
        return f"{self.policy}/{self.sid or self.statement}: {self.action} on {self.shown}"

    @classmethod
    def of_name(cls, role: str, name: str) -> Grant:
        """What the name says of the grant: its resource is the one that is shown. Raises ``ValueError``."""
        if not (found := NAME.fullmatch(name)):
            raise ValueError(f"{name!r} of {role} is no grant's name")
        policy, statement, action, resource = found.groups()
        return cls(role, policy, 0, statement, action, resource, resource)


def grants_of(
    role: str, policies: Mapping[str, Document], aliases: Mapping[str, str] | None = None
) -> list[Grant]:
    """Every grant of the policies of a role, by policy name. Denials grant nothing.

    ``aliases``: of keys, by their ARNs. Raises ``ValueError`` for a statement with NotAction or NotResource:
    what it grants has no list;
    and where two grants have one name, since one of them would go untried.
    """
    found = []
    for policy, document in sorted(policies.items()):
        for index, statement in enumerate(statements_of(document)):
            if statement["Effect"] == "Allow":
                sid = str(statement.get("Sid", ""))
                for action, resource in pairs(statement):
                    shown = (aliases or {}).get(resource) or lasting(resource)
                    found.append(Grant(role, policy, index, sid, action, resource, shown))
    if twice := [name for name, number in Counter(grant.name for grant in found).items() if number > 1]:
        raise ValueError(f"{role} has more than one grant of the name {', '.join(twice)}")
    return found


def lasting(resource: str) -> str:
    for made_up, name in MADE_UP:
        resource = made_up.sub(name, resource)
    return resource


def digest(policies: Mapping[str, Document], aliases: Mapping[str, str] | None = None) -> str:
    """What the policies of a role say, conditions and denials included, as one SHA-256.

    It is the same in the next deployment: ids that AWS makes up are shown as in ``Grant.shown``.
    """

    def shown(value: Any) -> Any:
        if isinstance(value, str):
            return (aliases or {}).get(value) or lasting(value)
        if isinstance(value, Mapping):
            return {name: shown(inner) for name, inner in value.items()}
        return [shown(inner) for inner in value] if isinstance(value, list) else value

    return hashlib.sha256(json.dumps(shown(policies), sort_keys=True).encode()).hexdigest()


def statements_of(document: Document) -> list[dict[str, Any]]:
    statements = document["Statement"]
    return [statements] if isinstance(statements, dict) else list(statements)


def pairs(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "NotAction" in statement or "NotResource" in statement:
        raise ValueError(f"statement {statement.get('Sid')!r} says what it does not grant")
    for action in listed(statement["Action"]):
        for resource in listed(statement["Resource"]):
            yield action, resource


def listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def without(document: Document, gone: Collection[Grant]) -> Document | None:
    """The policy without those pairs, and with every other; None where nothing is left of it.

    A statement is split where it has to be: actions that keep the same resources stay together.
    """
    statements: list[dict[str, Any]] = []
    for index, statement in enumerate(statements_of(document)):
        taken = {(grant.action, grant.resource) for grant in gone if grant.statement == index}
        statements += split(statement, taken) if taken else [copy.deepcopy(statement)]
    return {**document, "Statement": statements} if statements else None


def split(statement: Mapping[str, Any], taken: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    kept: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for action in listed(statement["Action"]):
        resources = tuple(r for r in listed(statement["Resource"]) if (action, r) not in taken)
        if resources:
            kept[resources].append(action)
    parts = []
    for number, (resources, actions) in enumerate(kept.items()):
        part = {**copy.deepcopy(dict(statement)), "Action": actions, "Resource": list(resources)}
        if number and "Sid" in part:
            part["Sid"] += str(number)
        parts.append(part)
    return parts


def allows(policies: Mapping[str, Document], request: AccessRequest) -> bool:
    return evaluate(list(policies.values()), request) is Decision.ALLOWED


def granted_by(grants: list[Grant], policies: Mapping[str, Document], request: AccessRequest) -> list[Grant]:
    """The grants that allow the request, each by itself. Where there are two, neither is needed alone."""
    named = (grant for grant in grants if matches_action(grant.action, request.action))
    return [g for g in named if allows({g.policy: alone(policies[g.policy], g)}, request)]


def alone(document: Document, grant: Grant) -> Document:
    """A policy of that one pair, with the statement's conditions."""
    statement = copy.deepcopy(statements_of(document)[grant.statement])
    return {
        **document,
        "Statement": [statement | {"Action": [grant.action], "Resource": [grant.resource]}],
    }
