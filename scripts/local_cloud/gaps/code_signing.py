"""Lambda: code signing configurations, which moto 5.2 does not have, and a function's own.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateCodeSigningConfig.html
"""

from __future__ import annotations

import json
import secrets
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from scripts.local_cloud.backends import arn_of
from scripts.local_cloud.gaps.patching import Method, add, wrap

for path in (
    "code-signing-configs/?$",
    "code-signing-configs/(?P<arn>[^/]+)/?$",
    "code-signing-configs/(?P<arn>[^/]+)/functions/?$",
):
    urls.url_paths["{0}/2020-04-22/" + path] = LambdaResponse.dispatch
urls.url_paths["{0}/2020-06-30/functions/(?P<function_name>[^/]+)/code-signing-config/?$"] = (
    LambdaResponse.dispatch
)


def lambda_error(code: str, message: str, status: int) -> Exception:
    error: Exception = LambdaClientError(code, message)
    error.code = status  # type: ignore[attr-defined]  # moto answers with it
    return error


@wrap(LambdaBackend, "__init__")
def create_backend(original: Method, backend: Any, *args: Any, **kwargs: Any) -> None:
    original(backend, *args, **kwargs)
    backend.code_signing_configs = {}
    backend.other_tags = {}


@wrap(LambdaBackend, "_get_resource_by_arn")
def get_resource_by_arn(original: Method, backend: Any, arn: str) -> Any:
    """What tags are asked of: something with ``tags``."""
    tags = backend.other_tags.get(arn)
    return original(backend, arn) if tags is None else SimpleNamespace(tags=tags)


def config_of(response: Any, arn: str) -> dict[str, Any]:
    found: dict[str, Any] | None = response.backend.code_signing_configs.get(arn)
    if found is None:
        message = f"The code signing configuration {arn} does not exist."
        raise lambda_error("ResourceNotFoundException", message, 404)
    return found


def arn_in(path: str) -> str:
    return unquote(path.partition("/code-signing-configs/")[2]).removesuffix("/functions").rstrip("/")


@add(LambdaResponse, "create_code_signing_config")
def create_code_signing_config(response: Any) -> Any:
    given = response.json_body
    name = f"csc-{secrets.token_hex(9)[:17]}"
    config = {
        "CodeSigningConfigId": name,
        "CodeSigningConfigArn": arn_of("lambda", response.region, f"code-signing-config:{name}"),
        "Description": given.get("Description") or "",
        "AllowedPublishers": given["AllowedPublishers"],
        "CodeSigningPolicies": given.get("CodeSigningPolicies") or {"UntrustedArtifactOnDeployment": "Warn"},
        "LastModified": now(),
    }
    arn = str(config["CodeSigningConfigArn"])
    response.backend.code_signing_configs[arn] = config
    response.backend.other_tags[arn] = dict(given.get("Tags") or {})
    return 201, {"status": 201}, json.dumps({"CodeSigningConfig": config})


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+0000")


@add(LambdaResponse, "get_code_signing_config")
def get_code_signing_config(response: Any) -> str:
    return json.dumps({"CodeSigningConfig": config_of(response, arn_in(response.path))})


@add(LambdaResponse, "list_code_signing_configs")
def list_code_signing_configs(response: Any) -> str:
    return json.dumps({"CodeSigningConfigs": list(response.backend.code_signing_configs.values())})


@add(LambdaResponse, "update_code_signing_config")
def update_code_signing_config(response: Any) -> str:
    config = config_of(response, arn_in(response.path))
    given = response.json_body
    config |= {
        name: given[name]
        for name in ("Description", "AllowedPublishers", "CodeSigningPolicies")
        if name in given
    }
    config["LastModified"] = now()
    return json.dumps({"CodeSigningConfig": config})


@add(LambdaResponse, "delete_code_signing_config")
def delete_code_signing_config(response: Any) -> Any:
    arn = arn_in(response.path)
    config_of(response, arn)
    if using(response, arn):
        raise lambda_error("ResourceConflictException", "A function uses the configuration.", 409)
    del response.backend.code_signing_configs[arn]
    response.backend.other_tags.pop(arn, None)
    return 204, {"status": 204}, ""


@add(LambdaResponse, "list_functions_by_code_signing_config")
def list_functions_by_code_signing_config(response: Any) -> str:
    arn = arn_in(response.path)
    config_of(response, arn)
    return json.dumps({"FunctionArns": using(response, arn)})


def using(response: Any, arn: str) -> list[str]:
    functions = response.backend.list_functions(None)
    return [function.function_arn for function in functions if function.code_signing_config_arn == arn]


def function_in(response: Any) -> Any:
    name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
    return response.backend.get_function(name)


@add(LambdaResponse, "put_function_code_signing_config")
def put_function_code_signing_config(response: Any) -> str:
    arn = response.json_body["CodeSigningConfigArn"]
    if arn not in response.backend.code_signing_configs:
        message = f"The code signing configuration {arn} does not exist."
        raise lambda_error("CodeSigningConfigNotFoundException", message, 404)
    function = function_in(response)
    function.code_signing_config_arn = arn
    return json.dumps({"CodeSigningConfigArn": arn, "FunctionName": function.function_name})


@add(LambdaResponse, "delete_function_code_signing_config")
def delete_function_code_signing_config(response: Any) -> Any:
    function_in(response).code_signing_config_arn = None
    return 204, {"status": 204}, ""


@wrap(LambdaFunction, "get_function_code_signing_config")
def get_function_code_signing_config(original: Method, function: Any) -> dict[str, Any]:
    """moto answers null where there is none, which is no ARN; Lambda leaves it out."""
    return {name: value for name, value in original(function).items() if value}
