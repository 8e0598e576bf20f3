"""Throttling, seen from the wire: it is backed off, and where it does not end it is UNKNOWN."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from hipaa_policies.facts import Unreadable
from hipaa_policies.readers.live.aws import Aws, Operation

LIST_KEYS = Operation("kms", "ListKeys")
ATTEMPTS = 1 + 8  # botocore's max_attempts counts what comes after the first


class _Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def answering(throttled: int) -> tuple[boto3.Session, Callable[[], int]]:
    """A session whose first requests are throttled; and how many were sent."""
    sent = 0

    def answer(request: AWSPreparedRequest, **_: Any) -> Any:
        nonlocal sent
        sent += 1
        body: dict[str, Any]
        if sent <= throttled:
            body, status = {"__type": "ThrottlingException", "message": "Rate exceeded"}, 400
        else:
            body, status = {"Keys": [{"KeyId": "one"}], "Truncated": False}, 200
        raw = _Body(json.dumps(body).encode())
        headers: Any = {"content-type": "application/x-amz-json-1.1"}
        return AWSResponse(request.url, status, headers, raw)

    session = boto3.Session("testing", "testing", region_name="us-east-1")
    session.events.register("before-send.kms.ListKeys", answer)
    return session, lambda: sent


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before each further attempt."""
    found: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", found.append)
    return found


def test_throttling_is_backed_off(waits: list[float]) -> None:
    session, sent = answering(throttled=3)
    listing = Aws(session, "us-east-1", frozenset({LIST_KEYS})).pages("kms", "ListKeys", "Keys")
    assert (listing.items, listing.problem) == (({"KeyId": "one"},), None)
    assert sent() == 4
    assert len(waits) == 3
    assert all(wait <= 2**attempt for attempt, wait in enumerate(waits)), "exponential, with jitter"


def test_throttling_that_does_not_end_is_unreadable(waits: list[float]) -> None:
    session, sent = answering(throttled=1000)
    aws = Aws(session, "us-east-1", frozenset({LIST_KEYS}))
    listing = aws.pages("kms", "ListKeys", "Keys")
    assert listing.problem == Unreadable("kms:ListKeys", "ThrottlingException", "Rate exceeded")
    assert aws.record.problems == [listing.problem]
    assert sent() == ATTEMPTS
    assert len(waits) == ATTEMPTS - 1
