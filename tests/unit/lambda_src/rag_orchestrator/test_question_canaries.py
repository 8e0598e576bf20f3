"""Canary PHI in question, evidence, demographics, caller and model's answer: in no channel but the answer.

The channels are stdout and stderr (log lines, metrics, tracebacks), audit rows, refusals, and what leaves for
the model beside the question without identifiers and the evidence.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambda_src.rag_orchestrator.model_server import Said, claiming, completion, said
from tests.unit.lambda_src.rag_orchestrator.question_world import (
    CONTEXTS,
    QUESTIONS_PATH,
    LambdaContext,
    QuestionWorld,
)
from tests.unit.lambda_src.test_canaries import places, planted
from tests.unit.lambda_src.world import JANE, PROVIDER, event

QUESTION_WORD, EVIDENCE_WORD, CLAIM_WORD = "quoxidone", "evidoxamine", "claimoxetine"
FAMILY, GIVEN, PHONE = "Zebulonsson", "Quistiana", "+12025550143"
QUESTION = f"Does {GIVEN} {FAMILY} ({PHONE}) take {QUESTION_WORD}?"
TEXT = f"The patient takes {EVIDENCE_WORD} 5 mg daily."
WORDS = [QUESTION_WORD, EVIDENCE_WORD, CLAIM_WORD, FAMILY, GIVEN, PHONE, "5550143", "Discharge summary"]
CANARY = "Canary-Zebulon-Quist-1969-07-20"


@pytest.fixture
def planted_world(world: QuestionWorld) -> QuestionWorld:
    demographics = {"family_name": FAMILY, "given_name": GIVEN, "birth_date": "1969-07-20", "phone": PHONE}
    world.save({"patient_id": JANE, "version": 1, "demographics": demographics})
    world.retrieval.contexts = [{**CONTEXTS[0], "text": TEXT}]
    return world


def silent(world: QuestionWorld, *words: str) -> None:
    rows = json.dumps(world.rows())
    for word in words or WORDS:
        assert word not in world.output()
        assert word not in rows
    for subject in (JANE, PROVIDER):
        assert subject not in world.output()


def test_when_all_is_well(planted_world: QuestionWorld) -> None:
    world = planted_world
    world.model.script = claiming(
        (TEXT, "1", TEXT),
        (f"The patient takes {CLAIM_WORD} 7 mg.", "1", TEXT),
    )
    response = world.ask(QUESTION)
    assert response.body["answer"] == TEXT
    silent(world)
    assert CLAIM_WORD not in json.dumps(response.body)


def test_what_leaves_for_the_model(planted_world: QuestionWorld) -> None:
    world = planted_world
    world.ask(QUESTION)
    (received,) = world.model.received
    sent = json.dumps(dict(received.headers)) + received.path + received.content.decode()
    for word in (FAMILY, GIVEN, PHONE, "5550143", "1969", JANE, PROVIDER, CONTEXTS[0]["document_id"]):
        assert word not in sent
    assert QUESTION_WORD in sent
    assert EVIDENCE_WORD in sent


@pytest.mark.parametrize(
    "reply",
    [
        Said(500, f'{{"error": {{"message": "{CLAIM_WORD}"}}}}'.encode(), {"X-Request-Id": CLAIM_WORD}),
        Said(400, f'{{"error": {{"message": "{CLAIM_WORD}", "param": "{CLAIM_WORD}"}}}}'.encode()),
        said(completion(None, refusal=CLAIM_WORD)),
        said(completion(CLAIM_WORD, "length")),
        said(completion(f'{{"{CLAIM_WORD}')),
        said({CLAIM_WORD: CLAIM_WORD}),
        Said(200, f'{{"{CLAIM_WORD}'.encode(), {"Content-Type": "application/json"}),
        Said(302, headers={"Location": f"https://{CLAIM_WORD}.invalid/"}),
    ],
)
def test_when_the_model_fails(planted_world: QuestionWorld, reply: Said) -> None:
    world = planted_world
    world.model.says(reply)
    response = world.ask(QUESTION)
    assert response.status >= 500
    silent(world)
    for word in WORDS:
        assert word not in json.dumps([response.body, response.headers])


@pytest.mark.parametrize("operation", ["PutItem", "GetItem", "GenerateMac", "Invoke"])
def test_whatever_of_aws_fails(planted_world: QuestionWorld, operation: str) -> None:
    world = planted_world
    with world.fails(operation, "ThrottlingException"):
        response = world.ask(QUESTION)
    assert response.status == 503
    silent(world, *WORDS, "canary")


def test_when_the_question_is_refused(planted_world: QuestionWorld) -> None:
    world = planted_world
    for body in (
        {"question": QUESTION + "\x00"},
        {"question": QUESTION, "more": QUESTION},
        {QUESTION: QUESTION},
    ):
        response = world.ask(body=body)
        assert response.status == 400
        for word in WORDS:
            assert word not in json.dumps(response.body)
    silent(world)


@pytest.mark.parametrize("as_key", [False, True], ids=["value", "key"])
def test_canary_in_every_place_of_an_event(world: QuestionWorld, as_key: bool) -> None:
    request = event("POST", QUESTIONS_PATH, body={"question": "What dose?"})
    direct = {"query": "What dose?", "patient_id": JANE, "top_k": 3}
    for whole in (request, direct):
        for path in places(whole):
            made = planted(whole, path, CANARY, as_key=as_key)
            answer = world.api.handle(made, LambdaContext())
            assert CANARY not in world.output()
            if answer["statusCode"] >= 400:
                assert CANARY not in json.dumps(answer)


@pytest.mark.parametrize("place", ["source", "text", "document_id", "chunk_id", "kind", "place"])
def test_canary_in_every_place_of_the_evidence(world: QuestionWorld, place: str) -> None:
    world.retrieval.contexts = [{**CONTEXTS[0], place: CANARY}]
    world.ask()
    assert CANARY not in world.output()
    in_row = CANARY in json.dumps(world.rows())
    assert in_row == (place in ("document_id", "chunk_id"))


@pytest.mark.parametrize("value", [{"S": CANARY}, {"L": [{"S": CANARY}]}, {"M": {CANARY: {"S": CANARY}}}])
def test_canary_in_the_demographics(world: QuestionWorld, value: Any) -> None:
    world.dynamodb.update_item(
        TableName="healthcare-patients",
        Key={"patient_id": {"S": JANE}},
        UpdateExpression="SET demographics = :v",
        ExpressionAttributeValues={":v": value},
    )
    response = world.ask()
    assert CANARY not in json.dumps(response.body)
    silent(world, CANARY)
