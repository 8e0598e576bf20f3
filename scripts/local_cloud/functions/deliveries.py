"""Let moto's own event deliveries (SNS, EventBridge, event source mappings, ...) run functions here."""

from __future__ import annotations

import base64
from typing import Any

from moto.awslambda.models import LambdaFunction

from scripts.local_cloud.functions.deployed import LATEST
from scripts.local_cloud.functions.service import FunctionService


def route_deliveries(service: FunctionService) -> None:
    """moto would start a Docker container for each."""

    def invoke(function: Any, body: str, request_headers: Any, response_headers: Any) -> bytes:
        published = function.function_arn.endswith(f":{function.version}")
        qualifier = str(function.version) if published else LATEST
        payload = body.encode() if isinstance(body, str) else body
        result = service.invoke(function.region, function.function_name, payload or b"{}", qualifier)
        if result.error_type:
            response_headers["x-amz-function-error"] = "Unhandled"
        if request_headers.get("x-amz-log-type") == "Tail":
            response_headers["x-amz-log-result"] = base64.b64encode(result.log_tail.encode()).decode()
        return result.payload

    LambdaFunction.invoke = invoke
