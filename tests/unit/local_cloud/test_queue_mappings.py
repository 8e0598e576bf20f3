"""SQS queues call functions as Lambda does: record shape, partial answers, order, dead letters, leave."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local_cloud.events import (
    FAILING,
    QUEUE_ACTIONS,
    RECORDING,
    batches,
    bodies,
    events,
    hurried,
    left,
    mapped,
    queue,
    queue_reader,
    recorder,
    redrive,
    url,
)
from tests.unit.local_cloud.support import Cloud, Eventually, allow, document, unique

PARTIAL = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


def send(cloud: Cloud, name: str, *texts: str, **options: Any) -> None:
    for text in texts:
        cloud.client("sqs").send_message(QueueUrl=url(cloud, name), MessageBody=text, **options)


def test_a_record_has_the_shape_of_awss(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    attributes = {
        "kind": {"DataType": "String", "StringValue": "a"},
        "raw": {"DataType": "Binary", "BinaryValue": b"\x00\x01"},
    }
    with mapped(cloud, function, cloud.arn("sqs", name)):
        send(cloud, name, "hello", MessageAttributes=attributes)
        (event,) = eventually(lambda: events(seen))
        assert eventually(lambda: left(cloud, name) == 0)
    (record,) = event["Records"]
    assert set(record) == {
        "messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody",
        "md5OfMessageAttributes", "eventSource", "eventSourceARN", "awsRegion",
    }  # fmt: skip
    assert record["body"] == "hello"
    assert record["md5OfBody"] == hashlib.md5(b"hello").hexdigest()  # noqa: S324  # SQS's own
    assert record["eventSourceARN"] == cloud.arn("sqs", name)
    assert (record["eventSource"], record["awsRegion"]) == ("aws:sqs", cloud.state.region)
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"} <= set(record["attributes"])
    assert record["messageAttributes"] == {
        "kind": {"stringValue": "a", "stringListValues": [], "binaryListValues": [], "dataType": "String"},
        "raw": {"binaryValue": "AAE=", "stringListValues": [], "binaryListValues": [], "dataType": "Binary"},
    }


def test_what_failed_alone_comes_back_and_ends_in_the_dead_letters(
    cloud: Cloud, eventually: Eventually
) -> None:
    dead = queue(cloud)
    name = queue(cloud, RedrivePolicy=redrive(cloud, dead, 2))
    function, seen = recorder(cloud, FAILING, [queue_reader(cloud, name)])
    send(cloud, name, "good", "fail")
    with hurried(cloud), mapped(cloud, function, cloud.arn("sqs", name), BatchSize=1, **PARTIAL):
        assert eventually(lambda: bodies(cloud, dead)) == ["fail"]
        assert eventually(lambda: left(cloud, name) == 0)
    tried = [batch[0] for batch in batches(seen)]
    assert sorted(tried) == ["fail", "fail", "good"]


@pytest.mark.parametrize("answer", ["raise", "malformed", "unknown"])
def test_an_answer_that_is_none_fails_the_whole_batch(
    cloud: Cloud, eventually: Eventually, answer: str
) -> None:
    dead = queue(cloud)
    name = queue(cloud, RedrivePolicy=redrive(cloud, dead, 1))
    function, _seen = recorder(cloud, FAILING, [queue_reader(cloud, name)])
    send(cloud, name, "good", answer)
    with hurried(cloud), mapped(cloud, function, cloud.arn("sqs", name), **PARTIAL):
        found: list[str] = []

        def look() -> bool:
            found.extend(bodies(cloud, dead))
            return len(found) == 2

        eventually(look)
    assert sorted(found) == sorted(["good", answer])


def test_an_answer_counts_only_where_the_mapping_asks_for_it(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, FAILING, [queue_reader(cloud, name)])
    send(cloud, name, "fail")
    with mapped(cloud, function, cloud.arn("sqs", name)):
        assert eventually(lambda: events(seen) and left(cloud, name) == 0)


def test_a_failed_message_stays_hidden_until_its_visibility_timeout(
    cloud: Cloud, eventually: Eventually
) -> None:
    name = queue(cloud, VisibilityTimeout="1")
    function, seen = recorder(cloud, FAILING, [queue_reader(cloud, name)], Timeout=1)
    send(cloud, name, "fail")
    with mapped(cloud, function, cloud.arn("sqs", name), **PARTIAL):
        assert eventually(lambda: len(events(seen)) >= 2)
    first, second = (event["Records"][0]["attributes"] for event in events(seen)[:2])
    assert (first["ApproximateReceiveCount"], second["ApproximateReceiveCount"]) == ("1", "2")


def test_a_fifo_group_waits_for_the_message_that_failed(cloud: Cloud, eventually: Eventually) -> None:
    dead = queue(cloud, fifo=True)
    name = queue(cloud, fifo=True, RedrivePolicy=redrive(cloud, dead, 2))
    function, seen = recorder(cloud, FAILING, [queue_reader(cloud, name)])
    send(cloud, name, "a1 fail", "a2", "a3", MessageGroupId="a")
    send(cloud, name, "b1", "b2", MessageGroupId="b")
    with hurried(cloud), mapped(cloud, function, cloud.arn("sqs", name), BatchSize=1, **PARTIAL):
        assert eventually(lambda: left(cloud, name) == 0)
    tried = [batch[0] for batch in batches(seen)]
    assert [text for text in tried if text.startswith("a")] == ["a1 fail", "a1 fail", "a2", "a3"]
    assert [text for text in tried if text.startswith("b")] == ["b1", "b2"]
    assert bodies(cloud, dead) == ["a1 fail"]
    record = events(seen)[0]["Records"][0]["attributes"]
    assert {"MessageGroupId", "MessageDeduplicationId", "SequenceNumber"} <= set(record)


def test_a_fifo_queue_forgets_no_deduplication_id(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud, fifo=True)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    with mapped(cloud, function, cloud.arn("sqs", name)):
        send(cloud, name, "once", MessageGroupId="a")
        assert eventually(lambda: events(seen) and left(cloud, name) == 0)
        send(cloud, name, "once", MessageGroupId="a")
        assert left(cloud, name) == 0
        send(cloud, name, "twice", MessageGroupId="a")
        assert eventually(lambda: len(events(seen)) == 2)
    numbers = [event["Records"][0]["attributes"]["SequenceNumber"] for event in events(seen)]
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}


@pytest.mark.parametrize("missing", [*QUEUE_ACTIONS[:2], "kms:Decrypt"])
def test_the_poller_may_do_what_the_functions_role_may(
    cloud: Cloud, eventually: Eventually, missing: str
) -> None:
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    name = queue(cloud, KmsMasterKeyId=key)
    everything = [*QUEUE_ACTIONS, "kms:Decrypt"]
    role = cloud.role([allow(everything)], {"Service": "lambda.amazonaws.com"})
    function, seen = recorder(cloud, Role=cloud.role_arn(role))
    client = cloud.client("lambda")
    # Enabled afterwards: a poll that began with everything might still get the message.
    with mapped(cloud, function, cloud.arn("sqs", name), Enabled=False) as uuid:
        less = document([allow([action for action in everything if action != missing])])
        cloud.client("iam").put_role_policy(RoleName=role, PolicyName="main", PolicyDocument=less)
        send(cloud, name, "hello")
        client.update_event_source_mapping(UUID=uuid, Enabled=True)
        found = eventually(lambda: problem_of(client, uuid))
    assert "AccessDenied" in found
    assert missing in found
    assert left(cloud, name) == 1
    assert bool(events(seen)) is (missing == "sqs:DeleteMessage")


@pytest.mark.parametrize("missing", QUEUE_ACTIONS)
def test_a_role_that_may_not_read_the_queue_gets_no_mapping(cloud: Cloud, missing: str) -> None:
    name = queue(cloud)
    leave = [allow([action for action in QUEUE_ACTIONS if action != missing])]
    function, _seen = recorder(cloud, statements=leave)
    with (
        pytest.raises(ClientError, match=f"does not have permissions to call {missing[4:]} on SQS"),
        mapped(cloud, function, cloud.arn("sqs", name)),
    ):
        pass


def problem_of(client: Any, uuid: str) -> str:
    result: str = client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"]
    return result if result.startswith("PROBLEM") else ""


def test_a_batch_waits_for_its_window(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    source = cloud.arn("sqs", name)
    with mapped(cloud, function, source, BatchSize=25, MaximumBatchingWindowInSeconds=60):
        send(cloud, name, *(str(number) for number in range(25)))
        (batch,) = eventually(lambda: batches(seen))
    assert sorted(batch, key=int) == [str(number) for number in range(25)]


def test_a_mapping_that_is_disabled_leaves_the_queue_alone(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    client = cloud.client("lambda")
    with mapped(cloud, function, cloud.arn("sqs", name), Enabled=False) as uuid:
        send(cloud, name, "hello")
        assert client.get_event_source_mapping(UUID=uuid)["LastProcessingResult"] == "No records processed"
        assert (events(seen), left(cloud, name)) == ([], 1)
        client.update_event_source_mapping(UUID=uuid, Enabled=True)
        assert eventually(lambda: left(cloud, name) == 0)


def test_a_mapping_calls_the_alias_that_it_names(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    client = cloud.client("lambda")
    version = client.publish_version(FunctionName=function)["Version"]
    alias = client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)["AliasArn"]
    with mapped(cloud, alias, cloud.arn("sqs", name)) as uuid:
        assert client.get_event_source_mapping(UUID=uuid)["FunctionArn"] == alias
        send(cloud, name, "hello")
        assert eventually(lambda: events(seen))


def test_a_filter_takes_what_is_not_wanted_out_of_the_queue(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    criteria = {"Filters": [{"Pattern": '{"body": {"kind": ["new"]}}'}]}
    with mapped(cloud, function, cloud.arn("sqs", name), FilterCriteria=criteria):
        send(cloud, name, '{"kind": "old"}', "no object", '{"kind": "new"}')
        assert eventually(lambda: left(cloud, name) == 0 and events(seen))
    assert batches(seen) == [['{"kind": "new"}']]


SLOW = (
    RECORDING
    + """
