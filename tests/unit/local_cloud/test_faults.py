"""Faults on demand: which calls meet them, what each does, and a process that dies in mid-invocation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from scripts.local_cloud.control import Control, ControlError
from scripts.local_cloud.fault import Fault
from tests.unit.local_cloud.events import left, mapped, queue, queue_reader, url
from tests.unit.local_cloud.support import Cloud, Eventually, allow

# Where the tools' SDK is: the functions' Python has none of its own.
SDK = str(Path(boto3.__file__).parent.parent)
WRITING = """
import os
import boto3

table = boto3.client("dynamodb")

def handler(event, context):
    for record in event["Records"]:
        table.update_item(
            TableName=os.environ["TABLE"],
            Key={"pk": {"S": record["body"]}},
            UpdateExpression="ADD times :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
"""


@pytest.fixture
def control(cloud: Cloud) -> Iterator[Control]:
    steering = Control(cloud.state)
    yield steering
    steering.set_faults([])
    steering.hurry_failed_messages(None)


def once(cloud: Cloud, credentials: Any = None, **config: Any) -> Any:
    """A client of DynamoDB that tries nothing twice."""
    keys = credentials or {
        "AccessKeyId": cloud.state.access_key_id,
        "SecretAccessKey": cloud.state.secret_access_key,
    }
    create_client: Any = boto3.client
    return create_client(
        "dynamodb",
        endpoint_url=cloud.state.endpoint_url,
        region_name=cloud.state.region,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys.get("SessionToken"),
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def put(cloud: Cloud, table: str, key: str, **config: Any) -> None:
    once(cloud, **config).put_item(TableName=table, Item={"pk": {"S": key}})


def stored(cloud: Cloud, table: str) -> set[str]:
    return {item["pk"]["S"] for item in cloud.client("dynamodb").scan(TableName=table)["Items"]}


@pytest.mark.parametrize(
    ("kind", "raised", "message", "done"),
    [
        ("throttle", ClientError, "ProvisionedThroughputExceededException", False),
        ("error", ClientError, "InternalServerError", False),
        ("lost_answer", ConnectionClosedError, "Connection was closed", True),
        ("delay", ReadTimeoutError, "Read timeout", True),
    ],
)
def test_what_a_fault_does(
    cloud: Cloud, control: Control, kind: Any, raised: type[Exception], message: str, done: bool
) -> None:
    table = cloud.table()
    control.set_faults([Fault(kind, "dynamodb", "PutItem", calls=(2,), seconds=2.0)])
    put(cloud, table, "first")
    patience = {"read_timeout": 1} if kind == "delay" else {}
    with pytest.raises(raised, match=message):
        put(cloud, table, "second", **patience)
    put(cloud, table, "third")
    assert stored(cloud, table) == {"first", "third"} | ({"second"} if done else set())
    assert control.describe_faults() == (
        f"faults, seed 0:\n  {kind} dynamodb:PutItem by anybody: 1 of 3 calls"
    )


def test_the_seed_decides_which_calls_meet_a_fault(cloud: Cloud, control: Control) -> None:
    table = cloud.table()

    def failures(seed: int) -> list[int]:
        control.set_faults([Fault("throttle", "dynamodb", "PutItem", probability=0.3)], seed)
        found = []
        for number in range(30):
            try:
                put(cloud, table, str(number))
            except ClientError:
                found.append(number)
        return found

    first = failures(1)
    assert first == failures(1)
    assert first != failures(2)
    assert 0 < len(first) < 30
    (fault,) = control.faults()["faults"]
    assert fault["matched"] == 30


def test_a_fault_is_for_one_role_and_so_many_calls(cloud: Cloud, control: Control) -> None:
    table = cloud.table()
    role = cloud.role([allow("dynamodb:*")])
    mine = once(cloud, cloud.session(role))
    control.set_faults([Fault("throttle", "dynamodb", role=role, probability=1, at_most=2)])
    put(cloud, table, "the administrator's")
    outcomes = []
    for number in range(4):
        try:
            mine.put_item(TableName=table, Item={"pk": {"S": str(number)}})
            outcomes.append("done")
        except ClientError:
            outcomes.append("throttled")
    assert outcomes == ["throttled", "throttled", "done", "done"]


def writing(cloud: Cloud, queue_name: str) -> tuple[str, str]:
    table = cloud.table()
    write = allow("dynamodb:UpdateItem", cloud.arn("dynamodb", f"table/{table}"))
    environment = {"Variables": {"TABLE": table, "PYTHONPATH": SDK}}
    statements = [write, queue_reader(cloud, queue_name)]
    return cloud.function(WRITING, statements, group=False, Environment=environment), table


def test_a_crash_after_the_write_and_before_the_delete(
    cloud: Cloud, control: Control, eventually: Eventually
) -> None:
    name = queue(cloud)
    function, table = writing(cloud, name)
    role = cloud.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    fault = Fault("kill", "dynamodb", "UpdateItem", role=role.rpartition("/")[2], calls=(1,))
    control.set_faults([fault])
    control.hurry_failed_messages(0.05)
    cloud.client("sqs").send_message(QueueUrl=url(cloud, name), MessageBody="once")
    with mapped(cloud, function, cloud.arn("sqs", name)):
        assert eventually(lambda: left(cloud, name) == 0)
    (item,) = cloud.client("dynamodb").scan(TableName=table)["Items"]
    assert item["times"]["N"] == "2"  # this function is not idempotent, and the crash shows it
    (report,) = control.faults()["faults"]
    assert (report["injected"], report["matched"]) == (1, 2)


def test_a_deletion_whose_answer_is_lost(cloud: Cloud, control: Control, eventually: Eventually) -> None:
    name = queue(cloud)
    function, table = writing(cloud, name)
    control.set_faults([Fault("throttle", "sqs", "DeleteMessageBatch", probability=1.0)])
    cloud.client("sqs").send_message(QueueUrl=url(cloud, name), MessageBody="once")
    with mapped(cloud, function, cloud.arn("sqs", name)):
        assert eventually(lambda: control.faults()["faults"][0]["injected"] >= 3)
        assert eventually(lambda: cloud.client("dynamodb").scan(TableName=table)["Count"] == 1)
    assert left(cloud, name) == 1


def test_only_the_administrator_steers(cloud: Cloud) -> None:
    headers: dict[str, str]
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        answer = requests.get(f"{cloud.state.endpoint_url}/_local_cloud/faults", headers=headers, timeout=10)
        assert answer.status_code == 403


def test_what_is_no_fault_is_refused(cloud: Cloud, control: Control) -> None:
    with pytest.raises(ValueError, match="kind must be one of"):
        Fault("explode", "dynamodb")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="probability"):
        Fault("error", "dynamodb", probability=2)
    with pytest.raises(ControlError, match="unexpected keyword"):
        control.ask("PUT", "faults", {"faults": [{"kind": "error", "service": "s3", "what": 1}]})
