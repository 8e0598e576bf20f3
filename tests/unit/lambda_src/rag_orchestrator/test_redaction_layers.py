"""The layers that are asked for by the setting REDACTION, with their services and models played."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber
from healthcare.problems import Problem
from rag_orchestrator.redaction import Redaction, redact, redactor
from rag_orchestrator.redaction_comprehend import comprehend_layer

TEXT = "Did Okonkwo, 45, see Smith of Elm Row on Monday?"


def entity(kind: str, value: str, **more: Any) -> dict[str, Any]:
    start = TEXT.index(value)
    return {"Type": kind, "BeginOffset": start, "EndOffset": start + len(value), "Score": 0.9} | more


@pytest.fixture
def medical() -> Any:
    client = boto3.client(
        "comprehendmedical", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    with Stubber(client) as stubber:
        yield SimpleNamespace(client=client, stubber=stubber)


def test_comprehend_findings_are_merged(medical: Any) -> None:
    entities = [
        entity("NAME", "Okonkwo"),
        entity("AGE", "45"),  # up to 89 it is no identifier
        entity("ADDRESS", "Elm Row"),
        entity("PROFESSION", "see"),  # none of the 18
        entity("DATE", "Monday", Score=0.2),
        entity("NAME", "Smith", EndOffset=999),  # out of the text
    ]
    medical.stubber.add_response("detect_phi", {"Entities": entities, "ModelVersion": "1"}, {"Text": TEXT})
    layer = comprehend_layer(lambda: medical.client)
    assert redact(TEXT, layers=[layer]).text == "Did [NAME], 45, see Smith of [LOCATION] on Monday?"
    medical.stubber.assert_no_pending_responses()


def test_comprehend_is_not_asked_of_nothing(medical: Any) -> None:
    assert comprehend_layer(lambda: medical.client)(" \n") == []


@pytest.mark.parametrize(
    "code",
    ["ThrottlingException", "InternalServerException", "AccessDeniedException", "TooManyRequestsException"],
)
def test_a_question_that_comprehend_cannot_read_is_refused(medical: Any, code: str) -> None:
    medical.stubber.add_client_error("detect_phi", code, service_message=TEXT)
    with pytest.raises(Problem) as refused:
        redact(TEXT, layers=[comprehend_layer(lambda: medical.client)])
    assert refused.value.status == 503
    assert refused.value.retry_after
    assert "Okonkwo" not in repr(refused.value.document("1"))


def test_a_question_is_refused_where_comprehend_is_not_reached() -> None:
    class Gone:
        def detect_phi(self, **_: str) -> None:
            raise ConnectTimeoutError(endpoint_url="https://comprehendmedical.example.org")

    gone: Any = Gone()
    with pytest.raises(Problem) as refused:
        redact(TEXT, layers=[comprehend_layer(lambda: gone)])
    assert refused.value.status == 503


def test_spacy_is_merged(monkeypatch: pytest.MonkeyPatch) -> None:
    def model(text: str) -> SimpleNamespace:
        found = [("PERSON", "Okonkwo"), ("DATE", "Monday"), ("FAC", "Elm Row"), ("PERSON", ",")]
        entities = [
            SimpleNamespace(
                label_=label,
                text=value,
                start_char=text.index(value),
                end_char=text.index(value) + len(value),
            )
            for label, value in found
        ]
        return SimpleNamespace(ents=entities)

    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=lambda name: model))
    call = redactor(Redaction(("spacy",)))
    assert call(TEXT, ()).text == "Did [NAME], 45, see Smith of [LOCATION] on Monday?"


def test_spacy_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(ValueError, match='layer "spacy" with the model en_core_web_sm'):
        redactor(Redaction(("patterns", "spacy")))


def test_a_spacy_model_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        raise OSError(name)

    monkeypatch.setitem(sys.modules, "spacy", SimpleNamespace(load=load))
    with pytest.raises(ValueError, match="this zip does not hold both"):
        redactor(Redaction(("spacy",), spacy_model="absent"))


def test_patterns_alone_need_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    assert redactor(Redaction())("Call Mrs. Okonkwo", ()).text == "Call Mrs. [NAME]"
