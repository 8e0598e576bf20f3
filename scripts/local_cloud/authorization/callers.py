"""The caller of a request: found by its access key, with the policies that hold for it."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from moto.core.utils import utcnow

from scripts.local_cloud.administrator import POLICY, REGION, USER_NAME
from scripts.local_cloud.backends import backend_of, role_with_arn
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest
from scripts.local_cloud.protocol.signature import SignatureError, check_signature

Document = Mapping[str, Any]
# The functions whose environments were given these keys: access key id -> function ARN.
FUNCTION_OF_ACCESS_KEY: dict[str, str] = {}


@dataclass(frozen=True)
class Caller:
    """``boundary`` is None without a permissions boundary; ``session`` likewise for a session policy."""

    arn: str
    principal_arn: str
    user_id: str
    policies: tuple[Document, ...]
    boundary: tuple[Document, ...] | None = None
    session: tuple[Document, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    user_name: str | None = None
    function_arn: str | None = None


def authenticate(call: AwsRequest) -> Caller:
    """Check the signature and return who made it. Raises ``AwsError`` as the service would say it."""
    signature = call.signature
    if signature is None:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    user = user_with_key(signature.access_key_id)
    session = None if user else session_with_key(signature.access_key_id)
    if user is not None:
        secret = next(
            key.secret_access_key
            for key in user.access_keys
            if key.access_key_id == signature.access_key_id and key.status == "Active"
        )
    elif session is not None:
        check_session(call, session)
        secret = session.secret_access_key
    else:
        raise authentication_error(call, "unknown", "The security token included in the request is invalid.")
    try:
        check_signature(call.http, call.body, signature, secret)
    except SignatureError as error:
        raise authentication_error(call, "signature", str(error)) from error
    return caller_of_user(user) if user else caller_of_session(session)


def check_session(call: AwsRequest, session: Any) -> None:
    if call.signature is None or call.signature.session_token != session.session_token:
        raise authentication_error(call, "unknown", "The security token included in the request is invalid.")
    if session.expiration <= utcnow():
        raise authentication_error(call, "expired", "The security token included in the request is expired")


# What each protocol family calls the same fault: (JSON, query and EC2, S3).
AUTHENTICATION_CODES = {
    "unknown": ("UnrecognizedClientException", "InvalidClientTokenId", "InvalidAccessKeyId"),
    "signature": ("InvalidSignatureException", "SignatureDoesNotMatch", "SignatureDoesNotMatch"),
    "expired": ("ExpiredTokenException", "ExpiredToken", "ExpiredToken"),
}


def authentication_error(call: AwsRequest, fault: str, message: str) -> AwsError:
    json_code, query_code, s3_code = AUTHENTICATION_CODES[fault]
    if call.service in ("s3", "s3control"):
        return AwsError(s3_code, message, 403)
    if call.protocol == "json":
        return AwsError(json_code, message, 400)
    return AwsError(json_code if call.protocol == "rest-json" else query_code, message, 403)


def user_with_key(access_key_id: str) -> Any:
    users = backend_of("iam", REGION).users.values()
    return next(
        (
            user
            for user in list(users)
            if any(k.access_key_id == access_key_id and k.status == "Active" for k in user.access_keys)
        ),
        None,
    )


def session_with_key(access_key_id: str) -> Any:
    return backend_of("sts", REGION).get_assumed_role_from_access_key(access_key_id)


def caller_of_user(user: Any) -> Caller:
    iam = backend_of("iam", REGION)
    holders = [user, *iam.get_groups_for_user(user.name)]
    own = (POLICY,) if user.name == USER_NAME else ()
    return Caller(
        arn=user.arn,
        principal_arn=user.arn,
        user_id=user.id,
        user_name=user.name,
        policies=(*own, *(document for holder in holders for document in documents_of(holder))),
    )


def caller_of_session(session: Any) -> Caller:
    role = role_with_arn(session.role_arn)
    if role is None:  # deleted since: its sessions may do nothing
        return Caller(session.arn, session.role_arn, session.session_name, policies=())
    return Caller(
        arn=session.arn,
        principal_arn=role.arn,
        user_id=f"{role.id}:{session.session_name}",
        policies=documents_of(role),
        boundary=boundary_of(role.permissions_boundary_arn),
        session=(parse_document(session.policy),) if session.policy else None,
        tags=tags_of(role),
        function_arn=FUNCTION_OF_ACCESS_KEY.get(session.access_key_id),
    )


def caller_of_role(role: Any) -> Caller:
    """The role by itself: what a service asks it to be able to do, before there is a session."""
    return Caller(
        arn=role.arn,
        principal_arn=role.arn,
        user_id=role.id,
        policies=documents_of(role),
        tags=tags_of(role),
    )


def documents_of(holder: Any) -> tuple[Document, ...]:
    """The inline and attached policies of a user, a group or a role."""
    inline = [parse_document(text) for text in list(holder.policies.values())]
    attached = [default_document(policy) for policy in list(holder.managed_policies.values())]
    return (*inline, *attached)


def boundary_of(policy_arn: str | None) -> tuple[Document, ...] | None:
    """A boundary that does not exist (any more) lets nothing through."""
    if not policy_arn:
        return None
    policy = backend_of("iam", REGION).managed_policies.get(policy_arn)
    return (default_document(policy),) if policy else ()


def default_document(policy: Any) -> Document:
    version = next(v for v in policy.versions if v.version_id == policy.default_version_id)
    return parse_document(version.document)


def tags_of(role: Any) -> dict[str, str]:
    tags = role.tags
    entries: Sequence[Mapping[str, str]] = list(tags.values()) if isinstance(tags, dict) else tags
    return {tag["Key"]: tag["Value"] for tag in entries}


def parse_document(document: str | bytes | Document) -> Document:
    """A policy as moto keeps it: text, bytes, URL-encoded text, or read already."""
    if isinstance(document, Mapping):
        return document
    return parse_text(document.decode() if isinstance(document, bytes) else document)


@functools.lru_cache(maxsize=512)
def parse_text(text: str) -> Document:
    parsed: Document = json.loads(text if text.lstrip().startswith("{") else unquote(text))
    return parsed
