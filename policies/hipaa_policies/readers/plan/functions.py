"""Functions and event source mappings, as planned."""

from __future__ import annotations

import json
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import (
    HIDDEN_TARGET,
    EventSource,
    Function,
    FunctionUrl,
    ResourcePolicy,
)
from hipaa_policies.facts.partial import partial
from hipaa_policies.readers.plan.model import Block, NotDecided, Plan, Planned
from hipaa_policies.readers.plan.registry import Facts, reader
from hipaa_policies.readers.plan.strangers import plain_name
from hipaa_policies.secrets import suspected_secrets

_FUNCTION = ("aws_lambda_function",)
_ALIAS = ("aws_lambda_alias",)
_SIGNING = ("aws_lambda_code_signing_config",)
_INVOKED = ("aws_lambda_function", "aws_lambda_alias")
_TARGETS = (
    "aws_sqs_queue",
    "aws_sns_topic",
    "aws_lambda_function",
    "aws_cloudwatch_event_bus",
    "aws_s3_bucket",
)
_SOURCES = ("aws_sqs_queue", "aws_dynamodb_table", "aws_kinesis_stream")


@reader(
    "functions",
    "event_sources",
    types=(
        "aws_lambda_alias",
        "aws_lambda_code_signing_config",
        "aws_lambda_event_source_mapping",
        "aws_lambda_function",
        "aws_lambda_function_event_invoke_config",
        "aws_lambda_function_url",
        "aws_lambda_permission",
    ),
)
def read_functions(plan: Plan) -> Facts:
    details = _Details(plan)
    functions = tuple(_function(planned, plan, details) for planned in plan.of("aws_lambda_function"))
    sources = tuple(_event_source(planned) for planned in plan.of("aws_lambda_event_source_mapping"))
    return {"functions": Listing(functions), "event_sources": Listing(sources)}


class _Details:
    """What other resources give to a function, by the function's name."""

    def __init__(self, plan: Plan) -> None:
        self.urls: dict[str, list[Any]] = {}
        self.permissions: dict[str, list[tuple[str | None, Any]]] = {}
        self.destinations: dict[str, list[Any]] = {}
        self.unplaced: dict[str, NotDecided] = {}
        for planned in plan.of("aws_lambda_function_url"):
            self._enter(
                self.urls, planned, FunctionUrl(planned.address, planned.values.get("authorization_type", ""))
            )
        for planned in plan.of("aws_lambda_permission"):
            self._enter(self.permissions, planned, (_qualifier(planned), _permission(planned)))
        for planned in plan.of("aws_lambda_function_event_invoke_config"):
            target = _on_failure(planned)
            if target is not None:
                self._enter(self.destinations, planned, target)

    def _enter(self, table: dict[str, list[Any]], planned: Planned, value: Any) -> None:
        name = _function_of(planned)
        if isinstance(name, Unreadable):
            self.unplaced[planned.type] = planned.undecided("function_name")
        elif isinstance(name, str):
            table.setdefault(plain_name(name), []).append(value)

    def of(self, table: dict[str, list[Any]], name: str, kind: str) -> Any:
        """All there is for a function, or why that cannot be told."""
        found = table.get(name, [])
        problem = next((v for v in found if isinstance(v, Unreadable)), None)
        return problem or self.unplaced.get(kind) or tuple(found)

    def policies(self, name: str) -> Listing[ResourcePolicy]:
        """The function's own policy, and those of its aliases and versions."""
        by_qualifier: dict[str | None, list[Any]] = {}
        problem: Unreadable | None = self.unplaced.get("aws_lambda_permission")
        for qualifier, statement in self.permissions.get(name, []):
            if isinstance(statement, Unreadable):
                problem = problem or statement
            else:
                by_qualifier.setdefault(qualifier, []).append(statement)
        return Listing(tuple(ResourcePolicy(_document(s), q) for q, s in by_qualifier.items()), problem)


def _function_of(planned: Planned, form: str = "name") -> Any:
    """The function that something is attached to, through an alias or not: ``form`` where it is only
    referred to, else as the configuration names it."""
    named = planned.text("function_name")
    if not isinstance(named, Unreadable):
        return named
    targets = planned.targets("function_name", _INVOKED)
    if isinstance(targets, list) and [t.type for t in targets] == ["aws_lambda_alias"]:
        return targets[0].reference("function_name", _FUNCTION, form)
    return planned.reference("function_name", _INVOKED, form)


