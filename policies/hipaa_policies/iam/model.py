"""The words of an authorisation decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Decision(Enum):
    """How IAM answers one request."""

    ALLOWED = "ALLOWED"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    IMPLICIT_DENY = "IMPLICIT_DENY"


@dataclass(frozen=True)
class AccessRequest:
    """One call to AWS, as IAM sees it.

    ``action`` is ``service:Name`` without wildcards. ``resource`` is an ARN, or ``*`` for an action
    that AWS does not scope to a resource. ``context`` holds the condition keys of the request; a key
    with several values is a sequence. ``principal`` is only looked at by statements that name one:
    an ARN, an account id, or a service principal such as ``lambda.amazonaws.com``.
    """

    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    principal: str | None = None


class MalformedPolicyError(ValueError):
    """AWS would refuse this policy document; the message says which part, and why."""
