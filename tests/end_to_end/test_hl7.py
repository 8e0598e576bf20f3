"""HL7 v2 through the deployed queue and function: under its own role, while AWS fails at times."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from scripts import replay_hl7
from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from scripts.local_deployment import LocalDeployment
from tests.end_to_end.waiting import eventually

pytestmark = pytest.mark.deployment
CANARY = f"Canary{uuid.uuid4().hex[:12]}"
AUTHORITY = "MAIN&2.16.840.1.113883.19.5&ISO"


def adt(event: str, patient: str, at: str, control_id: str | None = None, authority: str = AUTHORITY) -> str:
    control_id = control_id or uuid.uuid4().hex[:20]
    return (
        f"MSH|^~\\&|EPIC|MAIN|STORE|AWS|{at}||ADT^{event}|{control_id}|P|2.5.1\rEVN||{at}\r"
        f"PID|1||{patient}^^^{authority}^MR||{CANARY}^Jane||19700131|F\rPV1|1|I|3W^301{'|' * 16}V1\r"
    )


class Ehr:
    """An EHR that sends to the queue, and somebody who looks into the stores."""

    def __init__(self, deployment: LocalDeployment) -> None:
        outputs = deployment.outputs
        self.queue, self.bucket = outputs["hl7_queue"], str(outputs["hl7_bucket"])
        self.table, self.role = str(outputs["patient_events_table"]), str(outputs["hl7_ingest_role"])
        self.sqs, self.s3, self.dynamodb = (deployment.client(name) for name in ("sqs", "s3", "dynamodb"))
        self.control = Control(deployment.state)

    def send(self, body: str) -> None:
        self.sqs.send_message(QueueUrl=self.queue["url"], MessageBody=body)

    def rows(self, entry: str, patient: str = "") -> list[dict[str, Any]]:
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=self.table,
            ConsistentRead=True,
            FilterExpression="begins_with(entry, :entry)",
            ExpressionAttributeValues={":entry": {"S": entry}},
        )
        return [item for page in pages for item in page["Items"] if patient in item["subject"]["S"]]

    def keys(self, prefix: str) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return [found["Key"] for page in pages for found in page.get("Contents", [])]

    def accounted(self) -> tuple[int, int, int]:
        """Stored, duplicate, quarantined."""
        return len(self.rows("event#")), len(self.rows("duplicate#")), len(self.keys("quarantine/"))

    def dead_letters(self) -> int:
        answer = self.sqs.get_queue_attributes(
            QueueUrl=self.queue["dead_letter_url"], AttributeNames=["ApproximateNumberOfMessages"]
        )
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])


@pytest.fixture(scope="module")
def ehr(deployment: LocalDeployment) -> Iterator[Ehr]:
    found = Ehr(deployment)
    found.control.hurry_failed_messages(0.2)
    yield found
    found.control.set_faults([])
    found.control.hurry_failed_messages(None)


def test_a_stay_in_whatever_order_it_arrives(ehr: Ehr) -> None:
    ehr.send(adt("A03", "E2E-1", "20260131120000"))
    ehr.send(adt("A01", "E2E-1", "20260131090000"))
    assert eventually(lambda: len(ehr.rows("event#", "E2E-1")) == 2)
    (visit,) = ehr.rows("visit#", "E2E-1")
    assert visit["status"]["S"] == "discharged"
    assert all(row["published"]["BOOL"] for row in ehr.rows("receipt"))


def test_a_sender_is_told(ehr: Ehr) -> None:
    ehr.send(adt("A28", "E2E-2", "20260131090000", "told-1"))

    def answered() -> bool:
        got = ehr.sqs.receive_message(QueueUrl=ehr.queue["acknowledgement_url"], MaxNumberOfMessages=10)
        return any("MSA|AA|told-1" in message["Body"] for message in got.get("Messages", []))

    assert eventually(answered)


def test_a_large_message_by_pointer(ehr: Ehr) -> None:
    key = f"incoming/{uuid.uuid4()}.hl7"
    ehr.s3.put_object(Bucket=ehr.bucket, Key=key, Body=adt("A28", "E2E-3", "20260131090000").encode())
    ehr.send(json.dumps({"hl7v2": {"key": key}}))
    assert eventually(lambda: len(ehr.rows("event#", "E2E-3")) == 1)


def test_sent_is_stored_and_duplicate_and_quarantined_while_aws_fails(ehr: Ehr) -> None:
    before = ehr.accounted()
    role = ehr.role
    ehr.control.set_faults(
        [
            Fault("throttle", "dynamodb", "TransactWriteItems", role=role, probability=0.1),
            Fault("lost_answer", "dynamodb", "TransactWriteItems", role=role, probability=0.1),
            Fault("error", "events", "PutEvents", role=role, probability=0.1),
            Fault("throttle", "s3", "PutObject", role=role, probability=0.05),
            Fault("kill", "dynamodb", "UpdateItem", role=role, calls=(5,)),
        ],
        seed=1,
    )
    good = [adt("A28", f"E2E-F{number}", "20260131090000") for number in range(60)]
    bad = [adt("A28", f"E2E-F{number}", "20260131090000", authority="ELSEWHERE") for number in range(5)]
    for body in [*good, *bad, *good[:5]]:
        ehr.send(body)
    expected = (before[0] + 60, before[1] + 5, before[2] + 5)
    assert eventually(lambda: ehr.accounted() == expected), (ehr.accounted(), expected)
    ehr.control.set_faults([])
    assert eventually(lambda: all(row["published"]["BOOL"] for row in ehr.rows("receipt")))
    assert ehr.accounted() == expected
    assert ehr.dead_letters() == 0


def test_what_was_refused_can_be_sent_in_again(
    ehr: Ehr, aws_environment: None, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(ehr.keys("quarantine/"))
    ehr.send(adt("A17", "E2E-4", "20260131090000"))
    assert eventually(lambda: len(ehr.keys("quarantine/")) > before)
    refused = len(ehr.keys("quarantine/"))
    options = ["--bucket", ehr.bucket, "--queue-url", ehr.queue["url"], "--code", "unsupported_event_code"]
    assert replay_hl7.main([*options, "--send"]) == 0
    assert CANARY not in capsys.readouterr().out
    assert eventually(lambda: len(ehr.keys("quarantine/")) > refused)


def test_the_log_says_nothing_of_patients(ehr: Ehr, deployment: LocalDeployment) -> None:
    ehr.send(adt("A28", "E2E-5", "20260131090000"))
    assert eventually(lambda: len(ehr.rows("event#", "E2E-5")) == 1)
    logs = deployment.client("logs")
    group = f"/aws/lambda/{deployment.outputs['function_names']['hl7_ingest']}"
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    text = "\n".join(event["message"] for page in pages for event in page["events"])
    assert "message stored" in text
    assert CANARY not in text
    assert "E2E-" not in text
