"""Titan's embeddings: one text a request, many side by side. What Bedrock refuses is in test_retrieval.py."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from healthcare import aws as healthcare_aws
from healthcare.problems import Problem
from rag_retrieval.embeddings import Titan as Adapter

from tests.unit.lambda_src.rag.world import TITAN, RagWorld, Titan, unit_vector
from tests.unit.lambda_src.world import hooked

TEXTS = [f"Text {number}." for number in range(40)]


def adapter(at_once: int = 8) -> Adapter:
    return Adapter(healthcare_aws.bedrock_runtime(at_once, 1), TITAN, 1024, at_once)


def test_in_their_order_however_they_come(aws: None) -> None:
    titan, some = Titan(), adapter()
    with hooked(some.client, "before-call.bedrock-runtime.InvokeModel", titan):
        found = some.embed(TEXTS)
    assert found == [tuple(unit_vector(text)) for text in TEXTS]
    assert sorted(sent["inputText"] for sent in titan.sent) == sorted(TEXTS)
    assert some.model == "amazon.titan-embed-text-v2:0/1024"


def test_side_by_side(aws: None) -> None:
    """All eight are under way at once, or the barrier would break."""
    titan, some = Titan(), adapter()
    barrier = threading.Barrier(8)

    def together(**given: Any) -> Any:
        barrier.wait(timeout=60)
        return titan(**given)

    with hooked(some.client, "before-call.bedrock-runtime.InvokeModel", together):
        assert len(some.embed(TEXTS[:8])) == 8


def test_after_a_failure_nothing_more_is_sent(aws: None) -> None:
    titan, some = Titan(), adapter(at_once=1)
    titan.answers = ["ValidationException"]
    with hooked(some.client, "before-call.bedrock-runtime.InvokeModel", titan), pytest.raises(Problem):
        some.embed(TEXTS * 50)
    assert len(titan.sent) < len(TEXTS) * 50


def test_a_body_that_breaks_off(rag: RagWorld) -> None:
    from botocore.exceptions import ReadTimeoutError

    class Broken:
        def read(self) -> bytes:
            raise ReadTimeoutError(endpoint_url="https://aws.invalid/canary-Jane-Doe")

    def broken(parsed: dict[str, Any], **_: Any) -> None:
        parsed["body"] = Broken()

    bedrock = rag.retrieval.embeddings.client
    with hooked(bedrock, "after-call.bedrock-runtime.InvokeModel", broken):
        assert rag.problem() == (503, "unavailable")
    assert "Jane" not in rag.output()
