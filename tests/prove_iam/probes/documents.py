"""Documents and the questions about them: stored, replaced, removed; answered with citations."""

from __future__ import annotations

import json
import time
from typing import Any

from scripts.demo.people import PROVIDER
from tests.prove_iam.probes.patients import new_patient
from tests.prove_iam.world import Probe, World

QUESTION = "Which dose of metformin does the patient take?"
NOTE = "Medications:\nThe patient takes metformin 500 mg twice daily."


def put(world: World, key: str, patient: str, text: str = NOTE) -> str:
    """The version of a document that was uploaded."""
    metadata = {"patient-id": patient, "access-label": "N", "title": "Note", "date": "2024-09-12"}
    answer = world.deployment.client("s3").put_object(
        Bucket=world.deployment.outputs["documents_bucket"], Key=key, Body=text.encode(), Metadata=metadata
    )
    return str(answer["VersionId"])


def row(world: World, key: str) -> dict[str, Any]:
    """What the document is now, without DynamoDB's types; empty where nobody knows of it."""
    table = world.deployment.outputs["tables"]["documents"]
    pages = world.deployment.client("dynamodb").get_paginator("scan")
    items = [item for page in pages.paginate(TableName=table, ConsistentRead=True) for item in page["Items"]]
    found = [item for item in items if item["entry"]["S"] == "current" and item["key"]["S"] == key]
    return {name: next(iter(value.values())) for name, value in found[0].items()} if found else {}


def announced(world: World, key: str, status: str, version: str | None = None) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = row(world, key)
        there = found.get("published") and found["status"] == status
        return found if there and version in (None, found["version_id"]) else None

    return world.until(look, f"the document is {status}")


def come_and_go(world: World) -> None:
    key, patient = f"incoming/{world.fresh('probe-')}/note.txt", world.fresh("E2E-")
    bucket, s3 = world.deployment.outputs["documents_bucket"], world.deployment.client("s3")
    first = announced(world, key, "stored", put(world, key, patient))
    announced(world, key, "stored", put(world, key, patient, NOTE.replace("500", "850")))
    world.check(
        s3.list_objects_v2(Bucket=bucket, Prefix=first["folder"])["KeyCount"] == 0, "the first text is gone"
    )
    s3.delete_object(Bucket=bucket, Key=key)
    announced(world, key, "removed")


def answer_a_question(world: World) -> None:
    patient = new_patient(world, PROVIDER)
    put(world, f"incoming/{patient}/note.txt", patient)
    path, token = f"/patients/{patient}/questions", world.story.tokens[PROVIDER.username]

    def answered() -> bool:
        asked = world.story.request("POST", path, token, json={"question": QUESTION})
        return asked.status_code == 200 and "metformin 500 mg" in asked.json()["answer"]

    world.until(answered, "the question is answered from the document")


def miss_the_chunks_of_a_document(world: World) -> None:
    """Of a document whose chunks are gone the function has to know that, and not that it was refused."""
    key, patient = f"incoming/{world.fresh('probe-')}/note.txt", world.fresh("E2E-")
    bucket, s3 = world.deployment.outputs["documents_bucket"], world.deployment.client("s3")
    began = int(time.time() * 1000)
    stored = announced(world, key, "stored", put(world, key, patient))
    s3.delete_object(Bucket=bucket, Key=f"{stored['folder']}chunks.jsonl")
    sqs, logs = world.deployment.client("sqs"), world.deployment.client("logs")
    url = sqs.get_queue_url(QueueName="healthcare-rag-documents")["QueueUrl"]
    again = {"reindex": {"document_id": stored["document_id"]}}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(again))
    group = f"/aws/lambda/{world.function('rag_ingest')}"

    def said() -> bool:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=began)
        lines = [event["message"] for page in pages for event in page["events"]]
        return any("chunks_missing" in line and stored["document_id"] in line for line in lines)

    world.until(said, "a line that says that the chunks are missing")


def migrate(world: World) -> None:
    answer = world.invoke("rag_migrations", {})
    world.check(answer == {"applied": [], "deviations": []}, f"nothing is left to be done: {answer}")


RAG = ("rag_ingest", "rag_orchestrator", "rag_retrieval")
PROBES = [
    Probe("a document comes and goes", ("document_ingest",), come_and_go),
    Probe("a question is answered", RAG, answer_a_question),
    Probe("a document's chunks are missing", ("rag_ingest",), miss_the_chunks_of_a_document),
    Probe("migrations find nothing to do", ("rag_migrations",), migrate),
]
