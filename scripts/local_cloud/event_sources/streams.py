"""DynamoDB stream -> function: in order, again and again until it goes well or is given up.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

import base64
import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from scripts.local_cloud.event_sources.mapping import (
    PAUSE_SECONDS,
    Host,
    Ran,
    RoleClients,
    failed_identifiers,
    function_of,
    note_result,
    reports_failures,
    wanted,
)
from scripts.local_cloud.event_sources.queues import problem
from scripts.local_cloud.functions.credentials import new_request_id
from scripts.local_cloud.gaps.lambda_mappings import shard_of
from scripts.local_cloud.protocol.errors import AwsError
from scripts.local_cloud.protocol.failures import describe

logger = logging.getLogger(__name__)
Record = Mapping[str, Any]
# "Lambda polls shards ... at a base rate of four times per second."
LOOK_SECONDS = 0.25
RECORDS_AT_ONCE = 1000
# Lambda's waits between retries grow too; nobody watches a demonstration as long as they get.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 2.0


class StreamPoller:
    """One event source mapping. moto's streams have one shard: order holds for the whole table."""

    def __init__(self, mapping: Any, host: Host) -> None:
        self.mapping = mapping
        self.host = host
        self.clients = RoleClients(host.endpoint_url)
        self.closing = threading.Event()
        self.thread = threading.Thread(target=self.poll, name="stream-poller", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.closing.set()

    def close(self) -> None:
        self.stop()
        self.thread.join()
        self.clients.close()

    def poll(self) -> None:
        allowed = False
        while not self.closing.is_set():
            try:
                # Asked once even where nothing is to be read: a refusal shows before the first record.
                allowed = allowed or self.describe_stream()
                if not self.step():
                    self.closing.wait(LOOK_SECONDS)
            except (AwsError, BotoCoreError, ClientError) as error:
                note_result(self.mapping, f"PROBLEM: {problem(error)}")
                self.closing.wait(PAUSE_SECONDS)
            except Exception as error:  # noqa: BLE001  # logged; the next poll may go better
                logger.error("a stream was not polled: %s", describe(error))
                self.closing.wait(PAUSE_SECONDS)

    def describe_stream(self) -> bool:
        client = self.clients.client(function_of(self.mapping), "dynamodbstreams")
        client.describe_stream(StreamArn=self.mapping.event_source_arn)
        return True

    def step(self) -> bool:
        """Take one batch to its end, whatever that is. False where there was nothing to take."""
        if not self.pending():
            return False
        window = float(self.mapping.max_batch_window or 0)
        end = time.monotonic() + window
        while (
            self.pending() < self.mapping.batch_size and time.monotonic() < end and not self.closing.is_set()
        ):
            self.closing.wait(LOOK_SECONDS)
        records = self.read()
        if records:
            event_records = [record_of(record, self.mapping.event_source_arn) for record in records]
            chosen = [record for record in event_records if wanted(self.mapping, record)]
            if chosen:
                self.process(chosen)
            if not self.closing.is_set():
                self.mapping.checkpoint = sequence_of(event_records[-1]) + 1
        return bool(records)

    def pending(self) -> int:
        shard = shard_of(self.host.region, self.mapping.event_source_arn)
        return int(shard.starting_sequence_number + len(shard.items) - self.mapping.checkpoint)

    def read(self) -> Sequence[Record]:
        client = self.clients.client(function_of(self.mapping), "dynamodbstreams")
        shard = shard_of(self.host.region, self.mapping.event_source_arn)
        iterator = client.get_shard_iterator(
            StreamArn=self.mapping.event_source_arn,
            ShardId=shard.id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=str(self.mapping.checkpoint),
        )["ShardIterator"]
        limit = min(int(self.mapping.batch_size), RECORDS_AT_ONCE)
        found: Sequence[Record] = client.get_records(ShardIterator=iterator, Limit=limit)["Records"]
        return found

    def process(self, records: Sequence[Record]) -> None:
        """Retry until nothing is left; what is given up goes to the on-failure destination.

        Where it is told to, a batch is split: at the record that the function names, else in two halves. A
        split is no retry.
        """
        attempts = 0
        while records and not self.closing.is_set():
            if self.too_old(records[0]):
                self.give_up(records[:1], None, attempts, "RecordAgeExceeded")
                records, attempts = records[1:], 0
                continue
            result = self.run(records)
            attempts += 1
            done = self.succeeded(records, result)
            if done:
                records, attempts = records[done:], 0
            elif len(records) > 1 and self.mapping.bisect_on_error:
                middle = len(records) // 2
                self.process(records[:middle])
                records, attempts = records[middle:], 0
            elif self.exhausted(attempts):
                self.give_up(records, result, attempts, "RetryAttemptsExhausted")
                return
            if records and not done:
                self.closing.wait(min(FIRST_WAIT_SECONDS * 2**attempts, LONGEST_WAIT_SECONDS))

    def run(self, records: Sequence[Record]) -> Ran | None:
        payload = json.dumps({"Records": records}).encode()
        try:
            return self.host.run(function_of(self.mapping), payload, new_request_id())
        except AwsError as error:
            if error.code != "TooManyRequestsException":
                raise
            return None

    def succeeded(self, records: Sequence[Record], result: Ran | None) -> int:
        """How many records, from the first on, are done: all before the lowest one that failed."""
        if result is None or result.error_type is not None:
            note_result(self.mapping, "PROBLEM: Function call failed")
            return 0
        note_result(self.mapping, "OK")
        if not reports_failures(self.mapping):
            return len(records)
        numbers = [str(record["dynamodb"]["SequenceNumber"]) for record in records]
        failed = failed_identifiers(result.payload, numbers)
        if failed is None:
            return 0
        return next((n for n, number in enumerate(numbers) if number in failed), len(records))

    def exhausted(self, attempts: int) -> bool:
        maximum = self.mapping.max_retry_attempts
        return maximum is not None and maximum != -1 and attempts > int(maximum)

    def too_old(self, record: Record) -> bool:
        maximum = self.mapping.max_record_age
        age = time.time() - record["dynamodb"]["ApproximateCreationDateTime"]
        return maximum is not None and maximum != -1 and age > int(maximum)

    def give_up(self, records: Sequence[Record], result: Ran | None, attempts: int, condition: str) -> None:
        """Tell the on-failure destination where in the stream the records are, without a word of them."""
        target = ((self.mapping.destination_config or {}).get("OnFailure") or {}).get("Destination")
        if not target:
            return
        body = json.dumps(failure_record(self.mapping, records, result, attempts, condition))
        try:
            self.send(target, body)
        except (BotoCoreError, ClientError) as error:
            # As in AWS the stream goes on; DestinationDeliveryFailures counts it.
            note_result(self.mapping, f"PROBLEM: no failure record, {problem(error)}")

    def send(self, target: str, body: str) -> None:
        function, service = function_of(self.mapping), target.split(":")[2]
        client = self.clients.client(function, service)
        if service == "sns":
            client.publish(TopicArn=target, Message=body)
        else:
            account, name = target.split(":")[4:6]
            client.send_message(QueueUrl=f"{self.host.endpoint_url}/{account}/{name}", MessageBody=body)


def record_of(record: Record, stream_arn: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html#events-sample-dynamodb"""
    change = dict(record["dynamodb"])
    change["ApproximateCreationDateTime"] = int(change["ApproximateCreationDateTime"].timestamp())
    # Lambda writes binary values in base64.
    change = {name: as_json(value) for name, value in change.items()}
    found = {**record, "dynamodb": change, "eventSourceARN": stream_arn}
    if "userIdentity" in record:
        given = record["userIdentity"]
        found["userIdentity"] = {"type": given["Type"], "principalId": given["PrincipalId"]}
    return found


def as_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [as_json(part) for part in value]
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def sequence_of(record: Record) -> int:
    return int(record["dynamodb"]["SequenceNumber"])


def failure_record(
    mapping: Any, records: Sequence[Record], result: Ran | None, attempts: int, condition: str
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-onfailure-destination.html"""
    record: dict[str, Any] = {
        "requestContext": {
            "requestId": result.request_id if result else new_request_id(),
            "functionArn": mapping.function_arn,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": result.version if result else "$LATEST",
            "functionError": "Unhandled",
        },
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "DDBStreamBatchInfo": {
            "shardId": shard_of(mapping.region, mapping.event_source_arn).id,
            "startSequenceNumber": records[0]["dynamodb"]["SequenceNumber"],
            "endSequenceNumber": records[-1]["dynamodb"]["SequenceNumber"],
            "approximateArrivalOfFirstRecord": arrival(records[0]),
            "approximateArrivalOfLastRecord": arrival(records[-1]),
            "batchSize": len(records),
            "streamArn": mapping.event_source_arn,
        },
    }
    if result is not None and result.error_type is None:
        del record["responseContext"]["functionError"]
    return record


def arrival(record: Record) -> str:
    moment = datetime.fromtimestamp(record["dynamodb"]["ApproximateCreationDateTime"], UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
