"""One thing that a request does, in IAM's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.backends import arn_of
from scripts.local_cloud.protocol.requests import AwsRequest

Context = Mapping[str, str | Sequence[str]]

# IAM's prefix, where it is not the name that requests are signed for.
PREFIXES = {"monitoring": "cloudwatch", "email": "ses", "tagging": "tag"}


@dataclass(frozen=True)
class Access:
    """``action`` on ``resource``; ``context`` holds the condition keys of the service itself.

    ``needs_resource_policy``: the identity's policy counts only where the resource's own policy delegates
    to the account (KMS keys, and the trust policies of roles).
    """

    action: str
    resource: str = "*"
    context: Context = field(default_factory=dict)
    needs_resource_policy: bool = False


def prefix_of(call: AwsRequest) -> str:
    name = call.signature.service if call.signature else call.service
    return PREFIXES.get(name, name)


def action_of(call: AwsRequest) -> str:
    return f"{prefix_of(call)}:{call.operation}"


def arn_or(value: str, service: str, region: str, prefix: str) -> str:
    """``value`` itself where it is an ARN already, else the ARN of ``prefix`` + ``value``."""
    return value if value.startswith("arn:") else arn_of(service, region, f"{prefix}{value}")


__all__ = ["ACCOUNT_ID", "Access", "Context", "action_of", "arn_of", "arn_or", "prefix_of"]
