"""IAM: who is in the account, and what their policies say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from hipaa_policies.facts.base import Policy


@dataclass(frozen=True)
class Role:
    TYPE: ClassVar[str] = "AWS::IAM::Role"

    arn: str
    name: str
    path: str
    trust: str
    policies: tuple[Policy, ...]
    boundary: Policy | None

    @property
    def service_linked(self) -> bool:
        """Made and kept by AWS; nobody can change its policies."""
        return self.path.startswith("/aws-service-role/")


@dataclass(frozen=True)
class WrittenPolicy:
    """A policy that was written in this account (inline or customer-managed), and who holds it; or one of
    AWS's that a user or a group holds."""

    TYPE: ClassVar[str] = "AWS::IAM::Policy"

    arn: str
    document: str
    holders: tuple[str, ...]


@dataclass(frozen=True)
class User:
    """Somebody who signs in with credentials of IAM's: a user, or the account's ``root``.

    ``keys`` are the days on which the active access keys were made.
    """

    TYPE: ClassVar[str] = "AWS::IAM::User"

    arn: str
    name: str
    root: bool
    password: bool
    mfa: bool
    keys: tuple[date, ...]
