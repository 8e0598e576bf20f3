"""Somebody who sends to the deployed queue, listens at the bus, and looks into the stores afterwards."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from scripts.local_deployment import LocalDeployment
from tests.reliability.messages import Message

STUCK_SECONDS = 180  # without any progress: something is wrong


class StuckError(Exception):
    """The queue does not become empty; the message says how many messages are left."""


@dataclass(frozen=True)
class Books:
    """What the stores hold: rows of the table, codes in quarantine and keys of originals by SQS's id."""

    rows: list[dict[str, Any]]
    quarantined: dict[str, str]
    received: set[str]
    audited: list[str]
    announced: list[str] = field(default_factory=list)

    def of(self, entry: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["entry"].startswith(entry)]


class Ehr:
    """`name` is the workload's; its bus has a listener from the beginning to ``close``."""

    def __init__(self, deployment: LocalDeployment) -> None:
        outputs = deployment.outputs
        self.queue, self.bucket = outputs["hl7_queue"], str(outputs["hl7_bucket"])
        self.table, self.audit_table = str(outputs["patient_events_table"]), str(outputs["audit_table"])
        self.function = str(outputs["function_names"]["hl7_ingest"])
        clients = ("sqs", "s3", "dynamodb", "events", "cloudwatch")
        self.sqs, self.s3, self.dynamodb, self.events, self.cloudwatch = map(deployment.client, clients)
        self.is_fifo = self.queue["url"].endswith(".fifo")
        self.listener = Listener(self.sqs, self.events)

    def close(self) -> None:
        self.listener.close()

    def send(self, messages: Sequence[Message], progress: bool) -> dict[str, Message]:
        """Send all in their order; the messages by the id that SQS gave each."""
        sent: dict[str, Message] = {}
        for first in range(0, len(messages), 10):
            entries = [self._entry(n, message) for n, message in enumerate(messages[first : first + 10])]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue["url"], Entries=entries)
            if answer.get("Failed"):
                raise RuntimeError("the queue took a message not: " + json.dumps(answer["Failed"]))
            for entry in answer["Successful"]:
                sent[entry["MessageId"]] = messages[first + int(entry["Id"])]
            if progress and first % 500 == 0:
                say(f"sent {len(sent)} of {len(messages)}")
        return sent

    def _entry(self, number: int, message: Message) -> dict[str, str]:
        entry = {"Id": str(number), "MessageBody": message.body}
        if self.is_fifo:
            # Sent again on purpose: the queue's own deduplication is not what is tried here.
            entry |= {"MessageGroupId": message.group, "MessageDeduplicationId": uuid.uuid4().hex}
        return entry

    def wait(self, progress: bool) -> None:
        """Until the queue holds nothing, in flight or not. StuckError where nothing moves any more."""
        fewest, moved = sys.maxsize, time.monotonic()
        while left := self.left(self.queue["url"]):
            if left < fewest:
                fewest, moved = left, time.monotonic()
            if time.monotonic() - moved > STUCK_SECONDS:
                raise StuckError(f"{left} messages are left in the queue, and nothing moves")
            if progress:
                say(f"{left} left in the queue")
            time.sleep(5 if progress else 0.3)

    def left(self, url: str) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def dead_letters(self) -> int:
        return self.left(self.queue["dead_letter_url"])

    def books(self) -> Books:
        quarantined = {}
        for key in self._keys("quarantine/"):
            metadata = self.s3.head_object(Bucket=self.bucket, Key=key)["Metadata"]
            quarantined[_message_id(key)] = metadata["error-code"]
        return Books(
            rows=list(self._scan(self.table)),
            quarantined=quarantined,
            received={_message_id(key) for key in self._keys("received/")},
            audited=[str(row["event_id"]).partition("#")[2] for row in self._scan(self.audit_table)],
            announced=self.listener.heard(),
        )

    def metrics(self, since: datetime) -> dict[str, int]:
        """The function's own counts."""
        names = ("HL7Stored", "HL7Duplicate", "HL7Quarantined")
        return {name: self._metric("Healthcare/Messages", name, "service", since) for name in names} | {
            name: self._metric("AWS/Lambda", name, "FunctionName", since)
            for name in ("Invocations", "Errors")
        }

    def _metric(self, namespace: str, name: str, dimension: str, since: datetime) -> int:
        points = self.cloudwatch.get_metric_statistics(
            Namespace=namespace,
            MetricName=name,
            Dimensions=[{"Name": dimension, "Value": self.function}],
            StartTime=since,
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(round(point["Sum"]) for point in points)

    def _keys(self, prefix: str) -> Iterator[str]:
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix):
            yield from (found["Key"] for found in page.get("Contents", []))

    def _scan(self, table: str) -> Iterator[dict[str, Any]]:
        read = TypeDeserializer().deserialize
        for page in self.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
            for item in page["Items"]:
                yield {name: read(value) for name, value in item.items()}


class Listener:
    """A queue behind a rule of the bus, as a downstream system would have it."""

    def __init__(self, sqs: Any, events: Any) -> None:
        self.sqs, self.events = sqs, events
        name = f"reliability-{uuid.uuid4().hex[:8]}"
        (self.bus,) = (
            bus["Name"]
            for bus in events.list_event_buses()["EventBuses"]
            if bus["Name"].endswith("-clinical-events")
        )
        self.rule = name
        pattern = json.dumps({"source": [{"prefix": ""}]})
        rule_arn = events.put_rule(Name=name, EventBusName=self.bus, EventPattern=pattern)["RuleArn"]
        self.url = sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["QueueArn"])["Attributes"][
            "QueueArn"
        ]
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": rule_arn}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        sqs.set_queue_attributes(QueueUrl=self.url, Attributes={"Policy": policy})
        answer = events.put_targets(Rule=name, EventBusName=self.bus, Targets=[{"Id": "queue", "Arn": arn}])
        if answer["FailedEntryCount"]:
            raise RuntimeError("the rule took no target")

    def bodies(self) -> list[str]:
        """What has come by now, as it came; each once."""
        found: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            found += [message["Body"] for message in messages]
            entries = [
                {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
                for n, message in enumerate(messages)
            ]
            self.sqs.delete_message_batch(QueueUrl=self.url, Entries=entries)
        return found

    def heard(self) -> list[str]:
        """The ids of HL7's events that were announced, as often as they were."""
        events = [json.loads(body) for body in self.bodies()]
        return [
            str(event["detail"].get("event_id")) for event in events if event["source"] == "healthcare.hl7"
        ]

    def close(self) -> None:
        self.events.remove_targets(Rule=self.rule, EventBusName=self.bus, Ids=["queue"])
        self.events.delete_rule(Name=self.rule, EventBusName=self.bus)
        self.sqs.delete_queue(QueueUrl=self.url)


def states(books: Books) -> dict[str, dict[str, object]]:
    """The patients' states as they are in the table, in the shape of the replay."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"demographics": {}, "merged_into": None, "visits": {}}
    )
    for row in books.rows:
        patient_id = row["subject"].removeprefix("patient#")
        if row["entry"] == "state":
            found[patient_id] |= {name: row.get(name) for name in ("demographics", "merged_into")}
        if row["entry"].startswith("visit#"):
            visit = (row["status"], row["details"])
            found[patient_id]["visits"][row["entry"].removeprefix("visit#")] = visit
    return dict(found)


def say(text: str) -> None:
    sys.stderr.write(f"  {text}\n")
    sys.stderr.flush()


def _message_id(key: str) -> str:
    return key.rpartition("/")[2].removesuffix(".hl7")
