"""Asynchronous invocations: a queue, retries, and where events go that fail for good.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Protocol

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.functions.credentials import assume_role
from scripts.local_cloud.functions.deployed import DeployedFunction
from scripts.local_cloud.functions.telemetry import put_function_metrics
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)

# Lambda waits one minute, then two. Nobody watches a demonstration that long.
RETRY_AFTER_SECONDS = (1.0, 2.0)
# A throttled event Lambda keeps for up to six hours.
THROTTLED_ATTEMPTS = 20
WORKERS = 4


class Ran(Protocol):
    @property
    def payload(self) -> bytes: ...
    @property
    def error_type(self) -> str | None: ...


class AsynchronousInvocations:
    def __init__(self, run: Callable[[DeployedFunction, bytes, str], Ran], endpoint_url: str) -> None:
        self.run = run
        self.endpoint_url = endpoint_url
        self.workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="asynchronous")
        self.closing = threading.Event()

    def accept(self, function: DeployedFunction, payload: bytes, request_id: str) -> None:
        self.workers.submit(self.process, function, payload, request_id)

    def close(self) -> None:
        """Drop what is not done: the functions go as well."""
        self.closing.set()
        self.workers.shutdown(wait=True, cancel_futures=True)

    def process(self, function: DeployedFunction, payload: bytes, request_id: str) -> None:
        try:
            self.attempt(function, payload, request_id)
        except Exception as error:  # noqa: BLE001  # the executor would keep it to itself
            if self.closing.is_set():
                return
            logger.error("an asynchronous event of %s was lost: %s", function.name, describe(error))

    def attempt(self, function: DeployedFunction, payload: bytes, request_id: str) -> None:
        for number in range(function.retry_attempts + 1):
            if number:
                self.closing.wait(RETRY_AFTER_SECONDS[number - 1])
            result = self.run_unless_throttled(function, payload, request_id)
            if self.closing.is_set() or (result is not None and result.error_type is None):
                return
        self.give_up(function, payload, request_id, result)

    def run_unless_throttled(self, function: DeployedFunction, payload: bytes, request_id: str) -> Ran | None:
        for _ in range(THROTTLED_ATTEMPTS):
            try:
                return self.run(function, payload, request_id)
            except AwsError as error:
                if error.code != "TooManyRequestsException":
                    raise
            if self.closing.wait(RETRY_AFTER_SECONDS[0]):
                break
        return None

    def give_up(
        self, function: DeployedFunction, payload: bytes, request_id: str, result: Ran | None
    ) -> None:
        """Send the event on with the function's own role: what that may not, is lost, and counted."""
        answer = result.payload.decode() if result else '{"errorMessage": "throttled"}'
        try:
            if function.dead_letter_arn:
                self.send_dead_letter(function, payload, request_id, answer)
            if function.on_failure_arn:
                record = failure_record(function, payload, request_id, answer)
                self.send(function, function.on_failure_arn, json.dumps(record), {})
        except (BotoCoreError, ClientError) as error:
            logger.error("no dead letter of %s: %s", function.name, describe(error))
            put_function_metrics(function, {"DeadLetterErrors": (1.0, "Count")})
        if not function.dead_letter_arn and not function.on_failure_arn:
            put_function_metrics(function, {"AsyncEventsDropped": (1.0, "Count")})

    def send_dead_letter(
        self, function: DeployedFunction, payload: bytes, request_id: str, answer: str
    ) -> None:
        # https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
        message = str(json.loads(answer).get("errorMessage", ""))
        attributes = {
            "RequestID": {"DataType": "String", "StringValue": request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": "200"},
            "ErrorMessage": {"DataType": "String", "StringValue": message[:1024] or " "},
        }
        self.send(function, str(function.dead_letter_arn), payload.decode(), attributes)

    def send(self, function: DeployedFunction, target: str, body: str, attributes: dict[str, Any]) -> None:
        service, name = target.split(":")[2], target.split(":")[5]
        client = self.client(function, service)
        if service == "sqs":
            url = f"{self.endpoint_url}/{ACCOUNT_ID}/{name}"
            client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
        elif service == "sns":
            client.publish(TopicArn=target, Message=body, MessageAttributes=attributes)
        else:
            raise ClientError(
                {"Error": {"Code": "NotImplemented", "Message": f"no {service} destinations here"}}, "Send"
            )

    def client(self, function: DeployedFunction, service: str) -> Any:
        credentials = assume_role(function)
        create_client: Any = boto3.client  # its stubs know services by literal names only
        return create_client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=function.region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
        )


def failure_record(function: DeployedFunction, payload: bytes, request_id: str, answer: str) -> Any:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": function.invoked_arn,
            "condition": "RetriesExhausted",
            "approximateInvokeCount": function.retry_attempts + 1,
        },
        "requestPayload": json.loads(payload or b"{}"),
        "responseContext": {
            "statusCode": 200,
            "executedVersion": function.version,
            "functionError": "Unhandled",
        },
        "responsePayload": json.loads(answer),
    }
