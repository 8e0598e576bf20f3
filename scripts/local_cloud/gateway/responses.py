"""The answers that API Gateway gives by itself, as the document customises them.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-gatewayResponse-definition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.gateway.exchange import Exchange, GatewayRefusalError

DEFAULT_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
ERROR_TYPES = {
    "ACCESS_DENIED": "AccessDeniedException",
    "BAD_REQUEST_BODY": "BadRequestException",
    "BAD_REQUEST_PARAMETERS": "BadRequestException",
    "INTEGRATION_TIMEOUT": "InternalServerErrorException",
    "MISSING_AUTHENTICATION_TOKEN": "MissingAuthenticationTokenException",
    "REQUEST_TOO_LARGE": "RequestTooLargeException",
    "THROTTLED": "TooManyRequestsException",
    "UNAUTHORIZED": "UnauthorizedException",
}


def gateway_response(exchange: Exchange, refusal: GatewayRefusalError) -> Response:
    exchange.context |= refusal.context()
    given = customised(exchange, refusal)
    templates = given.get("responseTemplates") or DEFAULT_TEMPLATES
    content_type = accepted(exchange.header("accept") or "", templates)
    body = exchange.fill(templates[content_type], missing="")
    status = int(given.get("statusCode") or refusal.status)
    response = Response(body, status=status, content_type=content_type)
    response.headers["x-amzn-ErrorType"] = ERROR_TYPES.get(refusal.kind, "InternalServerErrorException")
    for name, value in (given.get("responseParameters") or {}).items():
        header = name.removeprefix("gatewayresponse.header.")
        text = parameter_value(exchange, str(value))
        if header != name and text is not None:
            response.headers[header] = text
    return response


def customised(exchange: Exchange, refusal: GatewayRefusalError) -> Mapping[str, Any]:
    """The response of this type, or of the family that it belongs to."""
    given = exchange.stage.document.extension("gateway-responses")
    family = "DEFAULT_4XX" if refusal.status < 500 else "DEFAULT_5XX"
    found: Mapping[str, Any] = given.get(refusal.kind) or given.get(family) or {}
    return found


def accepted(accept: str, templates: Mapping[str, str]) -> str:
    """The first type that the client lists and a template is there for, else the first template's."""
    listed = (part.partition(";")[0].strip() for part in accept.split(","))
    return next((kind for kind in listed if kind in templates), next(iter(templates)))


def parameter_value(exchange: Exchange, value: str) -> str | None:
    """A literal in quotes, a part of the request, or a context variable."""
    if value.startswith("'") and value.endswith("'"):
        return value[1:-1]
    if value.startswith("method.request.header."):
        return exchange.header(value.removeprefix("method.request.header."))
    if value.startswith("method.request.querystring."):
        return exchange.query_value(value.removeprefix("method.request.querystring."))
    if value.startswith("method.request.path."):
        return exchange.path_parameters.get(value.removeprefix("method.request.path."))
    return exchange.context.get(value.removeprefix("context."))
