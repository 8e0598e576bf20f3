"""Trust in identity providers: whom of all that a provider knows does a statement let in?

Many providers know the whole world: every repository of GitHub gets tokens of one issuer, with one audience.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
"""

from __future__ import annotations

import re

from hipaa_policies.iam.analysis import is_pinned
from hipaa_policies.iam.conditions import Condition
from hipaa_policies.iam.statements import Statement

# Issuers that everybody shares: how the subject of a token begins, up to the name of whose it is.
_SHARED = {
    "agent.buildkite.com": re.compile(r"organization:[^*?:$]+:"),
    "token.actions.githubusercontent.com": re.compile(r"(repo|repository_owner):[^*?:/$]+[/:]"),
    "gitlab.com": re.compile(r"project_path:[^*?:/$]+/"),
    "app.terraform.io": re.compile(r"organization:[^*?:$]+:"),
}
_COGNITO = "cognito-identity.amazonaws.com"
_FEDERATION_KEYS = (":sub", ":aud", "saml:")
_TEXT = ("StringEquals", "StringEqualsIgnoreCase", "StringLike")


def open_providers(statement: Statement) -> tuple[str, ...]:
    """The identity providers of an allow statement of whose users everybody is let in."""
    if not statement.allows:
        return ()
    named = [p.value for p in statement.principals or () if p.type == "Federated"]
    return tuple(provider for provider in named if not _is_narrow(provider, statement))


def _is_narrow(provider: str, statement: Statement) -> bool:
    issuer = provider.partition(":oidc-provider/")[2]
    if provider == _COGNITO:
        return _audience_is_pinned(statement) and _knows_its_users(statement)
    if issuer in _SHARED:
        subject = _SHARED[issuer]
        return any(
            all(subject.match(value) for value in condition.values)
            for condition in _positive(statement, f"{issuer}:sub")
        )
    return _audience_is_pinned(statement)


def _audience_is_pinned(statement: Statement) -> bool:
    keys = {c.key for c in statement.conditions if any(name in c.key for name in _FEDERATION_KEYS)}
    return is_pinned(statement, keys)


def _knows_its_users(statement: Statement) -> bool:
    """Guests of an identity pool are "unauthenticated", all others "authenticated"."""
    return any(
        all(value.startswith("authenticated") for value in condition.values)
        for condition in _positive(statement, f"{_COGNITO}:amr")
    )


def _positive(statement: Statement, key: str) -> list[Condition]:
    return [
        condition
        for condition in statement.conditions
        if condition.key == key
        and condition.operator in _TEXT
        and not condition.if_exists
        and condition.qualifier != "ForAllValues"
    ]
