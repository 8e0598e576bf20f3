"""GitHub's identity tokens, and STS's AssumeRoleWithWebIdentity, which takes them without a signature.

The local cloud plays the issuer as well: whoever has the administrator's key gets tokens with the claims that
a workflow's would have (``Control.github_token``). Checked are, as by AWS: the signature, the provider in
the account, its audiences, and then the role's trust policy.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

import functools
import time
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from hipaa_policies.iam import AccessRequest, Decision, evaluate

from scripts.local_cloud.administrator import ACCOUNT_ID, REGION
from scripts.local_cloud.authorization.callers import parse_document
from scripts.local_cloud.backends import backend_of, role_with_arn
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

ISSUER = "token.actions.githubusercontent.com"
ACTION = "AssumeRoleWithWebIdentity"
TOKEN_SECONDS = 300
# Those of GitHub's claims that AWS has condition keys for:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
CONDITION_KEYS = (
    "actor",
    "actor_id",
    "aud",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "sub",
    "workflow",
)


@functools.cache
def signing_key() -> rsa.RSAPrivateKey:
    """Of this run alone. Made when first asked for: it takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def issue(claims: Mapping[str, Any]) -> str:
    """A token as GitHub would issue it: ``claims`` has ``sub``, ``aud`` and what else a test is about."""
    now = int(time.time())
    given = {"iss": f"https://{ISSUER}", "iat": now, "nbf": now, "exp": now + TOKEN_SECONDS, **claims}
    return jwt.encode(given, signing_key(), algorithm="RS256")


def check_web_identity(call: AwsRequest) -> None:
    """A guard of the front door. Raises ``AwsError``: the token is no good, or the role does not trust it."""
    if (call.service, call.operation) != ("sts", ACTION):
        return
    claims = verify(str(call.parameters.get("WebIdentityToken") or ""))
    provider = f"arn:aws:iam::{ACCOUNT_ID}:oidc-provider/{ISSUER}"
    known = backend_of("iam", REGION).open_id_providers.get(provider)
    if known is None:
        raise invalid(f"No OpenIDConnect provider found in your account for https://{ISSUER}")
    if claims["aud"] not in known.client_id_list:
        raise invalid("Incorrect token audience")
    role = role_with_arn(str(call.parameters.get("RoleArn")))
    context = {f"{ISSUER}:{name}": str(claims[name]) for name in CONDITION_KEYS if name in claims}
    if role is None or not trusts(role, provider, context):
        raise AwsError("AccessDenied", f"Not authorized to perform sts:{ACTION}", 403)
    longest = int(role.max_session_duration or 3600)
    if int(call.parameters.get("DurationSeconds") or 0) > longest:
        message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        raise AwsError("ValidationError", message, 400)


def verify(token: str) -> dict[str, Any]:
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            signing_key().public_key(),
            algorithms=["RS256"],
            issuer=f"https://{ISSUER}",
            options={"require": ["aud", "exp", "iat", "iss", "sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise AwsError("ExpiredTokenException", "Token expired", 400) from None
    except jwt.InvalidTokenError:
        raise invalid("Couldn't retrieve verification key from your identity provider") from None
    return claims


def trusts(role: Any, provider: str, context: Mapping[str, str]) -> bool:
    request = AccessRequest(f"sts:{ACTION}", role.arn, context, provider)
    # A trust policy has no resources: it is about the role that it is part of.
    document = parse_document(role.assume_role_policy_document)
    return evaluate([document], request) is Decision.ALLOWED


def invalid(message: str) -> AwsError:
    return AwsError("InvalidIdentityToken", message, 400)
