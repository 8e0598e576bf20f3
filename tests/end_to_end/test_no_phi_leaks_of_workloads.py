"""Canaries in messages, bookings, documents and questions: good ones, bad ones and ones that AWS fails on.

They may be in the tables, in the bodies of objects and in the messages themselves; nowhere else.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from scripts.demo.people import ADMIN, PROVIDER, SSN_PROVIDER, Person, relate
from scripts.demo.story import Story, decode_unverified
from scripts.demo.story_appointments import AppointmentStory, give_address
from scripts.demo.story_documents import DocumentStory
from scripts.demo.story_questions import CARE_NAVIGATION, QuestionStory, model_fault
from scripts.local_cloud.control import Control
from scripts.local_cloud.fault import Fault
from scripts.local_deployment import LocalDeployment
from tests import canaries
from tests.end_to_end.waiting import eventually
from tests.reliability.ehr import Listener

pytestmark = pytest.mark.deployment
CANARY = f"Canary{uuid.uuid4().hex[:12]}"
PATIENT = f"P-{CANARY}"
AT = "20260131090000"
AUTHORITY = "MAIN&2.16.840.1.113883.19.5&ISO"
MRN = "https://hospital.example/mrn"
DOCUMENT_LETTERS = "healthcare-rag-documents-dead-letters"
OUTBOX_LETTERS = "healthcare-appointment-notifications-dead-letters"


def hl7(
    event: str, *more: str, authority: str = AUTHORITY, patient: str = PATIENT, born: str = "19700131"
) -> str:
    """A message with the canary in every field of a person, in a document and in a segment of its own."""
    return "\r".join(
        [
            f"MSH|^~\\&|EPIC|MAIN|STORE|AWS|{AT}||{event}|{uuid.uuid4().hex[:20]}|P|2.5.1",
            f"EVN||{AT}|||{CANARY}",
            f"PID|1|{CANARY}|{patient}^^^{authority}^MR|{CANARY}|{CANARY}^{CANARY}||{born}|F|||{CANARY}^^{CANARY}||"
            f"{CANARY}|{CANARY}|||||{CANARY}",
            f"NK1|1|{CANARY}",
            f"PV1|1|I|{CANARY}^{CANARY}{'|' * 16}{CANARY}",
            f"ZXX|{CANARY}",
            *more,
        ]
    )


def hl7_messages() -> list[str]:
    """Good ones of both kinds, and one for each way into quarantine that quotes something."""
    pdf = base64.b64encode(f"%PDF-1.4 {CANARY}".encode()).decode()
    results = (
        "OBR|1",
        f"OBX|1|TX|{CANARY}^{CANARY}||{CANARY}",
        f"OBX|2|ED|1||{CANARY}^application^PDF^Base64^{pdf}",
    )
    return [
        hl7("ADT^A01"),
        hl7("ORU^R01", *results),
        hl7("ADT^A40", f"MRG|{PATIENT}-old^^^{AUTHORITY}^MR"),
        hl7("ADT^A01", authority=CANARY),
        hl7("ADT^A01", patient=f"{CANARY} {CANARY}"),
        hl7("ADT^A01", born=CANARY),
        hl7(f"ADT^{CANARY}"),
        hl7("ADT^A01").replace("|2.5.1", f"|{CANARY}"),
        hl7("ADT^A01").replace("PID|", f"{CANARY}|"),
        hl7("ORU^R01", "OBR|1", f"OBX|1|ED|1||LAB^a^PDF^Base64^{CANARY}!"),
        f"no message at all {CANARY}",
        json.dumps({"hl7v2": {"base64": CANARY + "!"}}),
        json.dumps({"hl7v2": {"key": f"incoming/{CANARY}.hl7"}}),
        json.dumps({CANARY: CANARY}),
    ]


def fhir_patient(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": uuid.uuid4().hex,
        "identifier": [{"system": MRN, "value": PATIENT}, {"system": CANARY, "value": CANARY}],
        "name": [{"family": CANARY, "given": [CANARY]}],
        "telecom": [{"system": "phone", "value": CANARY}],
        "address": [{"text": CANARY}],
        **more,
    }


def fhir_messages() -> list[str]:
    """A good one, and ones that are wrong where the canary stands: keys, codes, references, no JSON."""
    entry = {"resource": fhir_patient(), "request": {"method": CANARY, "url": CANARY}, "fullUrl": CANARY}
    wrong: list[dict[str, Any]] = [
        fhir_patient(**{CANARY: CANARY}),
        fhir_patient(gender=CANARY),
        fhir_patient(birthDate=CANARY),
        fhir_patient(id=f"{CANARY} {CANARY}"),
        fhir_patient(identifier=[{"system": MRN, "value": f"{CANARY} {CANARY}"}]),
        fhir_patient(managingOrganization={"reference": f"#{CANARY}"}),
        {"resourceType": CANARY, "id": CANARY},
        {"resourceType": "Observation", "status": CANARY, "subject": {"reference": f"Patient/{CANARY}"}},
        {"resourceType": "Bundle", "type": "transaction", "entry": [entry]},
    ]
    texts = [json.dumps(resource) for resource in (fhir_patient(), *wrong)]
    return [*texts, f'{{"{CANARY}": {CANARY}', f'{{"{CANARY}": 1, "{CANARY}": 2}}', CANARY]


@dataclass
class Planted:
    """What came of the canaries: answers of the API, what the bus and the topic of alerts said."""

    deployment: LocalDeployment
    answers: list[str]
    events: list[str]
    alerts: list[str]


def left(deployment: LocalDeployment, url: str) -> int:
    """The number of messages in a queue, those in flight counted."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = deployment.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def send(deployment: LocalDeployment, queue: str, bodies: list[str]) -> None:
    for body in bodies:
        deployment.client("sqs").send_message(QueueUrl=deployment.outputs[queue]["url"], MessageBody=body)


