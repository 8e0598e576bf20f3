"""Invoke functions: at once, or later with retries, as the Invoke operation offers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from werkzeug.wrappers import Response

from scripts.local_cloud.functions.asynchronous import AsynchronousInvocations
from scripts.local_cloud.functions.code import CodeStore
from scripts.local_cloud.functions.credentials import new_request_id
from scripts.local_cloud.functions.deployed import DeployedFunction, find_function
from scripts.local_cloud.functions.environment import Outcome, new_invocation
from scripts.local_cloud.functions.pool import EnvironmentPool
from scripts.local_cloud.functions.telemetry import Report, Telemetry, put_function_metrics, tail
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.requests import AwsRequest

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAXIMUM_PAYLOAD_BYTES = 6 * 1024 * 1024
MAXIMUM_ASYNCHRONOUS_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Result:
    """What an invocation came to. ``error_type`` is None where the function answered."""

    payload: bytes
    error_type: str | None
    request_id: str
    version: str
    log_tail: str


class FunctionService:
    def __init__(self, python: Path, endpoint_url: str, folder: Path) -> None:
        self.telemetry = Telemetry()
        self.code = CodeStore(folder)
        self.pool = EnvironmentPool(python, endpoint_url, self.code)
        self.asynchronous = AsynchronousInvocations(self.run, endpoint_url)

    def interrupt(self) -> None:
        """End what runs, so that nobody who closes has to wait for it."""
        self.asynchronous.closing.set()
        self.pool.end()

    def close(self) -> None:
        self.asynchronous.close()
        self.pool.close()
        self.telemetry.close()
        self.code.clear()

    def invoke(self, region: str, name: str, payload: bytes, qualifier: str | None = None) -> Result:
        """Run a function and wait. Raises ``AwsError`` where it cannot be run at all."""
        return self.run(find_function(region, name, qualifier), payload, new_request_id())

    def run(
        self,
        function: DeployedFunction,
        payload: bytes,
        request_id: str,
        client_context: str | None = None,
    ) -> Result:
        try:
            with self.pool.environment(function) as environment:
                outcome = environment.invoke(new_invocation(function, request_id, payload, client_context))
                key = environment.credentials.access_key_id
                report = Report(function, request_id, outcome, environment.log_stream, key)
                self.telemetry.ended(report)
        except AwsError as error:
            if error.code == "TooManyRequestsException":
                put_function_metrics(function, {"Throttles": (1.0, "Count")})
            raise
        return result_of(report, outcome)

    def invoke_operation(self, call: AwsRequest) -> Response:
        """Answer ``lambda:Invoke``."""
        given = call.parameters
        kind = given.get("InvocationType") or "RequestResponse"
        function = find_function(call.region, str(given["FunctionName"]), given.get("Qualifier"))
        limit = MAXIMUM_ASYNCHRONOUS_BYTES if kind == "Event" else MAXIMUM_PAYLOAD_BYTES
        if len(call.body) > limit:
            message = f"Request must be smaller than {limit} bytes for the {kind} operation"
            raise AwsError("RequestTooLargeException", message, 413)
        check_json(call.body)
        if kind == "DryRun":
            return Response(b"", status=204)
        request_id = new_request_id()
        if kind == "Event":
            self.asynchronous.accept(function, call.body, request_id)
            return Response(b"", status=202, headers={"x-amzn-RequestId": request_id})
        result = self.run(function, call.body, request_id, given.get("ClientContext"))
        return response_of(result, with_log=given.get("LogType") == "Tail")


def result_of(report: Report, outcome: Outcome) -> Result:
    return Result(
        payload=outcome.payload,
        error_type=outcome.error_type,
        request_id=report.request_id,
        version=report.function.version,
        log_tail=tail(report),
    )


def response_of(result: Result, with_log: bool) -> Response:
    headers = {"X-Amz-Executed-Version": result.version, "x-amzn-RequestId": result.request_id}
    if result.error_type:
        headers["X-Amz-Function-Error"] = "Unhandled"
    if with_log:
        headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail.encode()).decode()
    return Response(result.payload, status=200, content_type="application/json", headers=headers)


def check_json(body: bytes) -> None:
    if not body:
        return
    try:
        json.loads(body)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, 400) from error
