"""Questions over whole policies: what could they allow, to whom, and pinned to what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from hipaa_policies.iam.conditions import Condition, Context
from hipaa_policies.iam.evaluation import names_action, names_resource
from hipaa_policies.iam.matching import ARN_SEGMENTS, Pattern
from hipaa_policies.iam.principals import account_of, principal_matches
from hipaa_policies.iam.statements import Statement, statements

Policies = Sequence[Mapping[str, Any]]

# Keys whose fixed value ties a statement to somebody, so that a "*" principal is not everybody: the
# list by which S3 decides that a policy is not public, and the source pins of service principals.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
ACCOUNT_KEYS = frozenset(
    {
        "aws:principalaccount",
        "aws:resourceaccount",
        "aws:sourceaccount",
        "aws:sourceowner",
        "kms:calleraccount",
        "s3:dataaccesspointaccount",
    }
)
PINNING_KEYS = ACCOUNT_KEYS | {
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "s3:dataaccesspointarn",
}
# The resource's own account says where it lives, and nothing about who calls.
_CALLER_KEYS = PINNING_KEYS - {"aws:resourceaccount"}
_ORGANISATION_KEYS = frozenset({"aws:principalorgid", "aws:principalorgpaths"})
_SOURCE_KEYS = frozenset(
    {"aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorgid", "aws:sourceorgpaths"}
)
_POSITIVE = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)


@dataclass(frozen=True)
class Grant:
    """An allow statement and the action patterns in it; ``policy`` is its place in the list asked about."""

    policy: int
    statement: Statement


@dataclass(frozen=True)
class ResourceKind:
    """ARNs of a service (any, where it is empty), whose last part begins with ``prefix`` (``role/``), and
    that may be of ``account`` (S3's ARNs name none, so that the name must be open to be anybody's)."""

    service: str = ""
    prefix: str = ""
    account: str | None = None

    def could_be_named(self, pattern: str) -> bool:
        """Whether some ARN of the kind matches the pattern of a policy."""
        parts = pattern.split(":", ARN_SEGMENTS - 1)
        if self.service and len(parts) > 2 and not Pattern(parts[2]).matches(self.service):
            return False
        if len(parts) < ARN_SEGMENTS:
            return pattern.endswith("*")
        if self.account is not None and not _could_be_of(self.account, parts[4], parts[5]):
            return False
        fixed = re.split(r"[*?]|[$][{]", parts[-1])[0]
        return fixed.startswith(self.prefix) or (fixed != parts[-1] and self.prefix.startswith(fixed))


def _could_be_of(account: str, named: str, rest: str) -> bool:
    """Whether the last two parts of an ARN's pattern may be an account's. Names of AWS's own buckets, and
    of those of somebody who is named, are fixed."""
    if named:
        return Pattern(named).matches(account)
    return rest.startswith(("*", "?"))


def actions_granted(policies: Policies) -> tuple[Grant, ...]:
    """Every allow statement, whether or not a deny takes it back. Raises ``MalformedPolicyError``."""
    return tuple(
        Grant(index, statement)
        for index, policy in enumerate(policies)
        for statement in statements(policy)
        if statement.allows
    )


def could_allow(
    policies: Policies,
    action: str,
    known: Mapping[str, str] | None = None,
    boundary: Policies | None = None,
    resource: str | None = None,
    kinds: Sequence[ResourceKind] = (),
    principal: str | None = None,
) -> bool:
    """Whether some request for ``action`` could be allowed: on ``resource``, or on any where it is ``None``
    (of ``kinds``, where some are given). ``principal`` is asked of policies that name principals.

    ``known`` holds the condition keys that are given; every other condition of an allow is taken to
    be satisfiable, and of a deny to be avoidable: the answer errs towards yes, as a caller who means
    harm picks the request. A deny takes the action away where it covers all that is allowed.
    """
    context = Context(known or {})
    allowed = _granting(policies, action, context, resource, kinds)
    if principal is not None:
        allowed = [statement for statement in allowed if principal_matches(statement, principal)]
    if boundary is not None and not _granting(boundary, action, context, resource, kinds):
        return False
    everything = [*policies, *(boundary or ())]
    denies = [s for p in everything for s in statements(p) if not s.allows and names_action(s, action)]
    denies = [s for s in denies if all(_surely_holds(c, context) for c in s.conditions)]
    if principal is not None:
        denies = [statement for statement in denies if principal_matches(statement, principal)]
    if resource is not None and any(names_resource(deny, resource, context) for deny in denies):
        return False
    return any(not any(_covers(deny, allow) for deny in denies) for allow in allowed)


def _granting(
    policies: Policies, action: str, context: Context, resource: str | None, kinds: Sequence[ResourceKind]
) -> list[Statement]:
    return [
        grant.statement
        for grant in actions_granted(policies)
        if names_action(grant.statement, action)
        and (resource is None or names_resource(grant.statement, resource, context))
        and (not kinds or any(_could_be_for(grant.statement, kind) for kind in kinds))
        and all(_could_hold(condition, context) for condition in grant.statement.conditions)
    ]


def _could_be_for(statement: Statement, kind: ResourceKind) -> bool:
    if statement.resources is None or statement.not_resources:
        return True
    return any(kind.could_be_named(pattern) for pattern in statement.resources)


def _could_hold(condition: Condition, context: Context) -> bool:
    return condition.key not in context or condition.holds(context)


def _surely_holds(condition: Condition, context: Context) -> bool:
    return condition.key in context and condition.holds(context)


def _covers(deny: Statement, allow: Statement) -> bool:
    """Whether every resource of the allow is denied: by a star, or by the very same pattern."""
    if deny.resources is None:
        return True
    if deny.not_resources:
        return False
    if any(pattern.strip("*") == "" for pattern in deny.resources):
        return True
    if allow.resources is None or allow.not_resources:
        return False
    return set(allow.resources) <= set(deny.resources)


def public_statements(policy: Mapping[str, Any]) -> tuple[Statement, ...]:
    """The allow statements that anybody can use: principal ``*`` (or an exception list), not pinned."""
    return tuple(
        statement
        for statement in statements(policy)
        if statement.allows and names_everyone(statement) and not is_pinned(statement)
    )


def names_everyone(statement: Statement) -> bool:
    if statement.principals is None:
        return False
    # "Everybody but": https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    return statement.not_principals or any(principal.value == "*" for principal in statement.principals)


def is_pinned(statement: Statement, keys: Iterable[str] = _CALLER_KEYS) -> bool:
    """Whether a condition ties the statement to fixed values of one of ``keys``."""
    wanted = frozenset(keys)
    return any(
        condition.key in wanted
        and condition.operator in _POSITIVE
        and not condition.if_exists
        # ForAllValues also holds for a request without the key.
        and condition.qualifier != "ForAllValues"
        and all(_is_fixed(condition, value) for value in condition.values)
        for condition in statement.conditions
    )


def _is_fixed(condition: Condition, value: str) -> bool:
    if "${" in value:
        return False  # a variable is filled from the request itself: ${aws:PrincipalAccount} is always true
    if condition.operator == "IpAddress":
        # The width below which S3 no longer calls a network public.
        network = ip_network(value, strict=False)
        return network.prefixlen >= (8 if network.version == 4 else 32)
    if condition.key.endswith("arn"):
        # An ARN names somebody through its account; S3 buckets and APIs as a source have only a name.
        parts = value.split(":")
        if len(parts) < 6:
            return False
        return account_of(value) is not None or not (parts[4] or set("*?") & set(parts[5]))
    if condition.key.endswith("orgpaths"):
        return value.startswith("o-") and not set("*?") & set(value.partition("/")[0])
    if condition.operator in ("StringLike", "ArnLike", "ArnEquals"):
        return not set("*?") & set(value)
    return bool(value)


def unpinned_services(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Service principals that are allowed without saying on whose behalf (the confused deputy).

    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return tuple(
        principal.value
        for statement in statements(policy)
        if statement.allows and not statement.not_principals and not is_pinned(statement, _SOURCE_KEYS)
        for principal in statement.principals or ()
        if principal.type == "Service"
    )


def foreign_accounts(policy: Mapping[str, Any], own_accounts: Iterable[str]) -> tuple[str, ...]:
    """Accounts outside ``own_accounts`` that an allow statement lets in, sorted."""
    own = set(own_accounts)
    found: set[str] = set()
    for statement in statements(policy):
        if not statement.allows or statement.principals is None or statement.not_principals:
            continue
        named = {account_of(p.value) for p in statement.principals if p.type == "AWS"}
        if names_everyone(statement):
            # With "*" the accounts are those that the conditions name.
            named |= _accounts_in(statement, _CALLER_KEYS)
        elif any(p.type == "Service" for p in statement.principals):
            # A service acts for whom its source pins name.
            named |= _accounts_in(statement, _SOURCE_KEYS)
        found |= {account for account in named if account is not None}
    return tuple(sorted(found - own))


def _accounts_in(statement: Statement, keys: frozenset[str]) -> set[str | None]:
    """The accounts that a statement's conditions on ``keys`` name."""
    return {
        account_of(value)
        for condition in statement.conditions
        if condition.key in keys and condition.operator in _POSITIVE
        for value in condition.values
    }


def organisations(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Organisations of which an allow statement lets every account in, sorted."""
    found = {
        value.partition("/")[0]
        for statement in statements(policy)
        if statement.allows and names_everyone(statement)
        if not is_pinned(statement, _CALLER_KEYS - _ORGANISATION_KEYS)
        for condition in statement.conditions
        if condition.key in _ORGANISATION_KEYS and condition.operator in _POSITIVE
        for value in condition.values
    }
    return tuple(sorted(found))


def nameless_principals(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Canonical user ids that are let in: they do not tell whose account they are of."""
    return tuple(
        principal.value
        for statement in statements(policy)
        if statement.allows and not statement.not_principals
        for principal in statement.principals or ()
        if principal.type == "CanonicalUser"
    )