import time
def answer(event):
    seen = os.environ["SEEN"] + "-running"
    os.makedirs(seen, exist_ok=True)
    mine = os.path.join(seen, event["Records"][0]["messageId"])
    open(mine, "w").close()
    met = os.environ["SEEN"] + "-met"  # on a slow machine two of 0.2 s might miss each other
    while len(os.listdir(seen)) < 2 and not os.path.exists(met):
        time.sleep(0.01)
    open(met, "w").close()
    time.sleep(0.2)
    with open(os.environ["SEEN"] + "-most", "a") as file:
        file.write(str(len(os.listdir(seen))) + "\\n")
    os.remove(mine)
"""
)


def test_no_more_batches_run_at_once_than_the_mapping_lets(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, seen = recorder(cloud, SLOW, [queue_reader(cloud, name)])
    send(cloud, name, *(str(number) for number in range(8)))
    scaling = {"MaximumConcurrency": 2}
    with mapped(cloud, function, cloud.arn("sqs", name), BatchSize=1, ScalingConfig=scaling):
        assert eventually(lambda: left(cloud, name) == 0)
    running = [int(line) for line in Path(f"{seen}-most").read_text().split()]
    assert len(running) == 8
    assert max(running) == 2


def test_messages_go_to_one_consumer_each(cloud: Cloud) -> None:
    """moto receives without a lock."""
    name = queue(cloud)
    send(cloud, name, *(str(number) for number in range(60)))
    with ThreadPoolExecutor(6) as consumers:
        found = list(consumers.map(lambda _: bodies(cloud, name), range(30)))
    assert sorted(int(text) for texts in found for text in texts) == list(range(60))


def test_a_queues_policy_may_refuse_the_role(cloud: Cloud, eventually: Eventually) -> None:
    name = queue(cloud)
    function, _seen = recorder(cloud, statements=[queue_reader(cloud, name)])
    refusal = {"Effect": "Deny", "Principal": "*", "Action": "sqs:ReceiveMessage", "Resource": "*"}
    client = cloud.client("lambda")
    with mapped(cloud, function, cloud.arn("sqs", name)) as uuid:
        cloud.client("sqs").set_queue_attributes(
            QueueUrl=url(cloud, name), Attributes={"Policy": document([refusal])}
        )
        assert "explicit deny" in eventually(lambda: problem_of(client, uuid))


def test_a_queue_that_shows_messages_too_early_is_refused(cloud: Cloud) -> None:
    name = queue(cloud, VisibilityTimeout="9")
    function, _seen = recorder(cloud, statements=[queue_reader(cloud, name)])  # may take ten seconds
    with (
        pytest.raises(ClientError, match="visibility timeout: 9 seconds is less than Function timeout: 10"),
        mapped(cloud, function, cloud.arn("sqs", name)),
    ):
        pass


def test_an_alarm_on_dead_letters_goes_off(cloud: Cloud, eventually: Eventually) -> None:
    dead, client = queue(cloud), cloud.client("cloudwatch")
    client.put_metric_alarm(
        AlarmName=f"{dead}-dead-letters",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": dead}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )

    def state() -> str:
        (alarm,) = client.describe_alarms(AlarmNames=[f"{dead}-dead-letters"])["MetricAlarms"]
        return str(alarm["StateValue"])

    assert eventually(lambda: state() == "OK")
    send(cloud, dead, "lost")
    assert eventually(lambda: state() == "ALARM")


# Fails on one message in five, others at each attempt, and stops the group there, as AWS asks of consumers.
STUMBLING = (
    RECORDING
    + """
