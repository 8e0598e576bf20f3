"""Which AWS services a function's own code may call, from what its role allows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hipaa_policies.facts import Account
from hipaa_policies.facts.functions import HIDDEN_TARGET, Function
from hipaa_policies.iam import Condition, actions_granted
from hipaa_policies.joins import documents, role_that_runs, sources_of

# IAM prefix -> the name of the service's VPC endpoint, where they differ.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_ENDPOINT_NAMES = {
    "bedrock": "bedrock-runtime",
    "cloudwatch": "monitoring",
    "ses": "email",
    "ssm": "ssm",
}
# Called by Lambda itself, from outside the VPC: network interfaces, logs and traces.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
_CALLED_BY_LAMBDA = frozenset({"ec2", "logs", "xray"})
# What Lambda does with a dead-letter target, by the function's role.
_FOR_DEAD_LETTERS = frozenset({"sqs:sendmessage", "sns:publish"})
# No service is called: a token is signed where it is used, and the database judges it.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/UsingWithRDS.IAMDBAuth.html
_SIGNED_ALONE = frozenset({"rds-db"})


@dataclass(frozen=True)
class EndpointServices:
    """Names of VPC endpoints (``dynamodb``, ``kms``, ...): what the function's code needs, and what it needs
    unless the grant is for dead letters of which a plan does not tell where they go."""

    needed: frozenset[str]
    perhaps: frozenset[str]


def endpoint_services(function: Function, account: Account) -> EndpointServices:
    """What endpoints the function's code needs.

    Grants on nothing but the function's dead-letter target and event sources are left out: Lambda
    makes those calls itself. Raises ``FactUnreadableError`` and ``MalformedPolicyError``.
    """
    own = {function.dead_letter_arn, *(source.source_arn for source in sources_of(function, account))}
    found: set[str] = set()
    perhaps: set[str] = set()
    for grant in actions_granted(documents(role_that_runs(function, account))):
        statement = grant.statement
        if (
            statement.resources is not None
            and not statement.not_resources
            and set(statement.resources) <= own
        ):
            continue
        if statement.not_actions:
            continue  # "everything but" names no service; IAM-03 fails it
        if _is_for_lambda(statement.conditions):
            continue
        named = {action.split(":")[0].lower() for action in statement.actions if action != "*"}
        (perhaps if _may_be_for_dead_letters(function, statement.actions) else found).update(named)
    needed = _endpoints(found)
    return EndpointServices(needed, _endpoints(perhaps) - needed)


def _endpoints(prefixes: Iterable[str]) -> frozenset[str]:
    called = set(prefixes) - _CALLED_BY_LAMBDA - _SIGNED_ALONE - {"*"}
    return frozenset(_ENDPOINT_NAMES.get(name, name) for name in called)


def _may_be_for_dead_letters(function: Function, actions: Iterable[str]) -> bool:
    hidden = (function.dead_letter_arn or "").startswith(HIDDEN_TARGET)
    return hidden and {action.lower() for action in actions} <= _FOR_DEAD_LETTERS


def _is_for_lambda(conditions: tuple[Condition, ...]) -> bool:
    """Whether a grant only works through another service, or for Lambda's use of the environment key."""
    keys = {condition.key for condition in conditions if not condition.negated}
    return not keys.isdisjoint({"kms:viaservice", "kms:encryptioncontext:aws:lambda:functionarn"})
