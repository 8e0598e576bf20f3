"""Cognito user pools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class PasswordPolicy:
    minimum_length: int
    lower_case: bool
    upper_case: bool
    numbers: bool
    symbols: bool


@dataclass(frozen=True)
class UserPoolClient:
    """Validities in seconds."""

    name: str
    access_token: int
    id_token: int
    refresh_token: int


@dataclass(frozen=True)
class UserPool:
    """``mfa`` is OFF, OPTIONAL or ON; ``keys`` encrypt its users, or the codes that it sends."""

    TYPE: ClassVar[str] = "AWS::Cognito::UserPool"

    arn: str
    id: str
    mfa: str | Unreadable
    password: PasswordPolicy | Unreadable
    clients: tuple[UserPoolClient, ...] | Unreadable
    groups: tuple[str, ...] | Unreadable
    keys: tuple[str, ...] | Unreadable = ()
