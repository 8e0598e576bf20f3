"""What the pollers of queues and streams share: the function, its role's clients, answers, filters."""

from __future__ import annotations

import functools
import json
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import boto3
from botocore.config import Config
from moto.events.models import EventPattern

from scripts.local_cloud.functions.credentials import Credentials, assume_role, forget
from scripts.local_cloud.functions.deployed import DeployedFunction, find_function

logger = logging.getLogger(__name__)
# After a refusal or a failure of the service that is polled.
PAUSE_SECONDS = 1.0
CONNECTIONS = 16


class Ran(Protocol):
    @property
    def payload(self) -> bytes: ...
    @property
    def error_type(self) -> str | None: ...
    @property
    def request_id(self) -> str: ...
    @property
    def version(self) -> str: ...


Run = Callable[[DeployedFunction, bytes, str], Ran]


@dataclass
class Settings:
    """What tests may change while the cloud runs. None is as AWS: the queue's visibility timeout."""

    failed_messages_after_seconds: float | None = None


@dataclass
class Host:
    """What a poller needs of the cloud."""

    run: Run
    endpoint_url: str
    region: str
    settings: Settings


class RoleClients:
    """Clients with a session of the function's role, as Lambda's own pollers hold one."""

    def __init__(self, endpoint_url: str) -> None:
        self.endpoint_url = endpoint_url
        self.lock = threading.Lock()
        self.credentials: Credentials | None = None
        self.role_arn = ""
        self.clients: dict[str, Any] = {}

    def client(self, function: DeployedFunction, service: str) -> Any:
        """Raises ``AwsError`` AccessDeniedException where Lambda may not assume the role."""
        with self.lock:
            if self.credentials is None or not self.credentials.fresh or self.role_arn != function.role_arn:
                self.credentials, self.role_arn = assume_role(function), function.role_arn
                # Not the function's own code: lambda:SourceFunctionArn is for that alone.
                forget(self.credentials)
                self.clients = {}
            if service not in self.clients:
                self.clients[service] = self.create(service, function.region, self.credentials)
            return self.clients[service]

    def create(self, service: str, region: str, credentials: Credentials) -> Any:
        create_client: Any = boto3.client  # its stubs know services by literal names only
        return create_client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=region,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            aws_session_token=credentials.session_token,
            config=Config(max_pool_connections=CONNECTIONS, retries={"max_attempts": 3, "mode": "standard"}),
        )

    def close(self) -> None:
        for client in self.clients.values():
            client.close()


def function_of(mapping: Any) -> DeployedFunction:
    return find_function(mapping.region, mapping.function_arn, None)


def note_result(mapping: Any, result: str) -> None:
    """``LastProcessingResult``; a problem is logged once, not at every poll."""
    if result != mapping.last_result and result.startswith("PROBLEM"):
        logger.warning("event source mapping of %s: %s", mapping.function_arn, result)
    mapping.last_result = result


def reports_failures(mapping: Any) -> bool:
    return "ReportBatchItemFailures" in (mapping.function_response_types or [])


def failed_identifiers(payload: bytes, known: Sequence[str]) -> set[str] | None:
    """The items that a function says it failed on; None where its answer fails the batch as a whole.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
    """
    try:
        answer = json.loads(payload or b"null")
        listed = (answer or {}).get("batchItemFailures") or []
        found = {item["itemIdentifier"] for item in listed}
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
    return found if found <= set(known) else None


@functools.lru_cache(maxsize=64)
def pattern(text: str) -> Any:
    return EventPattern.load(text)


def wanted(mapping: Any, data: Mapping[str, Any]) -> bool:
    """Whether one of the mapping's filters lets a record through; all do where there is none."""
    filters = (mapping.filter_criteria or {}).get("Filters") or []
    return not filters or any(pattern(item["Pattern"]).matches_event(data) for item in filters)
