"""Who finds what: the request, the judgement, the scope, and what is answered when something is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from healthcare.problems import internal, unavailable
from rag_retrieval.store import Found, Scope

from tests.unit.lambda_src.rag.world import (
    DOCTOR,
    JANE,
    JOHN,
    NOTE,
    REQUEST_ID,
    RagWorld,
    document_id,
    request,
)

VERY_RESTRICTED = ("Provider", "VeryRestrictedAccess")


def test_evidence_with_its_places(rag: RagWorld) -> None:
    rag.index("Admitted with chest pain.", NOTE, title="Discharge summary", date="2024-09-12")
    answer = rag.ask(query=NOTE, top_k=1)
    (context,) = answer.pop("contexts")
    assert answer == {"query": NOTE, "patient_id": JANE, "purpose": "treatment"}
    assert context.pop("score") == pytest.approx(1.0)
    assert context == {
        "source": "Discharge summary of 2024-09-12",
        "text": NOTE,
        "chunk_id": f"{document_id()}/v1/00001",
        "document_id": document_id(),
        "version_id": "v1",
        "place": "page 2",
        "kind": "text",
        "access_label": "N",
        "start": 27,
        "end": 27 + len(NOTE),
        "heading": "",
    }


def test_the_store_is_asked_for_what_the_caller_may_see(rag: RagWorld) -> None:
    rag.ask(query="Which drugs?", top_k=20)
    rag.ask(event={name: value for name, value in request().items() if name != "top_k"})
    ordinary = Scope(JANE, frozenset("ULMNR"))
    assert rag.store.asked == [(ordinary, "Which drugs?", 20), (ordinary, "What about metoprolol?", 5)]


def test_no_evidence_is_an_answer(rag: RagWorld) -> None:
    assert rag.ask()["contexts"] == []
    assert rag.metrics() == ["EvidenceNotFound"]


def test_another_patients_documents_are_not_there(rag: RagWorld) -> None:
    rag.index(NOTE, patient_id=JOHN)
    assert rag.texts(query=NOTE) == []


@pytest.mark.parametrize(
    ("subject", "patient_id", "roles"),
    [
        (DOCTOR, JOHN, ("Provider",)),
        (DOCTOR, "P-9999", ("Provider",)),
        (DOCTOR.replace("1", "2"), JANE, ("Provider",)),
        (DOCTOR, JANE, ()),
        (DOCTOR, JANE, ("Patient",)),
        (DOCTOR, JANE, ("Admin",)),
        (DOCTOR, JANE, ("VeryRestrictedAccess",)),
        (DOCTOR, JANE, ("provider", "Providers", "Provider ")),
    ],
)
def test_everybody_else_is_refused_in_one_way(
    rag: RagWorld, subject: str, patient_id: str, roles: tuple[str, ...]
) -> None:
    rag.index(NOTE)
    rag.index(NOTE, number=2, patient_id=JOHN)
    rag.titan.sent.clear()
    assert rag.problem(subject=subject, patient_id=patient_id, roles=roles) == (403, "forbidden")
    assert rag.titan.sent == []  # nothing is sent to a model for nobody
    assert rag.store.asked == []
    assert rag.metrics()[-1] == "UnauthorizedAccessAttempt"


@pytest.mark.parametrize(
    ("kind", "seconds"), [("self", None), ("treatment", None), ("treatment", -1), ("", 60)]
)
def test_only_a_treatment_that_goes_on_is_a_ground(rag: RagWorld, kind: str, seconds: int | None) -> None:
    rag.relate(kind=kind, seconds=seconds)
    assert rag.problem() == (403, "forbidden")
    assert rag.problem(roles=("Provider", "Patient")) == (403, "forbidden")


def test_a_relationship_that_ends_between_two_calls(rag: RagWorld) -> None:
    rag.index(NOTE)
    assert rag.texts() == [NOTE]
    rag.unrelate()
    assert rag.problem() == (403, "forbidden")


def test_very_restricted_documents_need_their_role_besides(rag: RagWorld) -> None:
    rag.index(NOTE, label="V")
    assert rag.texts() == []
    assert rag.texts(roles=VERY_RESTRICTED) == [NOTE]


def test_a_relationship_narrows_the_labels_and_never_widens_them(rag: RagWorld) -> None:
    rag.index("Normal.", label="N")
    rag.index("Restricted.", number=2, label="R")
    rag.index("Very restricted.", number=3, label="V")
    assert sorted(rag.texts()) == ["Normal.", "Restricted."]
    rag.relate(labels={"SS": ["N", "V"]})
    assert rag.texts() == ["Normal."]
    rag.relate(labels={"SS": ["U"]})
    assert rag.texts() == []


@pytest.mark.parametrize(
    "labels", [{"SS": ["V"]}, {"SS": ["n"]}, {"S": "N"}, {"L": [{"S": "N"}]}, {"NULL": True}]
)
def test_no_label_in_common_is_no_access(rag: RagWorld, labels: object) -> None:
    rag.relate(labels=labels)
    assert rag.problem() == (403, "forbidden")


CALLERS: list[Any] = [None, "x", [], {}, {"subject": DOCTOR}, {"roles": ["Provider"]}]


def without(name: str) -> dict[str, Any]:
    return {field: value for field, value in request().items() if field != name}


@pytest.mark.parametrize(
    "event",
    [
        None, [], "text", 7, {},
        {"Records": [{"eventSource": "aws:sqs", "body": "{}"}]},
        {"source": "aws.events", "detail-type": "Scheduled Event"},
        {"httpMethod": "GET", "resource": "/", "requestContext": {}},
        {"query": "Which drugs?", "patient_id": JANE},
        *[without(name) for name in ("query", "patient_id", "caller", "request_id")],
        request(admin=True),
        request(access_labels=["V"]),
        *[request(query=query) for query in (None, 7, ["a"], "", " \n", "a" * 8_001)],
        *[request(query=query) for query in ("a\0", "a\x1b[0m", "\ud800", "a\u0085")],
        *[request(patient_id=patient) for patient in (None, 7, "", "a b", "-1", "P" * 65)],
        *[request(patient_id=patient) for patient in ("P-1001\n", "*", "P'--", "P-1001,P-2002")],
        *[request(top_k=top_k) for top_k in (None, "5", 5.0, True, 0, -1, 21, float("nan"))],
        *[request(caller=caller) for caller in CALLERS],
        request(caller={"subject": DOCTOR, "roles": ["Provider"], "access_labels": ["V"]}),
        *[request(subject=subject) for subject in (None, "", "anonymous", "a b", 7, "x" * 129)],
        *[request(roles=roles) for roles in (None, "Provider", {"Provider": True}, [["Provider"]], [None])],
        *[request(request_id=one) for one in (None, "", "1", REQUEST_ID + "\n", "Jane Doe")],
    ],
    ids=lambda _: "",
)  # fmt: skip
def test_nothing_but_the_orchestrators_event_is_taken(rag: RagWorld, event: object) -> None:
    rag.index(NOTE)
    rag.titan.sent.clear()
    assert rag.problem(event) == (400, "malformed_request")
    assert (rag.titan.sent, rag.store.asked) == ([], [])


def test_the_longest_question_there_is(rag: RagWorld) -> None:
    rag.index(NOTE)
    assert rag.texts(query="[NAME] " * 1_000) == [NOTE]


@pytest.mark.parametrize(
    ("code", "status", "problem"),
    [
        ("ProvisionedThroughputExceededException", 503, "unavailable"),
        ("InternalServerError", 503, "unavailable"),
        ("AccessDeniedException", 503, "unavailable"),
        ("ValidationException", 500, "internal_error"),
    ],
)
def test_without_the_table_of_relationships_nothing_is_found(
    rag: RagWorld, code: str, status: int, problem: str
) -> None:
    rag.index(NOTE)
    with rag.fails("dynamodb", "GetItem", code):
        assert rag.problem() == (status, problem)
    assert rag.store.asked == []


@pytest.mark.parametrize(
    ("answer", "status", "retry_after"),
    [
        ("ThrottlingException", 503, 1),
        ("ServiceQuotaExceededException", 503, 1),
        ("ModelNotReadyException", 503, 30),
        ("ModelTimeoutException", 503, 30),
        ("ServiceUnavailableException", 503, 30),
        ("AccessDeniedException", 503, 30),
        ("ValidationException", 500, None),
        (b"no JSON", 502, 30),
        (b"[" * 100_000, 502, 30),
        ([], 502, 30),
        ({}, 502, 30),
        ({"embedding": None}, 502, 30),
        ({"embedding": ["0.1"] * 1024}, 502, 30),
        ({"embedding": [True] * 1024}, 502, 30),
        ({"embedding": [0.0] * 1024}, 502, 30),
        ({"embedding": [float("nan")] * 1024}, 502, 30),
        ({"embedding": [float("inf")] + [0.0] * 1023}, 502, 30),
        ({"embedding": [0.1] * 1023}, 500, None),
        ({"embedding": [0.1] * 1025}, 500, None),
        ({"embedding": []}, 500, None),
    ],
)  # fmt: skip
def test_a_model_that_is_not_there_or_talks_nonsense(
    rag: RagWorld, answer: object, status: int, retry_after: int | None
) -> None:
    rag.index(NOTE)
    rag.titan.answers = [answer, answer]
    said = rag.ask()
    assert said["problem"]["status"] == status
    assert said["problem"]["retry_after"] == retry_after
    assert rag.store.asked == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [(unavailable("OperationalError", 30), 503), (internal("Oops"), 500), (RuntimeError("Jane Doe"), 500)],
)
def test_a_store_that_fails(rag: RagWorld, fault: Exception, status: int) -> None:
    rag.store.fails = fault
    assert rag.problem()[0] == status
    assert "Jane" not in rag.output()


@pytest.mark.parametrize("about", [{"patient_id": JOHN}, {"label": "V"}])
def test_a_store_that_gives_too_much_gives_nothing(rag: RagWorld, about: dict[str, str]) -> None:
    """The contract of stores is tested for each; where one breaks it all the same, nothing leaves."""
    rag.index("Right.", number=1)
    rag.index("Wrong.", number=2, **about)
    rag.store.gives = [Found(chunk, 0.5) for number in (1, 2) for chunk in rag.store.chunks(number)]
    assert rag.problem() == (500, "internal_error")


def test_titan_gets_the_question_and_nothing_else(rag: RagWorld) -> None:
    rag.ask(query="Which drugs?")
    (sent,) = rag.titan.sent
    assert sent == {
        "model": "/model/amazon.titan-embed-text-v2%3A0/invoke",
        "inputText": "Which drugs?",
        "dimensions": 1024,
        "normalize": True,
    }


def test_the_line_of_the_log(rag: RagWorld) -> None:
    rag.index(NOTE)
    rag.ask(roles=VERY_RESTRICTED)
    rag.problem(patient_id=JOHN)
    served, refused = rag.lines()[-2:]
    assert (served["message"], served["status"], served["found"]) == ("request served", 200, 1)
    assert (served["request_id"], served["roles"]) == (REQUEST_ID, "Provider,VeryRestrictedAccess")
    assert (refused["message"], refused["code"], refused["outcome"]) == (
        "request refused",
        "forbidden",
        "denied",
    )
    rag.problem(request(query=""))
    assert rag.lines()[-1]["field"] == "query"
    assert rag.metrics() == ["DocumentIndexed", "EvidenceFound", "UnauthorizedAccessAttempt"]
