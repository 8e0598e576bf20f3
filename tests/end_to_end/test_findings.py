"""What AWS's watchers find reaches the alert topic by the deployed rules, and quotes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from scripts.local_cloud.control import Control, ControlError
from scripts.local_deployment import LocalDeployment

pytestmark = pytest.mark.deployment
CANARY = "Zebulon-Quarterman-scan.pdf"
FINDINGS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "guardduty": (
        "aws.guardduty",
        "GuardDuty Finding",
        {"id": "f1", "type": "Exfiltration:S3/AnomalousBehavior", "severity": 8.0, "title": CANARY},
    ),
    "inspector": (
        "aws.inspector2",
        "Inspector2 Finding",
        {
            "findingArn": "arn:aws:inspector2:us-east-1:123456789012:finding/f2",
            "type": "PACKAGE_VULNERABILITY",
            "severity": "CRITICAL",
            "status": "ACTIVE",
            "description": CANARY,
        },
    ),
    "analyzer": (
        "aws.access-analyzer",
        "Access Analyzer Finding",
        {"id": "f3", "resourceType": "AWS::S3::Bucket", "status": "ACTIVE", "resource": CANARY},
    ),
}


@contextmanager
def listening(deployment: LocalDeployment) -> Iterator[Any]:
    """A queue that hears the alert topic; yields a function that waits for the next message."""
    sqs, sns = deployment.client("sqs"), deployment.client("sns")
    topics = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
    topic = next(arn for arn in topics if arn.endswith("-alerts"))
    url = sqs.create_queue(QueueName="hears-findings")["QueueUrl"]
    named = {"QueueUrl": url, "AttributeNames": ["QueueArn"]}
    queue = sqs.get_queue_attributes(**named)["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue,
        Attributes={"RawMessageDelivery": "true"},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]

    def heard() -> list[str]:
        received = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [message["Body"] for message in received.get("Messages", ())]

    yield heard
    sns.unsubscribe(SubscriptionArn=subscription)
    sqs.delete_queue(QueueUrl=url)


def event_of(name: str) -> dict[str, Any]:
    source, kind, detail = FINDINGS[name]
    return {
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000001",
        "source": source,
        "detail-type": kind,
        "account": "123456789012",
        "region": "us-east-1",
        "time": "2026-11-22T00:00:00Z",
        "resources": [],
        "detail": detail,
    }


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_is_told_and_not_quoted(deployment: LocalDeployment, name: str) -> None:
    event = event_of(name)
    detail = event["detail"]
    with listening(deployment) as heard:
        Control(deployment.state).fire(f"healthcare-findings-{name}", event=event)
        while not (found := [body for body in heard() if "finding" in body]):
            pass
    message = json.loads(found[0])
    assert message.endswith(f"finding {detail.get('findingArn') or detail['id']}")
    assert "Account 123456789012, region us-east-1" in message
    assert CANARY not in message


def test_low_severity_is_not_heard(deployment: LocalDeployment) -> None:
    event = event_of("guardduty")
    event["detail"]["severity"] = 4.0
    with pytest.raises(ControlError, match="pattern"):
        Control(deployment.state).fire("healthcare-findings-guardduty", event=event)
