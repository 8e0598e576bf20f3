"""Cognito user pools, as planned."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.partial import partial
from hipaa_policies.facts.user_pools import PasswordPolicy, UserPool, UserPoolClient
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader

_POOL = ("aws_cognito_user_pool",)
_SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
# What holds where a client says nothing: an hour, an hour, 30 days; numbers are in these units.
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
_DEFAULTS = {"access_token": (1, "hours"), "id_token": (1, "hours"), "refresh_token": (30, "days")}


@reader("user_pools", types=(*_POOL, "aws_cognito_user_group", "aws_cognito_user_pool_client"))
def read_user_pools(plan: Plan) -> Facts:
    clients = _by_pool(plan, "aws_cognito_user_pool_client", _client)
    groups = _by_pool(plan, "aws_cognito_user_group", lambda planned: planned.name)
    found = tuple(
        partial(
            UserPool,
            arn=planned.arn,
            id=planned.id,
            mfa=planned.get("mfa_configuration") or "OFF",
            password=_password(planned.block("password_policy", computed=True)),
            clients=clients(planned.id),
            groups=groups(planned.id),
            keys=_keys(planned),
        )
        for planned in plan.of(*_POOL)
    )
    return {"user_pools": Listing(found)}


def _keys(planned: Planned) -> Any:
    triggers = planned.block("lambda_config")
    if not isinstance(triggers, Block):
        return triggers or ()
    key = triggers.reference("kms_key_id", ("aws_kms_key",))
    return key if isinstance(key, Unreadable) else (key,) if key else ()


def _by_pool(plan: Plan, kind: str, read: Any) -> Any:
    """Asked with a pool's id: what resources of a kind give it."""
    found: dict[str, list[Any]] = {}
    problem: NotDecided | None = None
    for planned in plan.of(kind):
        pool = planned.reference("user_pool_id", _POOL, "id")
        if isinstance(pool, NotDecided):
            problem = pool
        else:
            found.setdefault(str(pool), []).append(read(planned))

    def of(identifier: str) -> Any:
        values = found.get(identifier, [])
        return problem or next((v for v in values if isinstance(v, Unreadable)), None) or tuple(values)

    return of


def _password(block: Block | NotDecided | None) -> Any:
    if isinstance(block, Unreadable):
        return block
    if block is None:  # what Cognito sets by itself
        return partial(PasswordPolicy, 8, True, True, True, True)
    length = block.get("minimum_length")
    kinds = [block.flag(f"require_{kind}") for kind in ("lowercase", "uppercase", "numbers", "symbols")]
    unknown = next((v for v in (length, *kinds) if isinstance(v, Unreadable)), None)
    return unknown or partial(PasswordPolicy, length or 8, *kinds)


def _client(planned: Planned) -> Any:
    units = planned.block("token_validity_units")
    found: dict[str, Any] = {}
    for token, (default, unit) in _DEFAULTS.items():
        value = planned.get(f"{token}_validity")
        given = units.get(token) if isinstance(units, Block) else units
        if isinstance(value, Unreadable) or isinstance(given, Unreadable):
            return value if isinstance(value, Unreadable) else given
        found[token] = value * _SECONDS[given or unit] if value else default * _SECONDS[unit]
    return partial(UserPoolClient, name=planned.name, **found)
