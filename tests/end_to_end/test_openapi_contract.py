"""schemathesis against the gateway: every answer is one that the document describes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from scripts.demo.people import ADMIN, AUDITOR, MARIA_HERSELF, SSN_PROVIDER, Person
from scripts.demo.story import Story

DOCUMENT = Path(__file__).parents[2] / "openapi.yaml"
# What a response may be. Whether a request *should* have been refused is for the tests of the function:
# API Gateway by itself checks neither patterns nor formats of parameters.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Each costs a call under a signature, and there are four people and every operation: more by the variable.
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "15"))

schema = schemathesis.openapi.from_path(str(DOCUMENT))


def call_and_check(case: Any, story: Story, person: Person | None) -> None:
    headers = {"Authorization": f"Bearer {story.tokens[person.username]}"} if person else {}
    response = case.call(base_url=story.url(""), headers=headers)
    case.validate_response(response, checks=CHECKS)


@pytest.mark.parametrize(
    "person", [ADMIN, SSN_PROVIDER, MARIA_HERSELF, AUDITOR], ids=lambda person: person.username
)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_answers_to_somebody_are_as_described(case: Any, story: Story, person: Person) -> None:
    call_and_check(case, story, person)


@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_answers_to_nobody_are_as_described(case: Any, story: Story) -> None:
    call_and_check(case, story, None)
