"""Request validation: that required parameters are there, and the body against its model.

Nothing else is checked, as in API Gateway: no patterns, no enums, no formats of parameters.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft4Validator

from scripts.local_cloud.gateway.exchange import Exchange, GatewayRefusalError


def validate(exchange: Exchange, operation: Mapping[str, Any]) -> None:
    """Raise ``GatewayRefusalError`` BAD_REQUEST_PARAMETERS or BAD_REQUEST_BODY."""
    document = exchange.stage.document
    validator = "x-amazon-apigateway-request-validator"
    name = operation.get(validator, document.body.get(validator))
    rules = document.extension("request-validators").get(str(name)) or {}
    if rules.get("validateRequestParameters"):
        validate_parameters(exchange, operation)
    if rules.get("validateRequestBody"):
        validate_body(exchange, operation)


def validate_parameters(exchange: Exchange, operation: Mapping[str, Any]) -> None:
    missing = [
        str(parameter["name"])
        for parameter in operation.get("parameters") or []
        if parameter.get("required") and not value_of(exchange, parameter)
    ]
    if missing:
        message = f"Missing required request parameters: [{', '.join(missing)}]"
        raise GatewayRefusalError("BAD_REQUEST_PARAMETERS", message, 400)


def value_of(exchange: Exchange, parameter: Mapping[str, Any]) -> str | None:
    name = str(parameter["name"])
    match parameter.get("in"):
        case "header":
            return exchange.header(name)
        case "query":
            return exchange.query_value(name)
        case _:
            return exchange.path_parameters.get(name)


def validate_body(exchange: Exchange, operation: Mapping[str, Any]) -> None:
    contents = (operation.get("requestBody") or {}).get("content") or {}
    content_type = (exchange.header("content-type") or "application/json").partition(";")[0].strip()
    schema = (contents.get(content_type.lower()) or {}).get("schema")
    # A type without a model is let through: the function has to look.
    if schema is None:
        return
    try:
        body = json.loads(exchange.body)
    except ValueError:
        raise invalid_body("Could not parse the body as JSON") from None
    errors = list(validator_of(exchange, schema).iter_errors(body))
    if errors:
        # Names of rules and places, as API Gateway gives them; never values.
        places = [f"{error.validator} at /{'/'.join(map(str, error.absolute_path))}" for error in errors]
        raise invalid_body(f"[{', '.join(places)}]")


def validator_of(exchange: Exchange, schema: Mapping[str, Any]) -> Draft4Validator:
    components = exchange.stage.document.body.get("components") or {}
    # Draft 4 looks at nothing beside a $ref, so the schema stands in an allOf, in reach of the components.
    return Draft4Validator({"allOf": [schema], "components": components})


def invalid_body(validation: str) -> GatewayRefusalError:
    return GatewayRefusalError("BAD_REQUEST_BODY", "Invalid request body", 400, validation)
