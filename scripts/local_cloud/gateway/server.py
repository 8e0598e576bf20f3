"""The gateway's HTTP application: from a request to the answer that API Gateway would give."""

from __future__ import annotations

import json
import logging
from typing import Any

from werkzeug.wrappers import Response

from scripts.local_cloud.functions.service import FunctionService
from scripts.local_cloud.gateway.authorizer import CognitoAuthorizer
from scripts.local_cloud.gateway.exchange import Exchange, GatewayRefusalError, start_exchange
from scripts.local_cloud.gateway.integrations import Integrations
from scripts.local_cloud.gateway.responses import gateway_response
from scripts.local_cloud.gateway.stages import Stages, UnknownStageError
from scripts.local_cloud.gateway.telemetry import record
from scripts.local_cloud.gateway.validation import validate
from scripts.local_cloud.protocol.failures import describe
from scripts.local_cloud.protocol.requests import read_body
from scripts.local_cloud.state import State

logger = logging.getLogger(__name__)
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
MAXIMUM_BYTES = 10 * 1024 * 1024


class Gateway:
    def __init__(self, state: State, functions: FunctionService) -> None:
        self.stages = Stages(state)
        self.authorizer = CognitoAuthorizer(state)
        self.integrations = Integrations(functions)

    def close(self) -> None:
        self.integrations.close()

    def __call__(self, environ: dict[str, Any]) -> Response:
        body = read_body(environ)
        try:
            stage, path = self.stages.find(str(environ["RAW_URI"]).partition("?")[0])
        except UnknownStageError as error:
            # What execute-api says of a stage that is not there is Forbidden; why is for the developer.
            answer = json.dumps({"message": "Forbidden", "local_cloud": str(error)})
            return Response(answer, status=403, content_type="application/json")
        exchange = start_exchange(environ, stage, path, body)
        try:
            response = self.answer(exchange)
        except GatewayRefusalError as refusal:
            response = gateway_response(exchange, refusal)
        except Exception as error:  # noqa: BLE001  # logged; the client is told as API Gateway would
            logger.error("the gateway failed: %s", describe(error))
            fault = GatewayRefusalError("API_CONFIGURATION_ERROR", "Internal server error", 500)
            response = gateway_response(exchange, fault)
        response.headers["x-amzn-RequestId"] = exchange.request_id
        response.headers["x-amz-apigw-id"] = exchange.context["extendedRequestId"]
        exchange.ended(response)
        record(exchange)
        return response

    def answer(self, exchange: Exchange) -> Response:
        if len(exchange.body) > MAXIMUM_BYTES:
            raise GatewayRefusalError("REQUEST_TOO_LARGE", "Request Too Long", 413)
        found = exchange.stage.document.match(exchange.path)
        operations = found[0].operations if found else {}
        operation = operations.get(exchange.method) or operations.get("ANY")
        if found is None or operation is None:
            message = "Missing Authentication Token"
            raise GatewayRefusalError("MISSING_AUTHENTICATION_TOKEN", message, 403)
        exchange.take_route(*found)
        self.authorize(exchange, operation)
        validate(exchange, operation)
        return self.integrations.answer(exchange, operation)

    def authorize(self, exchange: Exchange, operation: Any) -> None:
        body = exchange.stage.document.body
        schemes = (body.get("components") or {}).get("securitySchemes") or {}
        for requirement in operation.get("security", body.get("security", [])):
            for name in requirement:
                scheme = schemes.get(name) or {}
                if scheme.get("x-amazon-apigateway-authtype") != "cognito_user_pools":
                    # Another kind of authorizer is not done here: nobody gets past it.
                    message = "Internal server error"
                    raise GatewayRefusalError("AUTHORIZER_CONFIGURATION_ERROR", message, 500)
                self.authorizer.authorize(exchange, scheme)