def plant_messages(deployment: LocalDeployment, control: Control) -> None:
    """Messages that go through, ones that are refused, and ones that become dead letters."""
    outputs, roles = deployment.outputs, deployment.outputs["role_names"]
    urls = [outputs[queue]["url"] for queue in ("hl7_queue", "fhir_queue")]
    send(deployment, "hl7_queue", hl7_messages())
    send(deployment, "fhir_queue", fhir_messages())
    assert eventually(lambda: not any(left(deployment, url) for url in urls)), "the queues are empty"
    names = ("hl7_ingest", "fhir_ingest")
    fails = [Fault("error", "dynamodb", role=roles[name], probability=1.0) for name in names]
    control.set_faults([*fails, mail_fails(deployment)])
    send(deployment, "hl7_queue", [hl7("ADT^A01")])
    send(deployment, "fhir_queue", [json.dumps(fhir_patient())])
    assert eventually(lambda: not any(left(deployment, url) for url in urls)), "the messages are given up"
    assert all(left(deployment, outputs[queue]["dead_letter_url"]) for queue in ("hl7_queue", "fhir_queue"))


def mail_fails(deployment: LocalDeployment) -> Fault:
    role = deployment.outputs["role_names"]["appointment_notifications"]
    return Fault("error", "sesv2", role=role, probability=1.0)


