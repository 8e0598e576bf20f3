"""Functions and event source mappings."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import EventSource, Function, FunctionUrl, ResourcePolicy
from hipaa_policies.iam import MalformedPolicyError, load_policy, statements
from hipaa_policies.iam.evaluation import names_action
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.secrets import suspected_secrets

# A function's code signing configuration, and whether it enforces.
Signed = Mapping[str, tuple[str | None, bool]]


@reader(
    "functions",
    "event_sources",
    operations={
        "lambda": (
            "GetAccountSettings",
            "GetFunctionConcurrency",
            "GetPolicy",
            "ListAliases",
            "ListCodeSigningConfigs",
            "ListEventSourceMappings",
            "ListFunctionEventInvokeConfigs",
            "ListFunctionUrlConfigs",
            "ListFunctions",
            "ListFunctionsByCodeSigningConfig",
        )
    },
)
def read_functions(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("lambda", "ListFunctions", "Functions")
    signed = _signed_functions(aws)
    reservations = _Reservations(aws)
    found = [from_configuration(answer) for answer in listed.items]
    # Those without dead letters last: they take a call more, and by then all reservations may be known.
    found.sort(key=lambda function: function.dead_letter_arn is None)
    functions = aws.each(found, lambda function: _with_details(aws, function, signed, reservations))
    mappings = aws.pages("lambda", "ListEventSourceMappings", "EventSourceMappings")
    return {
        "functions": Listing(functions, listed.problem),
        "event_sources": Listing(tuple(map(_event_source, mappings.items)), mappings.problem),
    }


def from_configuration(answer: Mapping[str, Any]) -> Function:
    """A function from its FunctionConfiguration, without what needs a call of its own."""
    vpc = answer.get("VpcConfig") or {}
    environment = answer.get("Environment") or {}
    variables = environment.get("Variables") or {}
    error = environment.get("Error")
    hidden = (
        Unreadable(
            "lambda:ListFunctions", error.get("ErrorCode", "Unknown"), error.get("Message", ""), "kms:Decrypt"
        )
        if error
        else None
    )
    name = answer["FunctionName"]
    return Function(
        arn=answer["FunctionArn"],
        name=name,
        role_arn=answer["Role"],
        runtime=answer.get("Runtime") or None,
        timeout=answer.get("Timeout", 3),
        subnet_ids=tuple(sorted(vpc.get("SubnetIds") or ())),
        security_group_ids=tuple(sorted(vpc.get("SecurityGroupIds") or ())),
        vpc_id=vpc.get("VpcId") or None,
        variables=hidden or tuple(sorted(variables)),
        suspected_secrets=hidden or suspected_secrets(variables),
        environment_key=answer.get("KMSKeyArn") or None,
        dead_letter_arn=(answer.get("DeadLetterConfig") or {}).get("TargetArn") or None,
        tracing=(answer.get("TracingConfig") or {}).get("Mode", "PassThrough"),
        log_group=(answer.get("LoggingConfig") or {}).get("LogGroup") or f"/aws/lambda/{name}",
    )


class _Reservations:
    """Reserved concurrency, asked of as few functions as will do.

    AWS tells it for one function at a time, and for the account the sum: once all of it is found, or
    where there is none, no further function has any (or 0, switched off, which LAM-08 fails as well).
    https://docs.aws.amazon.com/lambda/latest/api/API_AccountLimit.html
    """

    def __init__(self, aws: Aws) -> None:
        self._aws = aws
        self._lock = threading.Lock()
        answer = aws.optional("lambda", "GetAccountSettings", [])
        limit = {} if isinstance(answer, Unreadable) else (answer or {}).get("AccountLimit") or {}
        # None: not known, so every function is asked.
        self._left: int | None = None
        if {"ConcurrentExecutions", "UnreservedConcurrentExecutions"} <= limit.keys():
            self._left = limit["ConcurrentExecutions"] - limit["UnreservedConcurrentExecutions"]

    def of(self, function: Function) -> int | Unreadable | None:
        with self._lock:
            if self._left == 0:
                return None
        answer = self._aws.optional("lambda", "GetFunctionConcurrency", [], FunctionName=function.arn)
        if isinstance(answer, Unreadable):
            return answer
        reserved: int | None = (answer or {}).get("ReservedConcurrentExecutions")
        with self._lock:
            if self._left is not None:
                self._left -= reserved or 0
        return reserved


def _with_details(
    aws: Aws, function: Function, signed: Signed | Unreadable, reservations: _Reservations
) -> Function:
    name = function.arn
    policies = _policies(aws, function)
    destinations: tuple[str, ...] | Unreadable = ()
    if function.dead_letter_arn is None:  # otherwise nothing hangs on it, and the call is saved
        destinations = _failure_destinations(aws, name)
    config = signed if isinstance(signed, Unreadable) else signed.get(function.arn, (None, False))
    return replace(
        function,
        policies=policies,
        urls=_urls(aws, name) if _may_open_a_url(policies) else None,
        reserved_concurrency=reservations.of(function),
        failure_destinations=destinations,
        code_signing_config=config if isinstance(config, Unreadable) else config[0],
        code_signing_enforced=config if isinstance(config, Unreadable) else config[1],
    )


def _policies(aws: Aws, function: Function) -> Listing[ResourcePolicy]:
    """The function's own policy, and those of its aliases. Versions can have some, too: they are not
    asked for, because an account has any number of them (every deployment leaves one)."""
    aliases = aws.pages("lambda", "ListAliases", "Aliases", FunctionName=function.name)
    problem = aliases.problem
    found = []
    for qualifier in (None, *(alias["Name"] for alias in aliases.items)):
        at = {"FunctionName": function.arn} | ({"Qualifier": qualifier} if qualifier else {})
        answer = aws.optional("lambda", "GetPolicy", ["ResourceNotFoundException"], **at)
        if isinstance(answer, Unreadable):
            problem = problem or answer
        elif answer is not None:
            found.append(ResourcePolicy(answer["Policy"], qualifier))
    return Listing(tuple(found), problem)


def _may_open_a_url(policies: Listing[ResourcePolicy]) -> bool:
    """Whether anybody could call a URL of the function without a permission of his own in IAM.

    Also where the URL's authorisation is NONE a resource policy must allow it, of the function or of
    the alias that has the URL; versions have none.
    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    return policies.problem is not None or any(_names_urls(policy.document) for policy in policies.items)


