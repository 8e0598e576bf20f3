"""The Cognito user pool authorizer: tokens verified by the pool's published keys.

https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import jwt
import requests

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gateway.exchange import Exchange, GatewayRefusalError
from scripts.local_cloud.state import State

# A pool's keys change seldom; a key id that is not known yet is looked for at once, but not all the time.
KEYS_SECONDS = 300.0
UNKNOWN_KEY_SECONDS = 5.0
# AWS formats these two claims as dates: java.util.Date's way.
DATE_CLAIMS = {"exp", "iat"}


class CognitoAuthorizer:
    """Refuses with UNAUTHORIZED (401), whatever is wrong with a token."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.lock = threading.Lock()
        self.keys: dict[str, tuple[float, dict[str, Any]]] = {}

    def authorize(self, exchange: Exchange, scheme: Mapping[str, Any]) -> None:
        """Put the claims of the caller's identity token into ``exchange``."""
        settings = scheme["x-amazon-apigateway-authorizer"]
        given = (exchange.header(str(scheme.get("name", "Authorization"))) or "").strip()
        # API Gateway takes the bare token as well as the Bearer form.
        token = given[len("Bearer ") :].strip() if given[: len("Bearer ")].lower() == "bearer " else given
        pools = [str(arn).rpartition("/")[2] for arn in settings.get("providerARNs") or []]
        exchange.take_claims(flatten(self.verify(token, pools)))

    def verify(self, token: str, pools: Sequence[str]) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
            unverified = jwt.decode(token, options={"verify_signature": False})
        except jwt.InvalidTokenError:
            raise unauthorized("Unauthorized") from None
        issuers = {self.issuer(pool): pool for pool in pools}
        pool = issuers.get(str(unverified.get("iss")))
        if pool is None or header.get("alg") != "RS256":
            raise unauthorized("Unauthorized")
        key = self.key(pool, str(header.get("kid")))
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                issuer=self.issuer(pool),
                audience=self.clients(pool),
                options={"require": ["aud", "exp", "iat", "iss", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise unauthorized("The incoming token has expired") from None
        except jwt.InvalidTokenError:
            raise unauthorized("Unauthorized") from None
        # Without scopes on the method an identity token is asked for: an access token is not one.
        if claims.get("token_use") != "id":
            raise unauthorized("Unauthorized")
        return claims

    def issuer(self, pool: str) -> str:
        return f"https://cognito-idp.{self.state.region}.amazonaws.com/{pool}"

    def clients(self, pool: str) -> list[str]:
        found = backend_of("cognito-idp", self.state.region).user_pools.get(pool)
        return list(found.clients) if found else []

    def key(self, pool: str, key_id: str) -> Any:
        with self.lock:
            fetched_at, keys = self.keys.get(pool, (float("-inf"), {}))
            age = time.monotonic() - fetched_at
            if age > KEYS_SECONDS or (key_id not in keys and age > UNKNOWN_KEY_SECONDS):
                keys = self.fetch_keys(pool)
                self.keys[pool] = (time.monotonic(), keys)
        if key_id not in keys:
            raise unauthorized("Unauthorized")
        return keys[key_id]

    def fetch_keys(self, pool: str) -> dict[str, Any]:
        answer = requests.get(f"{self.state.endpoint_url}/{pool}/.well-known/jwks.json", timeout=10)
        answer.raise_for_status()
        return {key["kid"]: jwt.PyJWK(key, algorithm="RS256").key for key in answer.json()["keys"]}


def unauthorized(message: str) -> GatewayRefusalError:
    return GatewayRefusalError("UNAUTHORIZED", message, 401)


def flatten(claims: Mapping[str, Any]) -> dict[str, str]:
    """Claims as functions see them: all are text, lists are joined by commas."""
    return {name: claim_text(name, value) for name, value in claims.items()}


def claim_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    if name in DATE_CLAIMS and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    return str(value)
