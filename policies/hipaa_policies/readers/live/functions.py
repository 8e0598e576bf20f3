"""Functions and event source mappings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import EventSource, Function, FunctionUrl
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader
from hipaa_policies.secrets import suspected_secrets


@reader(
    "functions",
    "event_sources",
    operations={
        "lambda": (
            "GetFunctionConcurrency",
            "GetPolicy",
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
    functions = aws.each(listed.items, lambda answer: _with_details(aws, from_configuration(answer), signed))
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


def _with_details(aws: Aws, function: Function, signed: Mapping[str, str] | Unreadable) -> Function:
    name = function.arn
    policy = aws.optional("lambda", "GetPolicy", ["ResourceNotFoundException"], FunctionName=name)
    urls = aws.pages("lambda", "ListFunctionUrlConfigs", "FunctionUrlConfigs", FunctionName=name)
    concurrency = aws.optional("lambda", "GetFunctionConcurrency", [], FunctionName=name)
    destinations: tuple[str, ...] | Unreadable = ()
    if function.dead_letter_arn is None:  # otherwise nothing hangs on it, and the call is saved
        destinations = _failure_destinations(aws, name)
    return replace(
        function,
        policy=policy if isinstance(policy, Unreadable) else policy["Policy"] if policy else None,
        urls=urls.problem or tuple(FunctionUrl(u["FunctionUrl"], u["AuthType"]) for u in urls.items),
        reserved_concurrency=(
            concurrency
            if isinstance(concurrency, Unreadable)
            else (concurrency or {}).get("ReservedConcurrentExecutions")
        ),
        failure_destinations=destinations,
        code_signing_config=signed if isinstance(signed, Unreadable) else signed.get(function.arn),
    )


def _failure_destinations(aws: Aws, name: str) -> tuple[str, ...] | Unreadable:
    listed = aws.pages(
        "lambda", "ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", FunctionName=name
    )
    targets = [
        ((config.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        for config in listed.items
    ]
    return listed.problem or tuple(target for target in targets if target)


def _signed_functions(aws: Aws) -> Mapping[str, str] | Unreadable:
    """The code signing configuration of each function that has one: asked once for each configuration,
    not once for each function."""
    configs = aws.pages("lambda", "ListCodeSigningConfigs", "CodeSigningConfigs")
    if configs.problem:
        return configs.problem
    found: dict[str, str] = {}
    for config in configs.items:
        arn = config["CodeSigningConfigArn"]
        listed = aws.pages(
            "lambda", "ListFunctionsByCodeSigningConfig", "FunctionArns", CodeSigningConfigArn=arn
        )
        if listed.problem:
            return listed.problem
        found |= dict.fromkeys(listed.items, arn)
    return found


def _event_source(answer: Mapping[str, Any]) -> EventSource:
    on_failure = (answer.get("DestinationConfig") or {}).get("OnFailure") or {}
    return EventSource(
        arn=answer.get("EventSourceMappingArn") or answer["UUID"],
        function_arn=answer["FunctionArn"],
        source_arn=answer.get("EventSourceArn"),
        failure_destination=on_failure.get("Destination") or None,
    )
