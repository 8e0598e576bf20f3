"""Lambda: provisioned concurrency, which moto 5.2 does not have: kept and read back, and nothing stands warm.

https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda import urls
from moto.awslambda.models import LambdaBackend
from moto.awslambda.responses import LambdaResponse

from scripts.local_cloud.gaps.code_signing import lambda_error, now
from scripts.local_cloud.gaps.patching import Method, add, wrap

urls.url_paths["{0}/2019-09-30/functions/(?P<function_name>[^/]+)/provisioned-concurrency/?$"] = (
    LambdaResponse.dispatch
)


@wrap(LambdaBackend, "__init__")
def create_backend(original: Method, backend: Any, *args: Any, **kwargs: Any) -> None:
    original(backend, *args, **kwargs)
    backend.provisioned = {}  # by the ARN of the alias or version


def qualified(response: Any) -> str:
    """The ARN of what the request is about; moto refuses a function or qualifier that is not there."""
    name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
    qualifier = response.querystring["Qualifier"][0]
    function = response.backend.get_function(name, qualifier)
    return f"{function.function_arn}:{qualifier}"


def found(response: Any) -> dict[str, Any]:
    config: dict[str, Any] | None = response.backend.provisioned.get(qualified(response))
    if config is None:
        message = "No Provisioned Concurrency Config found for this function"
        raise lambda_error("ProvisionedConcurrencyConfigNotFoundException", message, 404)
    return config


@add(LambdaResponse, "put_provisioned_concurrency_config")
def put_provisioned_concurrency_config(response: Any) -> Any:
    wanted = response.json_body["ProvisionedConcurrentExecutions"]
    config = {
        "RequestedProvisionedConcurrentExecutions": wanted,
        "AvailableProvisionedConcurrentExecutions": wanted,
        "AllocatedProvisionedConcurrentExecutions": wanted,
        "Status": "READY",
        "LastModified": now(),
    }
    response.backend.provisioned[qualified(response)] = config
    return 202, {"status": 202}, json.dumps(config)


@add(LambdaResponse, "get_provisioned_concurrency_config")
def get_provisioned_concurrency_config(response: Any) -> str:
    return json.dumps(found(response))


@add(LambdaResponse, "delete_provisioned_concurrency_config")
def delete_provisioned_concurrency_config(response: Any) -> Any:
    found(response)
    del response.backend.provisioned[qualified(response)]
    return 204, {"status": 204}, ""
