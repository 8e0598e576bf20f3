"""FHIR through the deployed queue, functions and API: under their own roles, while AWS fails at times."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from scripts.demo.people import ADMIN, MARIA, MARIA_HERSELF, PROVIDER, SAM_HIMSELF, Person
from scripts.demo.story import Story
from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from scripts.local_deployment import LocalDeployment
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.deployment
MRN = "https://hospital.example/mrn"
CANARY = f"Canary{uuid.uuid4().hex[:12]}"


class Sender:
    """An EHR that sends to the queue, and somebody who reads what has become of it."""

    def __init__(self, deployment: LocalDeployment, story: Story) -> None:
        self.deployment, self.story = deployment, story
        self.queue = deployment.outputs["fhir_queue"]
        self.sqs, self.s3 = deployment.client("sqs"), deployment.client("s3")
        self.control = Control(deployment.state)

    def send(self, body: object) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.sqs.send_message(QueueUrl=self.queue["url"], MessageBody=text)

    def get(self, person: Person, path: str) -> Any:
        return self.story.request("GET", f"/fhir/{path}", self.story.tokens[person.username])

    def quarantine(self) -> dict[str, str]:
        """What is in quarantine, by key: other tests put theirs there, too."""
        (bucket,) = (
            found["Name"] for found in self.s3.list_buckets()["Buckets"] if "-fhir-messages-" in found["Name"]
        )
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="quarantine/")
        keys = [found["Key"] for page in pages for found in page.get("Contents", [])]
        bodies = (self.s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys)
        return {key: body.decode() for key, body in zip(keys, bodies, strict=True)}


@pytest.fixture(scope="module")
def sender(deployment: LocalDeployment, story: Story) -> Iterator[Sender]:
    found = Sender(deployment, story)
    found.control.hurry_failed_messages(0.2)
    yield found
    found.control.set_faults([])
    found.control.hurry_failed_messages(None)


def patient(logical_id: str) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": logical_id,
        "identifier": [{"system": MRN, "value": MARIA}],
        "name": [{"family": CANARY}],
    }


def weight(logical_id: str, subject: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": logical_id,
        "status": "final",
        "code": {"text": "weight"},
        "subject": {"reference": subject},
        "valueQuantity": {"value": 70.5, "unit": "kg"},
    }


def test_what_is_sent_can_be_read_by_whom_it_concerns(sender: Sender) -> None:
    # Before its patient: it waits for two more deliveries, which must outlast a slow start.
    sender.control.hurry_failed_messages(15)
    sender.send(weight("maria-weight", "Patient/maria-fhir"))
    sender.send(patient("maria-fhir"))
    assert eventually(lambda: sender.get(PROVIDER, "Observation/maria-weight").status_code == 200)
    sender.control.hurry_failed_messages(0.2)
    answer = sender.get(MARIA_HERSELF, "Observation/maria-weight")
    assert answer.status_code == 200
    assert answer.headers["ETag"] == 'W/"1"'
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert sender.get(ADMIN, "Patient/maria-fhir").status_code == 200
    assert sender.get(SAM_HIMSELF, "Observation/maria-weight").status_code == 403
    history = sender.get(PROVIDER, "Observation/maria-weight/_history")
    assert [entry["request"]["method"] for entry in history.json()["entry"]] == ["PUT"]


def test_every_good_message_is_stored_once_while_aws_fails(
    sender: Sender, deployment: LocalDeployment
) -> None:
    before = sender.quarantine()
    sender.send(patient("maria-fhir"))
    role = str(deployment.outputs["fhir_ingest_role"])
    sender.control.set_faults(
        [
            Fault("throttle", "dynamodb", "TransactWriteItems", role=role, probability=0.2),
            Fault("lost_answer", "dynamodb", "TransactWriteItems", role=role, probability=0.2),
            Fault("throttle", "events", "PutEvents", role=role, probability=0.2),
            Fault("throttle", "s3", "PutObject", role=role, probability=0.1),
        ],
        seed=4,
    )
    ids = [f"w{number}" for number in range(40)]
    for logical_id in ids:
        sender.send(weight(logical_id, "Patient/maria-fhir"))
        sender.send(f'{{"resourceType": "{CANARY}", "id": "{logical_id}"}}')
    read = [f"Observation/{logical_id}" for logical_id in ids]
    assert eventually(lambda: sender.get(PROVIDER, read[-1]).status_code == 200)
    assert eventually(lambda: all(sender.get(PROVIDER, path).status_code == 200 for path in read))
    sender.control.set_faults([])
    versions = [sender.get(PROVIDER, f"{path}/_history").json()["entry"] for path in read]
    assert [len(entries) for entries in versions] == [1] * len(ids)
    assert eventually(lambda: len(sender.quarantine()) >= len(before) + len(ids))
    added = [body for key, body in sender.quarantine().items() if key not in before]
    assert ["resource-type" in body for body in added] == [True] * len(ids)
    assert CANARY not in "".join(added)


def test_no_log_has_a_value(sender: Sender, deployment: LocalDeployment) -> None:
    sender.send(patient("maria-logged"))
    assert eventually(lambda: sender.get(PROVIDER, "Patient/maria-logged").status_code == 200)
    logs = deployment.client("logs")
    groups = deployment.outputs["log_group_names"]
    for name in ("fhir_api", "fhir_ingest"):
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=groups[name])
        text = "\n".join(event["message"] for page in pages for event in page["events"])
        assert text, name
        assert CANARY not in text, name
