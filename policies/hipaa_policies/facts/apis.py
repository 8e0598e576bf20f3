"""REST APIs, their stages and domains, web ACLs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hipaa_policies.facts.base import Unreadable


@dataclass(frozen=True)
class Method:
    """``authorization`` is NONE, AWS_IAM, CUSTOM or COGNITO_USER_POOLS; ``integration`` MOCK, AWS_PROXY..."""

    path: str
    verb: str
    authorization: str
    authorizer_id: str | None
    integration: str | None


@dataclass(frozen=True)
class RestApi:
    """``own_host`` tells that its execute-api host answers; ``security_policy`` is that host's, ``None``
    where AWS does not tell it."""

    TYPE: ClassVar[str] = "AWS::ApiGateway::RestApi"

    arn: str
    id: str
    name: str
    private: bool
    methods: tuple[Method, ...] | Unreadable
    authorizer_ids: tuple[str, ...] | Unreadable
    own_host: bool | Unreadable = True
    security_policy: str | Unreadable | None = None


@dataclass(frozen=True)
class Stage:
    """``data_trace`` tells that execution logs hold whole requests and answers."""

    TYPE: ClassVar[str] = "AWS::ApiGateway::Stage"

    arn: str
    api_id: str
    name: str
    public: bool
    access_log_arn: str | None
    access_log_format: str | None
    tracing: bool
    data_trace: bool
    web_acl_arn: str | None


@dataclass(frozen=True)
class DomainName:
    TYPE: ClassVar[str] = "AWS::ApiGateway::DomainName"

    arn: str
    name: str
    security_policy: str


@dataclass(frozen=True)
class WebAcl:
    """``redacted_headers`` are lower case; ``log_destinations`` is empty where nothing is logged. ``stops``
    tells that it can refuse a request: by default, or by a rule that does more than count."""

    TYPE: ClassVar[str] = "AWS::WAFv2::WebACL"

    arn: str
    name: str
    protects: tuple[str, ...] | Unreadable
    log_destinations: tuple[str, ...] | Unreadable
    redacted_headers: tuple[str, ...] | Unreadable
    stops: bool | Unreadable
