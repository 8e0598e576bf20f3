"""Customer-managed KMS keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hipaa_policies.facts.base import Listing, Unreadable


@dataclass(frozen=True)
class Key:
    """``state`` is KMS's: Enabled, Disabled, PendingDeletion, PendingImport, Unavailable.

    ``customer_managed`` is false for the keys that AWS keeps in the account (alias/aws/...).
    ``grantees`` are the principals of its grants: ARNs, and names of AWS's services.
    """

    TYPE: ClassVar[str] = "AWS::KMS::Key"

    arn: str
    id: str
    state: str
    spec: str
    origin: str
    customer_managed: bool
    rotation: bool | Unreadable | None = None
    policy: str | Unreadable | None = None
    aliases: tuple[str, ...] | Unreadable = ()
    grantees: Listing[str] = field(default_factory=Listing)

    @property
    def rotates(self) -> bool:
        """Whether AWS can rotate it: symmetric, and with key material that AWS made."""
        return self.spec == "SYMMETRIC_DEFAULT" and self.origin == "AWS_KMS"