def _function(planned: Planned, plan: Plan, details: _Details) -> Function:
    name = planned.name
    vpc = planned.block("vpc_config")
    variables, secrets = _environment(planned)
    subnets, groups, vpc_id = _network(vpc, plan)
    reserved = planned.get("reserved_concurrent_executions")
    runtime = planned.text("runtime")
    return partial(
        Function,
        arn=planned.arn,
        name=name,
        role_arn=planned.reference("role", ("aws_iam_role",)),
        runtime=None if planned.values.get("package_type") == "Image" else runtime,
        timeout=_default(planned.get("timeout"), 3),
        subnet_ids=subnets,
        security_group_ids=groups,
        vpc_id=vpc_id,
        variables=variables,
        suspected_secrets=secrets,
        environment_key=planned.reference("kms_key_arn", ("aws_kms_key",)),
        dead_letter_arn=_dead_letters(planned.block("dead_letter_config")),
        tracing=_default(planned.inside("tracing_config", "mode", computed=True), "PassThrough"),
        log_group=_log_group(planned, name),
        failure_destinations=details.of(
            details.destinations, name, "aws_lambda_function_event_invoke_config"
        ),
        urls=details.of(details.urls, name, "aws_lambda_function_url"),
        policies=details.policies(name),
        # -1 is the provider's word for "nothing is reserved".
        reserved_concurrency=None if reserved == -1 else reserved,
        code_signing_config=planned.reference("code_signing_config_arn", _SIGNING),
        code_signing_enforced=_enforced(planned, plan),
    )


def _enforced(planned: Planned, plan: Plan) -> Any:
    """Whether the code signing configuration refuses other code: it warns unless told otherwise."""
    arn = planned.reference("code_signing_config_arn", _SIGNING)
    if arn is None or isinstance(arn, Unreadable):
        return arn or False
    config = next((c for c in plan.of(*_SIGNING) if c.arn == arn), None)
    if config is None:
        return planned.undecided("code_signing_config_arn", "the configuration is not in the plan")
    policy = config.inside("policies", "untrusted_artifact_on_deployment", computed=True)
    return policy if isinstance(policy, Unreadable) else policy == "Enforce"


def _default(value: Any, default: Any) -> Any:
    return default if value is None else value


def _of(block: Block | NotDecided | None, name: str, kinds: tuple[str, ...]) -> Any:
    return block if block is None or isinstance(block, Unreadable) else block.reference(name, kinds)


def _dead_letters(block: Block | NotDecided | None) -> Any:
    """The block must name a target, so there is one even where a dynamic block hides which."""
    target = _of(block, "target_arn", _TARGETS)
    return (
        f"{HIDDEN_TARGET}{block.owner.address})"
        if isinstance(block, Block) and isinstance(target, NotDecided)
        else target
    )


def _network(vpc: Block | NotDecided | None, plan: Plan) -> tuple[Any, Any, Any]:
    if vpc is None:
        return (), (), None
    if isinstance(vpc, Unreadable):
        return vpc, vpc, vpc
    subnets = vpc.all_references("subnet_ids", ("aws_subnet", "aws_default_subnet"), "id")
    groups = vpc.all_references(
        "security_group_ids", ("aws_security_group", "aws_default_security_group"), "id"
    )
    if subnets == ():
        return (), groups, None
    return subnets, groups, _vpc_of(subnets, vpc, plan)


def _vpc_of(subnets: Any, vpc: Block, plan: Plan) -> Any:
    """A function's VPC is that of its subnets: the provider only tells it after apply."""
    if vpc.values.get("vpc_id"):
        return vpc.values["vpc_id"]
    if isinstance(subnets, Unreadable):
        return subnets
    planned = next((s for s in plan.of("aws_subnet", "aws_default_subnet") if s.id in subnets), None)
    if planned is None:
        return vpc.undecided("vpc_id", "its subnets are not in the plan")
    return planned.reference("vpc_id", ("aws_vpc", "aws_default_vpc"), "id")


def _log_group(planned: Planned, name: str) -> Any:
    logging = planned.block("logging_config", computed=True)
    if isinstance(logging, Unreadable):
        return logging
    group = None if logging is None else logging.reference("log_group", ("aws_cloudwatch_log_group",), "name")
    return group or f"/aws/lambda/{name}"


