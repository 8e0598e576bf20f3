"""What every function stands on: its variables, its log, its dead letters, its network, what calls it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from tests.prove_iam.world import Probe, World

# An answer to it, even a refusal, is enough for a line in the log.
NOTHING: dict[str, Any] = {}
NO_SUCH_HANDLER = "nowhere.handler"


def writes_its_log(name: str) -> Callable[[World], None]:
    """From a cold start, for which Lambda decrypts the variables."""

    def play(world: World) -> None:
        began = int(time.time() * 1000)
        logs, group = world.deployment.client("logs"), f"/aws/lambda/{world.function(name)}"
        world.control.end_idle_environments()
        world.invoke(name, NOTHING)
        world.until(
            lambda: logs.filter_log_events(logGroupName=group, startTime=began, limit=1)["events"],
            f"a line in {group}",
        )

    return play


def leaves_a_dead_letter(name: str) -> Callable[[World], None]:
    """$LATEST, which nobody calls, gets a handler that does not exist: every event of it fails for good."""

    def play(world: World) -> None:
        client, sqs = world.deployment.client("lambda"), world.deployment.client("sqs")
        function, event = world.function(name), {"probe": world.fresh("event-")}
        before = client.get_function_configuration(FunctionName=function)
        queue = before["DeadLetterConfig"]["TargetArn"].rpartition(":")[2]
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]

        def arrived() -> bool:
            letters = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
            for letter in letters:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])
            return any(json.loads(letter["Body"]) == event for letter in letters)

        client.update_function_configuration(FunctionName=function, Handler=NO_SUCH_HANDLER)
        try:
            client.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
            world.until(arrived, f"a dead letter in {queue}")
        finally:
            client.update_function_configuration(FunctionName=function, Handler=before["Handler"])

    return play


def joins_its_network(name: str) -> Callable[[World], None]:
    def play(world: World) -> None:
        client, function = world.deployment.client("lambda"), world.function(name)
        network = client.get_function_configuration(FunctionName=function)["VpcConfig"]
        same = {key: network[key] for key in ("SubnetIds", "SecurityGroupIds")}
        client.update_function_configuration(FunctionName=function, VpcConfig=same)

    return play


def is_called_by_its_sources(name: str) -> Callable[[World], None]:
    """Lambda looks at the role when a mapping is made: one more of each is made, disabled, and deleted."""

    def play(world: World) -> None:
        client, function = world.deployment.client("lambda"), world.function(name)
        pages = client.get_paginator("list_event_source_mappings").paginate()
        listed = [mapping for page in pages for mapping in page["EventSourceMappings"]]
        mine = [mapping for mapping in listed if f":function:{function}:" in mapping["FunctionArn"]]
        world.check(mine, f"{function} has event sources")
        for mapping in mine:
            stream = {"StartingPosition": "LATEST"} if ":dynamodb:" in mapping["EventSourceArn"] else {}
            made = client.create_event_source_mapping(
                EventSourceArn=mapping["EventSourceArn"], FunctionName=function, Enabled=False, **stream
            )
            client.delete_event_source_mapping(UUID=made["UUID"])

    return play


PLATFORM = {
    "its log is written": writes_its_log,
    "a dead letter is left": leaves_a_dead_letter,
    "its network is joined": joins_its_network,
}
WITH_SOURCES = ("appointment_notifications", "fhir_ingest", "hl7_ingest", "rag_ingest")


def probes(functions: list[str]) -> list[Probe]:
    """Those of each function."""
    found = [
        Probe(f"{name}: {what}", (name,), make(name)) for name in functions for what, make in PLATFORM.items()
    ]
    found += [
        Probe(f"{name}: its sources may call it", (name,), is_called_by_its_sources(name))
        for name in functions
        if name in WITH_SOURCES
    ]
    return found