import zlib
def answer(event):
    stopped, failed, done = set(), [], []
    for record in event["Records"]:
        group, count = record["attributes"]["MessageGroupId"], record["attributes"]["ApproximateReceiveCount"]
        if group in stopped or zlib.crc32((record["body"] + count).encode()) % 5 == 0:
            stopped.add(group)
            failed.append(record["messageId"])
        else:
            done.append(record["body"])
    with open(os.environ["SEEN"] + "-done", "a") as file:
        file.write("".join(body + "\\n" for body in done))
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
"""
)


def test_each_group_of_many_stays_in_order_through_failures(cloud: Cloud, eventually: Eventually) -> None:
    groups, messages = 12, 15
    name = queue(cloud, fifo=True)
    function, seen = recorder(cloud, STUMBLING, [queue_reader(cloud, name)])
    for number in range(messages):
        for group in range(groups):
            send(cloud, name, f"{group} {number}", MessageGroupId=str(group))
    with hurried(cloud, 0.02), mapped(cloud, function, cloud.arn("sqs", name), **PARTIAL):
        assert eventually(lambda: left(cloud, name) == 0)
    done = [line.split() for line in Path(f"{seen}-done").read_text().splitlines()]
    for group in range(groups):
        assert [int(number) for name, number in done if name == str(group)] == list(range(messages))


@pytest.mark.parametrize("text", ["\x0bMSH|\x1c\r", "a\x00", "\ufffe"])
def test_sqs_refuses_characters_that_are_not_of_xml(cloud: Cloud, text: str) -> None:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html"""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    with pytest.raises(ClientError, match="InvalidMessageContents"):
        sqs.send_message(QueueUrl=url, MessageBody=text)
    with pytest.raises(ClientError, match="InvalidMessageContents"):
        sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": text}])
    sqs.send_message(QueueUrl=url, MessageBody="MSH|^~\\&|\r\n\tü\U0001f600")
