"""Cognito user pools: one list call, and a few for each pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.user_pools import PasswordPolicy, UserPool, UserPoolClient
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# What holds where a client says nothing: an hour, an hour, 30 days.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
_DEFAULTS = {"AccessToken": (1, "hours"), "IdToken": (1, "hours"), "RefreshToken": (30, "days")}


@reader(
    "user_pools",
    operations={
        "cognito-idp": (
            "DescribeUserPool",
            "DescribeUserPoolClient",
            "GetUserPoolMfaConfig",
            "ListGroups",
            "ListUserPoolClients",
            "ListUserPools",
        )
    },
)
def read_user_pools(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("cognito-idp", "ListUserPools", "UserPools", MaxResults=60)
    pools = aws.each(listed.items, lambda answer: _pool(aws, answer["Id"], where))
    return {"user_pools": Listing(pools, listed.problem)}


def _pool(aws: Aws, identifier: str, where: Where) -> UserPool:
    described = aws.optional("cognito-idp", "DescribeUserPool", [], UserPoolId=identifier)
    mfa = aws.optional("cognito-idp", "GetUserPoolMfaConfig", [], UserPoolId=identifier)
    groups = aws.pages("cognito-idp", "ListGroups", "Groups", UserPoolId=identifier)
    return UserPool(
        arn=where.arn("cognito-idp", f"userpool/{identifier}"),
        id=identifier,
        mfa=mfa if isinstance(mfa, Unreadable) else (mfa or {}).get("MfaConfiguration", "OFF"),
        password=described if isinstance(described, Unreadable) else _password(described or {}),
        clients=_clients(aws, identifier),
        groups=groups.problem or tuple(sorted(group["GroupName"] for group in groups.items)),
        keys=described if isinstance(described, Unreadable) else _keys(described or {}),
    )


def _keys(answer: Mapping[str, Any]) -> tuple[str, ...]:
    pool = answer.get("UserPool") or {}
    users = (pool.get("KeyConfiguration") or {}).get("KmsKeyArn")
    codes = (pool.get("LambdaConfig") or {}).get("KMSKeyID")
    return tuple(sorted({key for key in (users, codes) if key}))


def _password(answer: Mapping[str, Any]) -> PasswordPolicy:
    policy = ((answer.get("UserPool") or {}).get("Policies") or {}).get("PasswordPolicy") or {}
    return PasswordPolicy(
        minimum_length=policy.get("MinimumLength", 8),
        lower_case=bool(policy.get("RequireLowercase")),
        upper_case=bool(policy.get("RequireUppercase")),
        numbers=bool(policy.get("RequireNumbers")),
        symbols=bool(policy.get("RequireSymbols")),
    )


def _clients(aws: Aws, pool: str) -> tuple[UserPoolClient, ...] | Unreadable:
    listed = aws.pages("cognito-idp", "ListUserPoolClients", "UserPoolClients", UserPoolId=pool)
    if listed.problem:
        return listed.problem
    found = []
    for entry in listed.items:
        answer = aws.optional(
            "cognito-idp", "DescribeUserPoolClient", [], UserPoolId=pool, ClientId=entry["ClientId"]
        )
        if isinstance(answer, Unreadable):
            return answer
        found.append(_client((answer or {})["UserPoolClient"]))
    return tuple(found)


def _client(answer: Mapping[str, Any]) -> UserPoolClient:
    def seconds(token: str) -> int:
        value, unit = _DEFAULTS[token]
        given = answer.get(f"{token}Validity")
        if given:  # 0 is "not set" too
            value = given
            unit = (answer.get("TokenValidityUnits") or {}).get(token, unit)
        return int(value) * _SECONDS[unit]

    return UserPoolClient(
        name=answer["ClientName"],
        access_token=seconds("AccessToken"),
        id_token=seconds("IdToken"),
        refresh_token=seconds("RefreshToken"),
    )
