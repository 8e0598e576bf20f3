"""Lambda: event source mappings, which are carried out by ``event_sources``."""

from __future__ import annotations

import json
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.responses import LambdaResponse
from moto.dynamodb.models.table import Table
from moto.sqs.models import Queue

from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.gaps.patching import Method, wrap

# moto delivers from here while the sender waits, and hides every failure.
Queue.lambda_event_source_mappings = property(lambda _queue: {}, lambda _queue, _value: None)
Table.lambda_event_source_mappings = property(lambda _table: {}, lambda _table, _value: None)


@wrap(LambdaBackend, "create_event_source_mapping")
def create_event_source_mapping(original: Method, backend: Any, spec: dict[str, Any]) -> Any:
    """moto forgets the alias or version that is to be called, and where the stream stood."""
    check_visibility_timeout(backend, spec)
    mapping = original(backend, spec)
    mapping.function_arn = arn_with_qualifier(mapping.function_arn, str(spec["FunctionName"]))
    mapping.last_result = "No records processed"
    mapping.checkpoint = None
    if ":dynamodb:" in mapping.event_source_arn:
        shard = shard_of(backend.region_name, mapping.event_source_arn)
        sequence = shard.starting_sequence_number
        latest = mapping.starting_position == "LATEST"
        mapping.checkpoint = sequence + len(shard.items) if latest else sequence
    return mapping


def check_visibility_timeout(backend: Any, spec: dict[str, Any]) -> None:
    """Lambda refuses a queue that would show messages again while the function still works on them."""
    source = str(spec.get("EventSourceArn"))
    queue = backend_of("sqs", backend.region_name).queues.get(source.rpartition(":")[2])
    if ":sqs:" not in source or queue is None:
        return
    timeout = int(backend.get_function(str(spec.get("FunctionName"))).timeout)
    if queue.visibility_timeout < timeout:
        raise InvalidParameterValueException(
            f"Queue visibility timeout: {queue.visibility_timeout} seconds is less than "
            f"Function timeout: {timeout} seconds"
        )


@wrap(LambdaBackend, "update_event_source_mapping")
def update_event_source_mapping(original: Method, backend: Any, uuid: str, spec: dict[str, Any]) -> Any:
    mapping = original(backend, uuid, spec)
    if mapping is not None and "FunctionName" in spec:
        mapping.function_arn = arn_with_qualifier(mapping.function_arn, str(spec["FunctionName"]))
    return mapping


@wrap(EventSourceMapping, "get_configuration")
def get_configuration(original: Method, mapping: Any) -> dict[str, Any]:
    """moto does not say how the last batch ended."""
    return {**original(mapping), "LastProcessingResult": mapping.last_result}


def say_that_there_is_none(original: Method, response: Any) -> Any:
    """moto answers with a page of text, or that all is well; Terraform waits for this error at destroy."""
    if response.backend.get_event_source_mapping(response.path.split("/")[-1]):
        return original(response)
    headers = {
        "Content-Type": "application/json",
        "x-amzn-errortype": "ResourceNotFoundException",
        "status": 404,
    }
    return 404, headers, json.dumps({"Type": "User", "Message": "The resource you requested does not exist."})


for operation in ("get", "update", "delete"):
    wrap(LambdaResponse, f"{operation}_event_source_mapping")(say_that_there_is_none)


def arn_with_qualifier(function_arn: str, name: str) -> str:
    parts = function_arn.split(":")[:7]
    plain = name.partition(":function:")[2] or name
    qualifier = plain.partition(":")[2]
    return ":".join([*parts, qualifier] if qualifier else parts)


def shard_of(region: str, stream_arn: str) -> Any:
    """The one shard that moto's streams have."""
    table = stream_arn.partition(":table/")[2].partition("/")[0]
    return backend_of("dynamodb", region).tables[table].stream_shard