def _names_urls(text: str) -> bool:
    try:
        found = statements(load_policy(text))
    except MalformedPolicyError:
        return True  # nobody knows what it allows
    return any(s.allows and names_action(s, "lambda:InvokeFunctionUrl") for s in found)


def _urls(aws: Aws, name: str) -> tuple[FunctionUrl, ...] | Unreadable:
    """Those of the function and of its aliases."""
    listed = aws.pages("lambda", "ListFunctionUrlConfigs", "FunctionUrlConfigs", FunctionName=name)
    return listed.problem or tuple(FunctionUrl(url["FunctionUrl"], url["AuthType"]) for url in listed.items)


def _failure_destinations(aws: Aws, name: str) -> tuple[str, ...] | Unreadable:
    listed = aws.pages(
        "lambda", "ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", FunctionName=name
    )
    targets = [
        ((config.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        for config in listed.items
    ]
    return listed.problem or tuple(target for target in targets if target)


def _signed_functions(aws: Aws) -> Signed | Unreadable:
    """The code signing configuration of each function that has one, and whether it enforces: asked once
    for each configuration, not once for each function."""
    configs = aws.pages("lambda", "ListCodeSigningConfigs", "CodeSigningConfigs")
    if configs.problem:
        return configs.problem
    found: dict[str, tuple[str | None, bool]] = {}
    for config in configs.items:
        arn = config["CodeSigningConfigArn"]
        listed = aws.pages(
            "lambda", "ListFunctionsByCodeSigningConfig", "FunctionArns", CodeSigningConfigArn=arn
        )
        if listed.problem:
            return listed.problem
        policies = config.get("CodeSigningPolicies") or {}
        enforces = policies.get("UntrustedArtifactOnDeployment") == "Enforce"
        found |= dict.fromkeys(listed.items, (arn, enforces))
    return found


def _event_source(answer: Mapping[str, Any]) -> EventSource:
    on_failure = (answer.get("DestinationConfig") or {}).get("OnFailure") or {}
    return EventSource(
        arn=answer.get("EventSourceMappingArn") or answer["UUID"],
        function_arn=answer["FunctionArn"],
        source_arn=answer.get("EventSourceArn"),
        failure_destination=on_failure.get("Destination") or None,
    )