def plant_bookings(story: Story) -> list[str]:
    """A booking, and requests that are refused: what was answered to these."""
    appointments = AppointmentStory(story)
    appointments.prepare()
    names = {"given_name": CANARY, "family_name": CANARY, "birth_date": "1999-12-31"}
    assert story.put(ADMIN, PATIENT, {"version": 0, "demographics": names}).status_code == 201
    give_address(story, PATIENT, f"{CANARY}@example.org")
    key = {"Idempotency-Key": f"{CANARY}-key"}
    booked = appointments.book(ADMIN, PATIENT, "15:30", headers=key)
    assert booked.status_code == 201, booked.text
    path = f"/{booked.json()['appointment_id']}"
    refused = [
        appointments.book(ADMIN, PATIENT, "15:00", headers=key),
        appointments.book(ADMIN, f"{CANARY} {CANARY}", "15:00"),
        appointments.request("POST", "", ADMIN, json={CANARY: CANARY, "patient_id": PATIENT}),
        appointments.request("POST", "", ADMIN, data=CANARY, headers={"Content-Type": "application/json"}),
        appointments.request("GET", f"/{CANARY}", PROVIDER),
        appointments.request("GET", "", PROVIDER, params={"patient_id": PATIENT}),
        appointments.request("GET", "", ADMIN, params={"patient_id": PATIENT, "from": CANARY}),
        appointments.request("DELETE", path, ADMIN, params={"reason": CANARY}),
        story.request("GET", f"/fhir/Patient/{CANARY}", story.tokens[PROVIDER.username]),
        story.request("GET", f"/fhir/{CANARY}/1", story.tokens[PROVIDER.username]),
    ]
    assert all(400 <= answer.status_code < 500 for answer in refused), [a.status_code for a in refused]
    return [answer.text + json.dumps(dict(answer.headers)) for answer in refused]


def plant_questions(story: Story, control: Control) -> list[str]:
    """A question that is answered, and ones that are refused or fail: what was answered to these."""
    questions, documents = QuestionStory(story), DocumentStory(story)
    subject = str(decode_unverified(story.tokens[PROVIDER.username])["sub"])
    relate(story.deployment, Person("", (), treats=(PATIENT,)), subject)
    note = f"Medications:\n{CANARY} takes metformin 500 mg twice daily, says {CANARY}."
    asked = f"Which dose of metformin does {CANARY} take? Call 202-555-0143, {CANARY}@example.org."
    documents.put(f"{CANARY}.txt", note.encode(), patient=PATIENT, title=CANARY, date="2024-09-12")
    assert eventually(lambda: questions.ask(PATIENT, asked).json()["supported"]), "a question is answered"
    path, token = f"/patients/{PATIENT}/questions", story.tokens[PROVIDER.username]
    unread = {"data": CANARY, "headers": {"Content-Type": "application/json"}}
    refused = [
        questions.ask(PATIENT, asked, SSN_PROVIDER),
        questions.ask(f"P-{CANARY}-other", asked),
        questions.ask(PATIENT, f"{CANARY}\x00"),
        story.request("POST", path, token, json={"question": asked, CANARY: CANARY}),
        story.request("POST", path, token, **unread),
    ]
    assert all(400 <= answer.status_code < 500 for answer in refused), [a.status_code for a in refused]
    for kind in ("throttle", "error", "lost_answer", "garbage"):
        control.set_faults([model_fault(kind)])
        refused.append(questions.ask(PATIENT, asked))
    control.set_faults([Fault("error", "bedrock-runtime", "InvokeModel", probability=1.0)])
    refused.append(questions.ask(PATIENT, asked))
    assert all(answer.status_code >= 500 for answer in refused[5:]), [a.status_code for a in refused]
    # The same fault for the document's next version: it becomes a dead letter.
    documents.put(f"{CANARY}.txt", f"{note} Anew.".encode(), patient=PATIENT, title=CANARY)
    letters = story.deployment.client("sqs").get_queue_url(QueueName=DOCUMENT_LETTERS)["QueueUrl"]
    assert eventually(lambda: left(story.deployment, letters) > 0), "the document is a dead letter"
    control.set_faults([])
    direct = [
        questions.invoke({"query": asked, "patient_id": f"P-{CANARY}-other"}),
        questions.invoke({"query": asked, "patient_id": f"{CANARY} {CANARY}"}),
        questions.invoke({"query": asked, "patient_id": PATIENT, CANARY: CARE_NAVIGATION.username}),
    ]
    assert all(answer["statusCode"] in (400, 403) for answer in direct), direct
    return [*(answer.text + json.dumps(dict(answer.headers)) for answer in refused), json.dumps(direct)]


