"""Canary PHI in every input, and in every service's errors: in no channel but the answer itself.

The channels: stdout and stderr (logs, metrics, tracebacks), problems, what goes back to the queue, and what
is raised.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg
import pytest
from healthcare.problems import Problem
from rag_retrieval.postgresql import PostgreSQLStore
from rag_retrieval.postgresql_session import Connection, Session
from rag_retrieval.store import Found

from tests.unit.lambda_src.rag.world import (
    DOCTOR,
    JANE,
    RagWorld,
    chunk_lines,
    document_id,
    news,
    request,
)

CANARY = "CANARYZEBULON"
WORDS = (CANARY, CANARY.lower(), "canary-message", "Jane", JANE, DOCTOR)


def silent(rag: RagWorld, *returned: object) -> None:
    said = rag.output() + repr(returned)
    assert [word for word in WORDS if word in said] == []


def test_in_what_is_asked_and_found(rag: RagWorld) -> None:
    text = f"{CANARY} is allergic to penicillin."
    rag.index(text, title=f"Letter about {CANARY}", date="2024-09-12")
    answer = rag.ask(query=f"What is {CANARY} allergic to?")
    assert answer["contexts"][0]["text"] == text  # it is there, so it could be in a log
    silent(rag)


@pytest.mark.parametrize(
    "event",
    [
        CANARY, [CANARY], {CANARY: CANARY}, {"Records": [{CANARY: CANARY}]},
        request(query=f"{CANARY}\0"), request(query=CANARY * 1_000), request(query=[CANARY]),
        request(patient_id=f"{CANARY} {CANARY}"), request(patient_id=CANARY), request(top_k=CANARY),
        request(subject=f"{CANARY} Jane Doe"), request(subject=CANARY), request(roles=[CANARY]),
        request(roles=CANARY), request(request_id=CANARY), request(**{CANARY: CANARY}),
    ],
    ids=lambda _: "",
)  # fmt: skip
def test_in_requests_that_are_refused(rag: RagWorld, event: object) -> None:
    answer = rag.ask(event)
    assert set(answer) == {"problem"}
    silent(rag, answer)


@pytest.mark.parametrize(
    "lines",
    [
        [CANARY], [f'{{"text": "{CANARY}"'], [{CANARY: CANARY}],
        *[
            [chunk_lines([CANARY], document_id(), "v1")[0] | {name: value}]
            for name in ("chunk_id", "patient_id", "access_label", "text", "title", "date")
            for value in (f"{CANARY} Jane", [CANARY])
        ],
    ],
    ids=lambda _: "",
)  # fmt: skip
def test_in_chunks_and_rows(rag: RagWorld, lines: list[object]) -> None:
    rag.document(lines=lines, title=CANARY)
    silent(rag, rag.tell(news(), {"reindex": {"document_id": CANARY}}, CANARY, [CANARY]))


def test_in_a_rows_own_places(rag: RagWorld) -> None:
    for row in ({"folder": f"derived/{CANARY}/"}, {"bucket": CANARY.lower()}, {"chunks": 9}):
        rag.document(CANARY, row=row)
        silent(rag, rag.tell(news()))


@pytest.mark.parametrize("code", ["ValidationException", "AccessDenied", "ThrottlingException"])
@pytest.mark.parametrize(("service", "operation"), [("dynamodb", "GetItem"), ("s3", "GetObject")])
def test_in_what_aws_says_of_its_failures(rag: RagWorld, service: str, operation: str, code: str) -> None:
    rag.document(CANARY)
    with rag.fails(service, operation, code):
        silent(rag, rag.tell(news()), rag.problem() if service == "dynamodb" else None)


@pytest.mark.parametrize(
    "answer",
    [
        "ValidationException",
        "ThrottlingException",
        CANARY.encode(),
        {"embedding": [CANARY]},
        {CANARY: CANARY},
    ],
)
def test_in_what_a_model_says(rag: RagWorld, answer: object) -> None:
    rag.document(CANARY)
    rag.titan.answers = [answer] * 20
    silent(rag, rag.tell(news()), rag.problem(query=CANARY))


def test_in_what_a_database_says(rag: RagWorld) -> None:
    class Refusing(Session):
        def __init__(self) -> None:
            super().__init__(self._refuse)

        def _refuse(self) -> Connection:
            raise psycopg.errors.UniqueViolation(f"Key (text)=({CANARY} Jane) already exists")

    rag.document(CANARY)
    rag.retrieval.store = rag.ingest.store = PostgreSQLStore(Refusing(), "m")
    silent(rag, rag.tell(news()), rag.problem(query=CANARY))


def test_a_bug_says_its_place_and_nothing_else(rag: RagWorld) -> None:
    rag.document(CANARY)
    rag.store.fails = ValueError(CANARY)
    silent(rag, rag.tell(news()), rag.problem(query=CANARY))
    assert '"error_type":"ValueError"' in rag.output()


def test_a_store_that_breaks_its_contract(rag: RagWorld) -> None:
    rag.index(f"{CANARY}.", patient_id=CANARY)
    rag.store.gives = [Found(chunk, 0.5) for chunk in rag.store.chunks()]
    silent(rag, rag.problem())


def test_what_is_raised_has_no_text(rag: RagWorld) -> None:
    """Lambda writes an exception's text into the log and the dead letter: here it is a code."""
    rag.document(lines=[CANARY])
    record: dict[str, Any] = {"messageId": "m-0", "body": json.dumps(news())}
    with pytest.raises(Exception, match=r"^chunk_malformed$") as caught:
        rag.ingest.process(record, lambda: False)
    assert caught.value.__cause__ is None
    rag.document(CANARY)
    rag.titan.answers = ["ValidationException"]
    with pytest.raises(Problem, match=r"^internal_error$") as refused:
        rag.ingest.process(record, lambda: False)
    assert refused.value.__cause__ is None
