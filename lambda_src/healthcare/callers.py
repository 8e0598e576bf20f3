"""Who calls: what the verified token says, and nothing that the payload says.

API Gateway's authorizer has verified the token; its claims arrive in requestContext.authorizer.claims. Where
there are none, the authorizer is missing from the API, and the caller is nobody. So is the bearer of an
access token: the authorizer takes those where a method has scopes, and they are made for something else.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from healthcare.problems import unauthenticated

ROLES: Final = frozenset({"Admin", "Auditor", "Patient", "Provider", "SsnAccess", "VeryRestrictedAccess"})
ANONYMOUS_SUBJECT: Final = "anonymous"
SUBJECT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` is the token's sub; `roles` those of its groups that mean something here."""

    subject: str
    roles: frozenset[str]

    def is_a(self, role: str) -> bool:
        return role in self.roles


ANONYMOUS: Final = Caller(ANONYMOUS_SUBJECT, frozenset())


def caller_of(request_context: Mapping[str, Any]) -> Caller:
    """The caller by an identity token's claims; Problem 401 where there are none, or no usable subject."""
    authorizer = request_context.get("authorizer")
    claims = authorizer.get("claims") if isinstance(authorizer, dict) else None
    subject = claims.get("sub") if isinstance(claims, dict) else None
    if not isinstance(claims, dict) or not isinstance(subject, str) or claims.get("token_use") != "id":
        raise unauthenticated()
    if not SUBJECT.fullmatch(subject) or subject == ANONYMOUS_SUBJECT:
        raise unauthenticated()
    return Caller(subject, groups_of(claims.get("cognito:groups")) & ROLES)


def groups_of(claim: object) -> frozenset[str]:
    """The groups claim as a set: a list in the token, "A,B" from a REST API, "[A B]" from an HTTP API.

    Anything else is no group at all. A group's name may itself hold a comma, and then the text form cannot be
    told from two groups: docs/patient_api.md says why such groups must not be made.
    """
    if isinstance(claim, list):
        return frozenset(group for group in claim if isinstance(group, str))
    if not isinstance(claim, str):
        return frozenset()
    if claim.startswith("[") and claim.endswith("]"):
        return frozenset(claim[1:-1].replace(",", " ").split())
    return frozenset(group.strip() for group in claim.split(",") if group.strip())