@pytest.fixture(scope="module")
def planted(story: Story) -> Iterator[Planted]:
    deployment = story.deployment
    control, cloudwatch = Control(deployment.state), deployment.client("cloudwatch")
    sqs = deployment.client("sqs")
    listener = Listener(sqs, deployment.client("events"))
    try:
        with canaries.hears_alerts(deployment) as heard:
            control.hurry_failed_messages(0.2)
            for name in ("hl7-quarantined", "fhir-ingest-quarantined"):
                alarm = deployment.outputs["alarm_names"][name]
                cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="for a test")
            outbox = sqs.get_queue_url(QueueName=OUTBOX_LETTERS)["QueueUrl"]
            before = left(deployment, outbox)
            control.set_faults([mail_fails(deployment)])
            answers = plant_bookings(story)
            plant_messages(deployment, control)
            assert eventually(lambda: left(deployment, outbox) > before), "the mail is a dead letter"
            answers += plant_questions(story, control)
            control.set_faults([])
            alerts: list[str] = []

            def told() -> bool:
                alerts.extend(message["Body"] for message in canaries.received(sqs, heard, delete=True))
                return any("hl7-quarantined" in alert for alert in alerts)

            assert eventually(told), "an alarm is told"
            yield Planted(deployment, answers, listener.bodies(), alerts)
    finally:
        control.set_faults([])
        control.hurry_failed_messages(None)
        listener.close()
        for queue in ("hl7_queue", "fhir_queue"):
            sqs.purge_queue(QueueUrl=deployment.outputs[queue]["dead_letter_url"])


def leaks(text: str) -> bool:
    return CANARY.lower() in text.lower()


def test_answers_hold_no_canary(planted: Planted) -> None:
    assert not [answer for answer in planted.answers if leaks(answer)]


def test_events_on_the_bus_hold_no_canary(planted: Planted) -> None:
    sources = {json.loads(event)["source"] for event in planted.events}
    assert sources == {"healthcare.documents", "healthcare.fhir", "healthcare.hl7"}
    assert not [event for event in planted.events if leaks(event)]


def test_alerts_hold_no_canary(planted: Planted) -> None:
    assert not [alert for alert in planted.alerts if leaks(alert)]


PLACES: dict[str, tuple[Callable[[LocalDeployment], canaries.Found], set[str]]] = {
    "logs": (
        canaries.log_lines,
        {"hl7-ingest", "fhir-ingest", "fhir-api", "appointments"}
        | {"rag-ingest", "rag-migrations", "rag-orchestrator", "rag-retrieval"},
    ),
    "metrics": (canaries.metrics, {"Healthcare/Messages", "Healthcare/Rag", "Healthcare/Security"}),
    "alarms": (canaries.alarms, {"hl7-quarantined", "fhir-ingest-quarantined"}),
    "objects": (canaries.object_keys, {"hl7-messages", "fhir-messages"}),
    "dead letters": (
        lambda deployment: canaries.dead_letters(deployment, whole=True),
        {"hl7", "fhir", "appointment-notifications", "rag-documents"},
    ),
    "the local cloud's own log": (canaries.own_log, {".log"}),
}


@pytest.mark.parametrize("place", PLACES)
def test_no_place_holds_a_canary(planted: Planted, place: str) -> None:
    look, must_be_seen = PLACES[place]
    found = list(look(planted.deployment))
    names = {name for name, _ in found}
    assert not {part for part in must_be_seen if not any(part in name for name in names)}, names
    assert not [(name, text) for name, text in found if leaks(text)]


def test_the_canaries_are_where_they_belong(planted: Planted) -> None:
    """So that the tests above are known to look for what is there."""
    deployment, outputs = planted.deployment, planted.deployment.outputs
    pages = deployment.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=outputs["patient_events_table"])
    assert leaks(json.dumps([page["Items"] for page in found]))
