"""Lambda functions and what is attached to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hipaa_policies.facts.base import Listing, Unreadable

# How ``dead_letter_arn`` begins where a plan says that there is a target, and not which.
HIDDEN_TARGET = "(target of "


@dataclass(frozen=True)
class SuspectedSecret:
    """An environment variable that looks like a secret. Its value never becomes a fact."""

    variable: str
    reason: str


@dataclass(frozen=True)
class FunctionUrl:
    """``authorization`` is ``AWS_IAM`` or ``NONE``."""

    url: str
    authorization: str


@dataclass(frozen=True)
class ResourcePolicy:
    """The policy of a function, or of the alias or version ``qualifier``: each has one of its own.

    https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
    """

    document: str
    qualifier: str | None = None


@dataclass(frozen=True)
class Function:
    """One function. Durations in seconds, ``runtime`` is ``None`` for an image.

    ``urls`` is ``None`` where nobody asked, because no resource policy opens one.
    """

    TYPE: ClassVar[str] = "AWS::Lambda::Function"

    arn: str
    name: str
    role_arn: str
    runtime: str | None
    timeout: int
    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]
    vpc_id: str | None
    variables: tuple[str, ...] | Unreadable
    suspected_secrets: tuple[SuspectedSecret, ...] | Unreadable
    environment_key: str | None
    dead_letter_arn: str | None
    tracing: str
    log_group: str
    failure_destinations: tuple[str, ...] | Unreadable = ()
    urls: tuple[FunctionUrl, ...] | Unreadable | None = ()
    policies: Listing[ResourcePolicy] = field(default_factory=Listing)
    reserved_concurrency: int | Unreadable | None = None
    code_signing_config: str | Unreadable | None = None
    code_signing_enforced: bool | Unreadable = False


@dataclass(frozen=True)
class EventSource:
    """An event source mapping; ``failure_destination`` is set for streams."""

    TYPE: ClassVar[str] = "AWS::Lambda::EventSourceMapping"

    arn: str
    function_arn: str
    source_arn: str | None
    failure_destination: str | None = None
