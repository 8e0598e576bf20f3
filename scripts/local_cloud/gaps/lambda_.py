"""Lambda: configuration that moto drops or makes up, and lists that it does not give."""

from __future__ import annotations

import copy
import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.policy import Policy
from moto.awslambda.responses import LambdaResponse

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gaps.patching import Method, add, wrap

DROPPED = ("DeadLetterConfig", "LoggingConfig", "SnapStart")
# Of a new account; AWS raises it on request.
CONCURRENCY = 1000
# The paths of the operations that are added below.
urls.url_paths["{0}/2016-08-19/account-settings/?$"] = LambdaResponse.dispatch
urls.url_paths["{0}/2021-10-31/functions/(?P<function_name>[^/]+)/urls/?$"] = LambdaResponse.dispatch


@wrap(LambdaFunction, "__init__")
def create_function(original: Method, function: Any, *args: Any, **kwargs: Any) -> None:
    """moto drops where failed events go, where and how a function logs, and SnapStart."""
    original(function, *args, **kwargs)
    spec = kwargs["spec"] if "spec" in kwargs else args[1]
    function.local_cloud_configuration = {name: spec.get(name) for name in DROPPED}


@wrap(LambdaFunction, "update_configuration")
def update_configuration(original: Method, function: Any, updates: dict[str, Any]) -> Any:
    """moto also leaves the key, the tracing mode and the ephemeral storage as they were."""
    kept = function.local_cloud_configuration
    function.local_cloud_configuration = {name: updates.get(name, kept.get(name)) for name in DROPPED}
    if "KMSKeyArn" in updates:
        function.kms_key_arn = updates["KMSKeyArn"]
    if "TracingConfig" in updates:
        function.tracing_config = updates["TracingConfig"]
    if "EphemeralStorage" in updates:
        function.ephemeral_storage = updates["EphemeralStorage"]["Size"]
    return original(function, updates)


@wrap(LambdaFunction, "get_configuration")
def get_configuration(original: Method, function: Any, on_create: bool = False) -> dict[str, Any]:
    """moto gives every function in a VPC the VPC id vpc-123abc."""
    configuration: dict[str, Any] = original(function, on_create)
    kept = function.local_cloud_configuration
    dead_letters = kept["DeadLetterConfig"]
    if dead_letters and dead_letters.get("TargetArn"):
        configuration["DeadLetterConfig"] = dead_letters
    group = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{function.function_name}"}
    configuration["LoggingConfig"] = {**group, **(kept["LoggingConfig"] or {})}
    wanted = (kept["SnapStart"] or {}).get("ApplyOn", "None")
    # Of versions, never of $LATEST. No snapshot is taken here.
    is_on = wanted == "PublishedVersions" and str(function.version).isdigit()
    configuration["SnapStart"] = {"ApplyOn": wanted, "OptimizationStatus": "On" if is_on else "Off"}
    if configuration.get("VpcConfig"):
        subnets = configuration["VpcConfig"].get("SubnetIds") or []
        configuration["VpcConfig"]["VpcId"] = vpc_of(function.region, subnets)
    return configuration


def vpc_of(region: str, subnet_ids: list[str]) -> str:
    zones = backend_of("ec2", region).subnets.values()
    found = (subnets[name].vpc_id for subnets in zones for name in subnet_ids if name in subnets)
    return next(found, "")


@add(LambdaResponse, "list_function_url_configs")
def list_function_url_configs(response: Any) -> str:
    function = response.backend.get_function(unquote(response.path.rstrip("/").rsplit("/", 2)[-2]))
    found = [function.url_config.to_dict()] if function.url_config else []
    return json.dumps({"FunctionUrlConfigs": found})


@add(LambdaResponse, "get_account_settings")
def get_account_settings(response: Any) -> str:
    """How many functions there are, and what of the account's concurrency none of them has reserved."""
    found = list(response.backend.list_functions())
    reserved = sum(int(function.reserved_concurrency or 0) for function in found)
    limit = {"ConcurrentExecutions": CONCURRENCY, "UnreservedConcurrentExecutions": CONCURRENCY - reserved}
    return json.dumps({"AccountLimit": limit, "AccountUsage": {"FunctionCount": len(found)}})


@wrap(LambdaBackend, "get_policy")
def get_policy(_: Method, backend: Any, function_name: str, qualifier: str | None = None) -> Any:
    """moto keeps one policy for a function and all its qualifiers, and gives it for any of them."""
    policy = copy.copy(backend.get_function(function_name, qualifier).policy)
    qualifier = qualifier or function_name.rpartition(":function:")[2].partition(":")[2]
    policy.statements = [s for s in policy.statements if _qualifier_of(s["Resource"]) == qualifier]
    return policy.wire_format()


def _qualifier_of(arn: str) -> str:
    return arn.rpartition(":function:")[2].partition(":")[2]


@wrap(Policy, "decode_policy")
def statement_of_permission(original: Method, policy: Any, asked: dict[str, Any]) -> Any:
    """moto puts a URL's authorisation into the statement as an element, which no policy has."""
    authorization = asked.pop("FunctionUrlAuthType", None)
    decoded = original(policy, asked)
    if authorization:
        conditions = asked.setdefault("Condition", {})
        conditions.setdefault("StringEquals", {})["lambda:FunctionUrlAuthType"] = authorization
    return decoded


@wrap(Policy, "principal_formatter")
def principal_of_permission(original: Method, policy: Any, principal: Any) -> Any:
    """moto leaves an account's number as it is; Lambda makes it the principal that it is."""
    if isinstance(principal, str) and len(principal) == 12 and principal.isdigit():
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return original(policy, principal)
