"""A deployed function, read from what moto keeps of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import (
    UnknownAliasException,
    UnknownFunctionException,
)

from scripts.local_cloud.backends import arn_of, backend_of
from scripts.local_cloud.protocol.errors import AwsError

LATEST = "$LATEST"


@dataclass(frozen=True)
class DeployedFunction:
    """One version of a function, as it is at this moment. Times in seconds, sizes in MB."""

    name: str
    region: str
    version: str
    invoked_arn: str
    handler: str
    role_arn: str
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]
    environment_key_arn: str | None
    code: bytes
    code_sha256: str
    log_group: str
    log_format: str
    log_level: str | None
    reserved_concurrency: int | None
    dead_letter_arn: str | None
    retry_attempts: int
    on_failure_arn: str | None

    @property
    def arn(self) -> str:
        return arn_of("lambda", self.region, f"function:{self.name}")

    @property
    def fingerprint(self) -> str:
        """Changes with all that an environment is started with: such an environment is then replaced."""
        parts = (
            self.code_sha256,
            self.handler,
            self.role_arn,
            self.timeout_seconds,
            self.memory_mb,
            sorted(self.environment.items()),
            self.log_group,
            self.log_format,
            self.log_level,
        )
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def find_function(region: str, name: str, qualifier: str | None) -> DeployedFunction:
    """Find a function by name or ARN, with a version or an alias.

    Raises ``AwsError`` ResourceNotFoundException (404), as Invoke does.
    """
    plain = name.partition(":function:")[2] or name
    plain, _, own_qualifier = plain.partition(":")
    qualifier = qualifier or own_qualifier or None
    lambda_backend = backend_of("lambda", region)
    try:
        function = lambda_backend.get_function(plain, qualifier)
    except (UnknownFunctionException, UnknownAliasException) as error:
        arn = arn_of("lambda", region, f"function:{plain}" + (f":{qualifier}" if qualifier else ""))
        raise AwsError("ResourceNotFoundException", f"Function not found: {arn}", 404) from error
    latest = lambda_backend.get_function(plain)
    return snapshot(function, latest, region, qualifier)


def snapshot(function: Any, latest: Any, region: str, qualifier: str | None) -> DeployedFunction:
    configuration = function.get_configuration()
    logging = configuration["LoggingConfig"]
    asynchronous = invoke_config(latest)
    arn = arn_of("lambda", region, f"function:{function.function_name}")
    # "$LATEST" is a version that is published never: moto numbers it 1 until it is.
    published = qualifier and qualifier != LATEST
    failure = asynchronous.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return DeployedFunction(
        name=function.function_name,
        region=region,
        version=str(function.version) if published else LATEST,
        invoked_arn=f"{arn}:{qualifier}" if qualifier else arn,
        handler=function.handler,
        role_arn=function.role,
        timeout_seconds=int(function.timeout),
        memory_mb=int(function.memory_size),
        environment=dict(function.environment_vars or {}),
        environment_key_arn=function.kms_key_arn or None,
        code=function.code_bytes,
        code_sha256=function.code_sha_256,
        log_group=logging["LogGroup"],
        log_format=logging["LogFormat"],
        log_level=logging.get("ApplicationLogLevel"),
        # Concurrency is reserved for a function as a whole.
        reserved_concurrency=as_number(latest.reserved_concurrency),
        dead_letter_arn=configuration.get("DeadLetterConfig", {}).get("TargetArn"),
        retry_attempts=asynchronous.get("MaximumRetryAttempts", 2),
        on_failure_arn=failure or None,
    )


def as_number(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def invoke_config(function: Any) -> dict[str, Any]:
    configured = function.event_invoke_config
    found: dict[str, Any] = configured[0].config if configured else {}
    return found
