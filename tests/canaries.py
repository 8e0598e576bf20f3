"""Every place of a deployment that people look into without leave to see patients: one text for each."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scripts.local_deployment import LocalDeployment

Found = Iterator[tuple[str, str]]
"""Where, and what is written there."""


def log_lines(deployment: LocalDeployment) -> Found:
    """Every line of every log group."""
    logs = deployment.client("logs")
    for groups in logs.get_paginator("describe_log_groups").paginate():
        for group in groups["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                yield from ((group["logGroupName"], event["message"]) for event in page["events"])


def metrics(deployment: LocalDeployment) -> Found:
    """Namespace, name and dimensions of every metric."""
    for page in deployment.client("cloudwatch").get_paginator("list_metrics").paginate():
        yield from ((metric["Namespace"], json.dumps(metric)) for metric in page["Metrics"])


def alarms(deployment: LocalDeployment) -> Found:
    """Every alarm, with the reason of its state."""
    for page in deployment.client("cloudwatch").get_paginator("describe_alarms").paginate():
        for alarm in page["MetricAlarms"]:
            yield alarm["AlarmName"], json.dumps(alarm, default=str)


def object_keys(deployment: LocalDeployment) -> Found:
    """Key, metadata and tags of every object; not what senders named themselves below incoming/."""
    s3 = deployment.client("s3")
    # All keys first: each look at an object makes a line of the access log, which is an object again.
    for bucket, key in list(object_names(s3)):
        if key.startswith("incoming/"):
            continue
        head = s3.head_object(Bucket=bucket, Key=key)
        tags = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"] if head.get("TagCount") else []
        yield bucket, json.dumps([key, head["Metadata"], head["ContentType"], tags])


def object_names(s3: Any) -> Found:
    """Bucket and key of every object."""
    for bucket in (found["Name"] for found in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            yield from ((bucket, found["Key"]) for found in page.get("Contents", []))


def dead_letters(deployment: LocalDeployment, whole: bool) -> Found:
    """Every message in a queue of dead letters: attributes, and where `whole` the body.

    SQS moves a message as it is, so the dead letters of a workload's own queue are what the hospital has
    sent. Those of functions and streams are written anew: nothing of a patient may be in them.
    """
    sqs = deployment.client("sqs")
    moved = {deployment.outputs[name]["dead_letter_url"] for name in ("hl7_queue", "fhir_queue")}
    for url in sqs.list_queues().get("QueueUrls", []):
        if "dead-letter" not in url and url not in moved:
            continue
        for message in received(sqs, url):
            body = message["Body"] if whole and url not in moved else ""
            attributes = [message.get("Attributes"), message.get("MessageAttributes")]
            yield url.rpartition("/")[2], json.dumps([attributes, body])


def received(sqs: Any, url: str, delete: bool = False) -> list[dict[str, Any]]:
    """What is in a queue now. It comes back in half a minute, unless it is deleted."""
    found: list[dict[str, Any]] = []
    options = {"MaxNumberOfMessages": 10, "VisibilityTimeout": 30, "WaitTimeSeconds": 0}
    names = {"AttributeNames": ["All"], "MessageAttributeNames": ["All"]}
    while messages := sqs.receive_message(QueueUrl=url, **options, **names).get("Messages"):
        found += messages
        for message in messages if delete else ():
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return found


def own_log(deployment: LocalDeployment) -> Found:
    """The local cloud's log, which shows what functions say where they have no log group."""
    for path in deployment.directory.glob("*.log"):
        yield path.name, path.read_text(encoding="utf-8", errors="replace")


@contextmanager
def hears_alerts(deployment: LocalDeployment) -> Iterator[str]:
    """The address of a queue that is told all that the topic of alerts is told, as subscribers are."""
    sqs, sns = deployment.client("sqs"), deployment.client("sns")
    url = sqs.create_queue(QueueName=f"hears-alerts-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = deployment.outputs["alert_topic_arn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
    try:
        yield url
    finally:
        sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        sqs.delete_queue(QueueUrl=url)