def _environment(planned: Planned) -> tuple[Any, Any]:
    """The variables' names, and those that look like secrets, of which only known values are looked at."""
    block = planned.block("environment")
    if block is None or isinstance(block, Unreadable):
        return (), () if block is None else (block, block)
    values = block.values.get("variables") or {}
    unknown = block.unknown.get("variables")
    if unknown is True:
        undecided = block.get("variables")
        return (undecided, undecided) if isinstance(undecided, Unreadable) else ((), ())
    hidden = [name for name, mark in (unknown or {}).items() if mark is True]
    names = tuple(sorted({*values, *hidden}))
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
    # A value that comes from another resource may be anything; its name is looked at like every other.
    marked = _sensitive_variables(planned)
    suspects = suspected_secrets(texts | dict.fromkeys(hidden, "from another resource"), marked or ())
    if marked is None and not suspects:
        hint = "is sensitive as a whole: the plan does not tell which of its values is a secret"
        return names, NotDecided(planned.address, "environment[0].variables", hint)
    return names, tuple(dict.fromkeys(suspects))


def _sensitive_variables(planned: Planned) -> tuple[str, ...] | None:
    """Those whose values Terraform is told to hide; ``None`` where the map is marked as a whole."""
    blocks = planned.sensitive.get("environment")
    if blocks is True:
        return None
    block = blocks[0] if isinstance(blocks, list) and blocks else {}
    marks = block.get("variables") if isinstance(block, dict) else block
    if marks is True:
        return None
    return tuple(name for name, mark in marks.items() if mark is True) if isinstance(marks, dict) else ()


def _qualifier(planned: Planned) -> str | None:
    """The alias or version that a permission is for. One that is not known is still none of the
    function's own: it is told by the permission's address."""
    qualifier = planned.reference("qualifier", _ALIAS, "name")
    if isinstance(qualifier, Unreadable):
        return f"that {planned.address} is for"
    named = planned.text("function_name")
    if qualifier or isinstance(named, Unreadable) or named is None:
        return qualifier or None
    # Of an ARN, a partial ARN, or of name:qualifier.
    return named.rpartition(":function:")[2].partition(":")[2] or None


def _permission(planned: Planned) -> Any:
    """A statement of the function's resource policy."""
    principal = planned.get("principal")
    if isinstance(principal, Unreadable):
        return principal
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Action": planned.values.get("action") or "lambda:InvokeFunction",
        "Resource": "*",
        "Principal": _principal(str(principal)),
    }
    conditions: dict[str, dict[str, str]] = {}
    source = _source_arn(planned)
    if isinstance(source, Unreadable):
        return source
    if source:
        conditions["ArnLike"] = {"aws:SourceArn": source}
    for name, key in (("source_account", "aws:SourceAccount"), ("principal_org_id", "aws:PrincipalOrgID")):
        value = planned.text(name)
        if isinstance(value, Unreadable):
            return value
        if value:
            conditions.setdefault("StringEquals", {})[key] = value
    return statement | ({"Condition": conditions} if conditions else {})


_CALLERS = (
    "aws_api_gateway_rest_api",
    "aws_apigatewayv2_api",
    "aws_cloudwatch_event_rule",
    "aws_cloudwatch_log_group",
    "aws_cognito_user_pool",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_sns_topic",
)


def _source_arn(planned: Planned) -> Any:
    """Unknown, it is an ARN below that of the one caller that the configuration names."""
    value = planned.text("source_arn")
    if not isinstance(value, Unreadable):
        return value
    callers = planned.targets("source_arn", _CALLERS)
    if isinstance(callers, Unreadable):
        return callers
    return callers[0].arn if len(callers) == 1 else value


def _principal(principal: str) -> Any:
    if principal == "*":
        return "*"
    return {"Service" if principal.endswith((".amazonaws.com", ".amazonaws.com.cn")) else "AWS": principal}


def _document(statements: list[Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _on_failure(planned: Planned) -> Any:
    destination = planned.block("destination_config")
    if destination is None or isinstance(destination, Unreadable):
        return destination
    return _of(
        destination.block("on_failure"), "destination" if _names(destination) else "destination_arn", _TARGETS
    )


def _names(destination: Block) -> bool:
    """Event invoke configurations say destination, event source mappings destination_arn."""
    return destination.owner.type == "aws_lambda_function_event_invoke_config"


def _event_source(planned: Planned) -> EventSource:
    name = _function_of(planned, "arn")
    if isinstance(name, str) and not name.startswith("arn:"):
        name = planned.plan.arn("lambda", f"function:{name}")
    return partial(
        EventSource,
        arn=planned.arn,
        function_arn=name,
        source_arn=planned.reference("event_source_arn", _SOURCES),
        failure_destination=_on_failure(planned),
    )
