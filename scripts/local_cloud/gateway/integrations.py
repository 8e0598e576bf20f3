"""What is behind an operation: a Lambda function, or a mock."""

from __future__ import annotations

import base64
import binascii
import json
import re
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotDoneError
from typing import Any

from hipaa_policies.iam import AccessRequest, Decision, evaluate
from werkzeug.wrappers import Response

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.resource_policies import policy_of
from scripts.local_cloud.functions.service import FunctionService, Result
from scripts.local_cloud.gateway.events import proxy_event
from scripts.local_cloud.gateway.exchange import Exchange, GatewayRefusalError
from scripts.local_cloud.gateway.responses import parameter_value
from scripts.local_cloud.gateway.templates import render
from scripts.local_cloud.protocol.errors import AwsError

DEFAULT_TIMEOUT_MS = 29000
SERVICE = "apigateway.amazonaws.com"
FUNCTION_ARN = re.compile(r"/functions/(?P<arn>arn:[^/]+)/invocations")
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
REMAPPED = {"connection", "content-length", "date", "server", "transfer-encoding", "www-authenticate"}


class Integrations:
    def __init__(self, functions: FunctionService) -> None:
        self.functions = functions
        self.workers = ThreadPoolExecutor(thread_name_prefix="integration")

    def close(self) -> None:
        self.workers.shutdown(wait=False, cancel_futures=True)

    def answer(self, exchange: Exchange, operation: Mapping[str, Any]) -> Response:
        integration = operation.get("x-amazon-apigateway-integration") or {}
        kind = str(integration.get("type", "")).lower()
        if kind == "aws_proxy":
            return self.call_function(exchange, integration)
        if kind == "mock":
            return mock_answer(exchange, integration)
        raise GatewayRefusalError("API_CONFIGURATION_ERROR", "Internal server error", 500)

    def call_function(self, exchange: Exchange, integration: Mapping[str, Any]) -> Response:
        named = FUNCTION_ARN.search(str(integration.get("uri", "")))
        if named is None or not may_invoke(exchange, named["arn"]):
            # "Invalid permissions on Lambda function"
            raise GatewayRefusalError("API_CONFIGURATION_ERROR", "Internal server error", 500)
        payload = json.dumps(proxy_event(exchange)).encode()
        running, begun = self.submit(exchange.stage.region, named["arn"], payload)
        begun.wait()
        started = time.perf_counter()
        seconds = int(integration.get("timeoutInMillis") or DEFAULT_TIMEOUT_MS) / 1000
        try:
            result = running.result(timeout=seconds)
        except NotDoneError:
            raise GatewayRefusalError("INTEGRATION_TIMEOUT", "Endpoint request timed out", 504) from None
        except AwsError as error:
            exchange.context["integrationStatus"] = str(error.status)
            raise internal_error(500) from error
        finally:
            milliseconds = str(int((time.perf_counter() - started) * 1000))
            exchange.context |= {"integrationLatency": milliseconds, "integration.latency": milliseconds}
        exchange.context |= {"integrationStatus": "200", "integration.requestId": result.request_id}
        return proxy_response(result)

    def submit(self, region: str, arn: str, payload: bytes) -> tuple[Future[Result], threading.Event]:
        """The event says that a worker has taken it: API Gateway lets nobody wait for one."""
        begun = threading.Event()

        def invoke() -> Result:
            begun.set()
            return self.functions.invoke(region, arn, payload)

        running = self.workers.submit(invoke)
        running.add_done_callback(lambda _: begun.set())  # cancelled
        return running, begun


def may_invoke(exchange: Exchange, function_arn: str) -> bool:
    """The function's own policy must let this API in: Terraform's aws_lambda_permission."""
    policy = policy_of(function_arn)
    template = re.sub(r"\{[^}]+\}", "*", exchange.context["resourcePath"])
    api = f"arn:aws:execute-api:{exchange.stage.region}:{ACCOUNT_ID}:{exchange.stage.api_id}"
    source = f"{api}/{exchange.stage.name}/{exchange.method}{template}"
    context = {"aws:SourceArn": source, "aws:SourceAccount": ACCOUNT_ID}
    request = AccessRequest("lambda:InvokeFunction", function_arn, context, SERVICE)
    return policy is not None and evaluate([policy], request) is Decision.ALLOWED


def internal_error(status: int) -> GatewayRefusalError:
    """Faults of a function come as the family's response: there is no type of their own."""
    return GatewayRefusalError("DEFAULT_5XX", "Internal server error", status)


def proxy_response(result: Result) -> Response:
    """Read a function's answer; 502 where it is none.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-output-format
    """
    if result.error_type is not None:
        raise internal_error(502)
    try:
        answer = json.loads(result.payload)
        status = int(answer["statusCode"])
        body = answer.get("body") or ""
        data = base64.b64decode(body, validate=True) if answer.get("isBase64Encoded") else body.encode()
        headers = [(str(name), text(value)) for name, value in (answer.get("headers") or {}).items()]
        multiple = answer.get("multiValueHeaders") or {}
        named = {name.lower() for name in multiple}
        # Where both name a header, the list counts.
        headers = [(name, value) for name, value in headers if name.lower() not in named]
        headers += [(str(name), text(value)) for name, values in multiple.items() for value in values]
    except (AttributeError, KeyError, TypeError, ValueError, binascii.Error):
        raise internal_error(502) from None
    if not 100 <= status <= 599:
        raise internal_error(502)
    response = Response(data, status=status)
    response.headers.clear()
    for name, value in headers:
        response.headers.add(f"x-amzn-Remapped-{name}" if name.lower() in REMAPPED else name, value)
    response.headers.setdefault("Content-Type", "application/json")
    return response


def text(value: Any) -> str:
    """Headers may be numbers and booleans as well."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError("a header that is no text")


def unmapped(integration: Mapping[str, Any]) -> GatewayRefusalError:
    """Of a content type without a template: refused, or passed on, which a mock can do nothing with.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
    """
    behaviour = str(integration.get("passthroughBehavior", "when_no_match")).lower()
    if behaviour == "never" or (behaviour == "when_no_templates" and integration.get("requestTemplates")):
        return GatewayRefusalError("UNSUPPORTED_MEDIA_TYPE", "Unsupported Media Type", 415)
    return GatewayRefusalError("API_CONFIGURATION_ERROR", "Internal server error", 500)


def mock_answer(exchange: Exchange, integration: Mapping[str, Any]) -> Response:
    """The request template gives a status, which chooses the response; its template makes the body."""
    templates = integration.get("requestTemplates") or {}
    kind = (exchange.header("content-type") or "application/json").partition(";")[0].strip()
    template = templates.get(kind)
    if template is None:
        raise unmapped(integration)
    chosen = str(json.loads(render(exchange, template).body)["statusCode"])
    responses = integration.get("responses") or {}
    patterns = (name for name in responses if name != "default" and re.fullmatch(name, chosen))
    given = responses.get(next(patterns, "default"))
    if given is None:
        raise GatewayRefusalError("API_CONFIGURATION_ERROR", "Internal server error", 500)
    rendered = render(exchange, (given.get("responseTemplates") or {}).get("application/json", ""))
    response = Response(rendered.body.strip(), status=rendered.status or int(given["statusCode"]))
    response.content_type = "application/json"
    for name, value in (given.get("responseParameters") or {}).items():
        found = parameter_value(exchange, str(value))
        if found is not None:
            response.headers[name.removeprefix("method.response.header.")] = found
    response.headers.update(rendered.headers)
    return response
