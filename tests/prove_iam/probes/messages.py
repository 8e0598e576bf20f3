"""HL7 v2 and FHIR: stored, refused, by pointer, acknowledged; and FHIR read again."""

from __future__ import annotations

import base64
import json
from typing import Any

from scripts.demo.people import PROVIDER, SSN_PROVIDER, Person
from scripts.demo.story import INVENTED_SSN
from scripts.demo.story_messages import MRN, adt
from tests.prove_iam.probes.patients import new_patient
from tests.prove_iam.world import Probe, World

AT = "20260301120000"
POINTED_TO = ("incoming", "received", "quarantine")
SSN = "http://hl7.org/fhir/sid/us-ssn"


def send(world: World, queue: str, body: str) -> str:
    """SQS's id of the message, which the keys of its objects have."""
    url = world.deployment.outputs[queue]["url"]
    sent = world.deployment.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    return str(sent["MessageId"])


def empty(world: World, queue: str) -> bool:
    """Whether no message is there, in flight or waiting."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = world.deployment.client("sqs").get_queue_attributes(
        QueueUrl=world.deployment.outputs[queue]["url"], AttributeNames=names
    )
    return not any(int(found["Attributes"][name]) for name in names)


def keys(world: World, bucket: str, prefix: str) -> list[str]:
    pages = world.deployment.client("s3").get_paginator("list_objects_v2")
    return [
        found["Key"]
        for page in pages.paginate(Bucket=bucket, Prefix=prefix)
        for found in page.get("Contents", [])
    ]


def kept(world: World, bucket: str, prefix: str, message_id: str) -> None:
    world.until(
        lambda: any(message_id in key for key in keys(world, bucket, prefix)),
        f"the message in {prefix}",
    )


# --- HL7 v2 ------------------------------------------------------------------------------------


def events(world: World, patient: str) -> list[dict[str, Any]]:
    found = world.deployment.client("dynamodb").query(
        TableName=world.deployment.outputs["patient_events_table"],
        KeyConditionExpression="subject = :patient AND begins_with(entry, :event)",
        ExpressionAttributeValues={":patient": {"S": f"patient#{patient}"}, ":event": {"S": "event#"}},
        ConsistentRead=True,
    )
    items: list[dict[str, Any]] = found["Items"]
    return items


def store_hl7(world: World) -> None:
    patient, control_id = world.fresh("E2E-"), world.fresh("c")
    message_id = send(world, "hl7_queue", adt("A01", patient, AT, control_id))
    world.until(lambda: events(world, patient), "the event is stored")
    kept(world, str(world.deployment.outputs["hl7_bucket"]), "received/", message_id)
    world.until(lambda: published(world, message_id), "the event is announced")
    world.until(lambda: empty(world, "hl7_queue"), "the message is deleted from its queue")


def published(world: World, message_id: str) -> bool:
    table = world.deployment.outputs["patient_events_table"]
    pages = world.deployment.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    rows = [row for page in pages for row in page["Items"] if row["entry"]["S"] == "receipt"]
    return any(row["source"]["S"] == message_id and row["published"]["BOOL"] for row in rows)


def acknowledge_hl7(world: World) -> None:
    control_id, sqs = world.fresh("c"), world.deployment.client("sqs")
    url = world.deployment.outputs["hl7_queue"]["acknowledgement_url"]
    send(world, "hl7_queue", adt("A28", world.fresh("E2E-"), AT, control_id))

    def answered() -> bool:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return any(f"MSA|AA|{control_id}" in message["Body"] for message in messages)

    world.until(answered, "an acknowledgement")


def refuse_hl7(world: World) -> None:
    body = adt("A01", world.fresh("E2E-"), AT, world.fresh("c"), authority="ELSEWHERE")
    kept(world, str(world.deployment.outputs["hl7_bucket"]), "quarantine/", send(world, "hl7_queue", body))


def keep_a_document_of_hl7(world: World) -> None:
    patient, bucket = world.fresh("E2E-"), str(world.deployment.outputs["hl7_bucket"])
    content = base64.b64encode(b"%PDF-1.4 invented").decode()
    header, *rest = adt("A01", patient, AT, world.fresh("c")).replace("ADT^A01", "ORU^R01").split("\r")
    result = ["OBR|1", f"OBX|1|ED|1||LAB^application^PDF^Base64^{content}", ""]
    send(world, "hl7_queue", "\r".join([header, *rest[1:-1], *result]))
    world.until(lambda: events(world, patient), "the event is stored")
    (event,) = events(world, patient)
    world.check(keys(world, bucket, f"documents/hl7/{event['event_id']['S']}/"), "its document is kept")


def follow_pointers_of_hl7(world: World) -> None:
    """A pointer into each prefix, with the version and without it."""
    bucket, s3 = str(world.deployment.outputs["hl7_bucket"]), world.deployment.client("s3")
    patients = []
    for prefix in POINTED_TO:
        for versioned in (False, True):
            patients.append(world.fresh("E2E-"))
            key = f"{prefix}/{world.fresh('pointer-')}.hl7"
            message = adt("A28", patients[-1], AT, world.fresh("c"))
            put = s3.put_object(Bucket=bucket, Key=key, Body=message.encode())
            pointer = {"key": key} | ({"version_id": put["VersionId"]} if versioned else {})
            send(world, "hl7_queue", json.dumps({"hl7v2": pointer}))
    world.until(lambda: all(events(world, patient) for patient in patients), "what is pointed to is stored")


def miss_what_a_pointer_of_hl7_names(world: World) -> None:
    pointer = {"hl7v2": {"key": f"incoming/{world.fresh('missing-')}.hl7"}}
    message_id = send(world, "hl7_queue", json.dumps(pointer))
    kept(world, str(world.deployment.outputs["hl7_bucket"]), "quarantine/", message_id)


# --- FHIR --------------------------------------------------------------------------------------


def fhir_bucket(world: World) -> str:
    listed = world.deployment.client("s3").list_buckets()["Buckets"]
    (name,) = (found["Name"] for found in listed if "-fhir-messages-" in found["Name"])
    return str(name)


def get(world: World, path: str, person: Person = PROVIDER, **options: Any) -> Any:
    return world.story.request("GET", f"/fhir/{path}", world.story.tokens[person.username], **options)


def fhir_patient(logical_id: str, patient: str, *identifiers: dict[str, Any]) -> str:
    named = [{"system": MRN, "value": patient}, *identifiers]
    resource = {"resourceType": "Patient", "id": logical_id, "identifier": named, "active": True}
    return json.dumps(resource)


def announced_fhir(world: World, message_id: str) -> bool:
    table = world.deployment.outputs["tables"]["fhir_messages"]
    found = world.deployment.client("dynamodb").get_item(
        TableName=table, Key={"message_id": {"S": message_id}}, ConsistentRead=True
    )
    return bool(found.get("Item", {}).get("announced", {}).get("BOOL"))


def store_and_read_fhir(world: World) -> None:
    patient, logical_id = new_patient(world, PROVIDER), world.fresh("p-")
    message_id = send(world, "fhir_queue", fhir_patient(logical_id, patient))
    world.until(lambda: get(world, f"Patient/{logical_id}").status_code == 200, "the patient can be read")
    weight = {
        "resourceType": "Observation",
        "id": world.fresh("w-"),
        "status": "final",
        "code": {"text": "weight"},
        "subject": {"reference": f"Patient/{logical_id}"},
    }
    send(world, "fhir_queue", json.dumps(weight))
    path = f"Observation/{weight['id']}"
    world.until(lambda: get(world, path).status_code == 200, "the observation can be read")
    world.story.expect(200, get(world, f"{path}/_history"))
    kept(world, fhir_bucket(world), "received/", message_id)
    world.until(lambda: announced_fhir(world, message_id), "the change is announced")
    world.until(lambda: empty(world, "fhir_queue"), "the message is deleted from its queue")


def seal_and_open_an_ssn_of_fhir(world: World) -> None:
    patient, logical_id = new_patient(world, SSN_PROVIDER), world.fresh("p-")
    send(world, "fhir_queue", fhir_patient(logical_id, patient, {"system": SSN, "value": INVENTED_SSN}))
    path, asked = f"Patient/{logical_id}", {"include": "ssn"}
    world.until(lambda: get(world, path, SSN_PROVIDER).status_code == 200, "the patient can be read")
    answer = world.story.expect(200, get(world, path, SSN_PROVIDER, params=asked))
    world.check(INVENTED_SSN in answer.text, "the SSN comes back as it was given")


def refuse_fhir(world: World) -> None:
    message_id = send(world, "fhir_queue", json.dumps({"resourceType": "Unheard", "id": world.fresh("u-")}))
    kept(world, fhir_bucket(world), "quarantine/", message_id)


HL7, FHIR = ("hl7_ingest",), ("fhir_ingest", "fhir_api")
PROBES = [
    Probe("an HL7 message is stored", HL7, store_hl7),
    Probe("an HL7 message is acknowledged", HL7, acknowledge_hl7),
    Probe("an HL7 message is refused", HL7, refuse_hl7),
    Probe("an HL7 message carries a document", HL7, keep_a_document_of_hl7),
    Probe("HL7 messages are pointed to", HL7, follow_pointers_of_hl7),
    Probe("a pointer leads nowhere", HL7, miss_what_a_pointer_of_hl7_names),
    Probe("FHIR is stored and read", FHIR, store_and_read_fhir),
    Probe("an SSN comes by FHIR", FHIR, seal_and_open_an_ssn_of_fhir),
    Probe("FHIR is refused", FHIR, refuse_fhir),
]
