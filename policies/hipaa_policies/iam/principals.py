"""Who a resource policy names."""

from __future__ import annotations

import re

from hipaa_policies.iam.statements import Principal, Statement

_ACCOUNT = re.compile(r"\d{12}")
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_SESSION = re.compile(r"arn:([^:]+):sts::(\d{12}):assumed-role/([^/]+)/.+")
_ROLE = re.compile(r"arn:([^:]+):iam::(\d{12}):role/(?:.+/)?([^/]+)")


def account_of(principal: str) -> str | None:
    """The account a principal belongs to: of an ARN or a bare account id; ``None`` for a service or ``*``."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    parts = principal.split(":")
    return parts[4] if len(parts) >= 6 and _ACCOUNT.fullmatch(parts[4]) else None


def principal_matches(statement: Statement, principal: str | None) -> bool:
    """Whether a statement names the caller. A statement without the element names everyone."""
    if statement.principals is None:
        return True
    matched = any(_is(named, principal) for named in statement.principals)
    return matched != statement.not_principals


def _is(named: Principal, principal: str | None) -> bool:
    if named.value == "*" and named.type in ("*", "AWS"):
        return True
    if principal is None:
        return False
    if named.value == principal:
        return True
    if named.type != "AWS":
        return False
    whole_account = _ROOT.fullmatch(named.value)
    account = whole_account[1] if whole_account else named.value
    if _ACCOUNT.fullmatch(account):
        return account_of(principal) == account
    return _same_role(named.value, principal)


def _same_role(role_arn: str, principal: str) -> bool:
    """A role's session is the role. Its ARN has lost the role's path, so names are compared."""
    role, session = _ROLE.fullmatch(role_arn), _SESSION.fullmatch(principal)
    return role is not None and session is not None and role.groups() == session.groups()
