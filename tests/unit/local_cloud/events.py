"""What the tests of event sources share: queues, functions that write down what they get, mappings."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts.local_cloud.control import Control
from tests.unit.local_cloud.support import Cloud, Statement, allow, unique

# Appends each event to a file: functions run on this machine. AWS's SDK is part of no runtime here.
RECORDING = """
import json, os

def handler(event, context):
    with open(os.environ["SEEN"], "a") as file:
        file.write(json.dumps(event) + "\\n")
    return answer(event)

def answer(event):
    return None
"""
FAILING = (
    RECORDING
    + """
def answer(event):
    failed = []
    for record in event["Records"]:
        text = record.get("body") or json.dumps(record["dynamodb"])
        if "raise" in text:
            raise ValueError("the record says so")
        if "malformed" in text:
            return {"batchItemFailures": [{"id": "x"}]}
        if "unknown" in text:
            return {"batchItemFailures": [{"itemIdentifier": "of nobody"}]}
        if "fail" in text or failed:
            failed.append(record.get("messageId") or record["dynamodb"]["SequenceNumber"])
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
"""
)
_folder = tempfile.TemporaryDirectory()  # until the tests end
QUEUE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
STREAM_ACTIONS = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]


def queue(cloud: Cloud, fifo: bool = False, **attributes: str) -> str:
    """Make a queue; return its name."""
    name = unique("queue") + (".fifo" if fifo else "")
    kind = {"FifoQueue": "true", "ContentBasedDeduplication": "true"} if fifo else {}
    cloud.client("sqs").create_queue(QueueName=name, Attributes={**kind, **attributes})
    return name


def url(cloud: Cloud, name: str) -> str:
    return f"{cloud.state.endpoint_url}/{cloud.state.account_id}/{name}"


def redrive(cloud: Cloud, dead_letters: str, receives: int) -> str:
    return json.dumps({"deadLetterTargetArn": cloud.arn("sqs", dead_letters), "maxReceiveCount": receives})


def bodies(cloud: Cloud, name: str) -> list[str]:
    """What a queue offers now; it stays hidden for a while."""
    found = cloud.client("sqs").receive_message(QueueUrl=url(cloud, name), MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


def left(cloud: Cloud, name: str) -> int:
    """How many messages a queue holds, hidden ones included."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url(cloud, name), AttributeNames=names)
    return sum(int(value) for value in found["Attributes"].values())


def recorder(
    cloud: Cloud, source: str = RECORDING, statements: Sequence[Statement] = (), **options: Any
) -> tuple[str, Path]:
    """Deploy a function that writes down its events; return its name and the file."""
    seen = Path(_folder.name) / unique("seen")
    environment = {"Variables": {"SEEN": str(seen)}}
    return cloud.function(source, statements, group=False, Environment=environment, **options), seen


def events(seen: Path) -> list[Any]:
    """The events that a recorder got, the first first; not the one that it is writing."""
    written = seen.read_text() if seen.exists() else ""
    return [json.loads(line) for line in written.splitlines(keepends=True) if line.endswith("\n")]


def batches(seen: Path) -> list[list[str]]:
    """The bodies of the SQS events that a recorder got."""
    return [[record["body"] for record in event["Records"]] for event in events(seen)]


@contextmanager
def mapped(cloud: Cloud, name: str, source_arn: str, **options: Any) -> Iterator[str]:
    """An event source mapping for as long as the test needs it; gives its id."""
    client = cloud.client("lambda")
    uuid: str = client.create_event_source_mapping(FunctionName=name, EventSourceArn=source_arn, **options)[
        "UUID"
    ]
    try:
        yield uuid
    finally:
        client.delete_event_source_mapping(UUID=uuid)


@contextmanager
def hurried(cloud: Cloud, seconds: float = 0.05) -> Iterator[None]:
    """Messages that a function failed on come back at once."""
    control = Control(cloud.state)
    control.hurry_failed_messages(seconds)
    try:
        yield
    finally:
        control.hurry_failed_messages(None)


def queue_reader(cloud: Cloud, name: str) -> Mapping[str, Any]:
    return allow(QUEUE_ACTIONS, cloud.arn("sqs", name))
