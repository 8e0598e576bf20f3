"""The scenes of messages from an EHR: HL7 v2 and FHIR by queues, and one patient in both."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from scripts.demo.people import MARIA, MARIA_HERSELF, PROVIDER, SAM, SAM_HIMSELF
from scripts.demo.scenes import Scene, check, wait_for

if TYPE_CHECKING:
    from scripts.demo.story import Story

# Those of environments/local: patient_identifier.
AUTHORITY: Final = "MAIN&2.16.840.1.113883.19.5&ISO"
MRN: Final = "https://hospital.example/mrn"


@dataclass
class MessageStory:
    """Sends as an EHR does, with the people of ``story``."""

    story: Story

    def scenes(self) -> list[Scene]:
        return [
            Scene(
                "An EHR sends Maria's discharge before her admission",
                "HL7 v2 is stored in the order of events, and once",
                self.out_of_order,
            ),
            Scene(
                "It sends a message that nobody can store",
                "quarantine with place and code, and no value",
                self.quarantine,
            ),
            Scene(
                "The same Maria arrives as FHIR, and is read under audit",
                "HL7 v2 and FHIR meet on one identifier",
                self.fhir,
            ),
        ]

    def out_of_order(self) -> str:
        before = self.counts()
        discharge = adt("A03", MARIA, "20260301120000", "demo-2")
        for message in (discharge, adt("A01", MARIA, "20260301090000", "demo-1"), discharge):
            self.send("hl7_queue", message)
        expected = (before[0] + 2, before[1] + 1)
        wait_for(lambda: self.counts() == expected, "two events and a duplicate")
        (visit,) = self.rows("visit#V1", MARIA)
        check(visit["status"]["S"] == "discharged", "a late admission does not undo the discharge")
        return "3 sent = 2 stored + 1 duplicate"

    def quarantine(self) -> str:
        s3, bucket = self.story.deployment.client("s3"), self.story.deployment.outputs["hl7_bucket"]

        def found() -> set[str]:
            listed = s3.list_objects_v2(Bucket=bucket, Prefix="quarantine/").get("Contents", [])
            return {entry["Key"] for entry in listed}

        before = found()
        self.send("hl7_queue", adt("A01", SAM, "20260301090000", "demo-3", authority="ELSEWHERE"))
        wait_for(lambda: len(found()) == len(before) + 1, "one message in quarantine")
        (key,) = found() - before
        described = s3.head_object(Bucket=bucket, Key=key)["Metadata"]
        check("Sample" not in str(described) and SAM not in str(described), "its metadata holds no value")
        return f"{described['error-code']} at {described['segment']}-{described['field']}"

    def fhir(self) -> str:
        patient = {
            "resourceType": "Patient",
            "id": "maria-example",
            "identifier": [{"system": MRN, "value": MARIA}],
            "name": [{"family": "Example", "given": ["Maria"]}],
        }
        weight = {
            "resourceType": "Observation",
            "id": "maria-weight",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "subject": {"reference": "Patient/maria-example"},
            "valueQuantity": {"value": 70.5, "unit": "kg"},
        }
        provider = self.story.tokens[PROVIDER.username]
        path = ""
        for resource in (patient, weight):
            self.send("fhir_queue", json.dumps(resource))
            path = f"/fhir/{resource['resourceType']}/{resource['id']}"
            self.wait_for(path, provider)
        self.story.expect(200, self.story.request("GET", path, self.story.tokens[MARIA_HERSELF.username]))
        self.story.expect(403, self.story.request("GET", path, self.story.tokens[SAM_HIMSELF.username]))
        answer = self.story.expect(200, self.story.request("GET", f"{path}/_history", provider))
        return f"{len(answer.json()['entry'])} version, read by her doctor and herself"

    def send(self, queue: str, body: str) -> None:
        url = self.story.deployment.outputs[queue]["url"]
        self.story.deployment.client("sqs").send_message(QueueUrl=url, MessageBody=body)

    def counts(self) -> tuple[int, int]:
        """Maria's events, and all duplicates, which name no patient."""
        return len(self.rows("event#", MARIA)), len(self.rows("duplicate#", ""))

    def rows(self, entry: str, subject: str) -> list[dict[str, Any]]:
        """The rows of the table of HL7 events that begin so, of subjects that contain that."""
        pages = (
            self.story.deployment.client("dynamodb")
            .get_paginator("scan")
            .paginate(
                TableName=self.story.deployment.outputs["patient_events_table"],
                ConsistentRead=True,
                FilterExpression="begins_with(entry, :entry)",
                ExpressionAttributeValues={":entry": {"S": entry}},
            )
        )
        return [row for page in pages for row in page["Items"] if subject in row["subject"]["S"]]

    def wait_for(self, path: str, token: str) -> None:
        wait_for(lambda: self.story.request("GET", path, token).status_code == 200, f"GET {path}")


def adt(event: str, patient_id: str, at: str, control_id: str, authority: str = AUTHORITY) -> str:
    """An ADT message of HL7 v2.5.1 about an invented patient."""
    return (
        f"MSH|^~\\&|EHR|MAIN|STORE|AWS|{at}||ADT^{event}|{control_id}|P|2.5.1\r"
        f"EVN||{at}\r"
        f"PID|1||{patient_id}^^^{authority}^MR||Sample^Patient||19840229|F\r"
        f"PV1|1|I|3W^301{'|' * 16}V1\r"
    )
