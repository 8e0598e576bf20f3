"""Routes that find their patient otherwise than by the path."""

from __future__ import annotations

import json
from typing import Any

import pytest
from healthcare.api import NO_PATIENT, Reply, Route
from healthcare.audit import Access
from healthcare.problems import FieldError, Problem, malformed, not_found
from healthcare.requests import Request

from tests.unit.lambda_src.world import JANE, World, event

THING = "/things"


def route(found: str) -> Route:
    def parse(request: Request) -> str:
        if request.query.get("patient_id") is None:
            raise malformed(FieldError("query.patient_id", "required"))
        return request.query["patient_id"]

    def perform(access: Access, asked: str) -> Reply:
        access.ground.purpose = "treatment"
        if access.patient_id == NO_PATIENT:
            raise not_found()
        return Reply(200, f'{{"asked":{json.dumps(asked)},"precise":1.50}}', {"ETag": 'W/"1"'})

    return Route("read_thing", parse, perform, patient=lambda asked: found or str(asked))


def thing(**arguments: Any) -> dict[str, Any]:
    asked = event("GET", THING, **arguments)
    asked["pathParameters"] = None
    return asked


@pytest.fixture
def things(world: World) -> World:
    world.api.routes = {("GET", THING): route("")}
    return world


def test_the_patient_may_be_in_the_query(things: World) -> None:
    answer = things.api.handle(thing(query={"patient_id": JANE}), None)
    assert answer["statusCode"] == 200
    assert answer["body"] == f'{{"asked":"{JANE}","precise":1.50}}'
    assert answer["headers"]["ETag"] == 'W/"1"'
    assert things.outcomes(JANE) == ["attempt", "success"]


def test_what_is_nobodys_is_on_record_beside_the_patients(things: World) -> None:
    things.api.routes = {("GET", THING): route(NO_PATIENT)}
    assert things.api.handle(thing(query={"patient_id": JANE}), None)["statusCode"] == 404
    assert things.outcomes(NO_PATIENT) == ["attempt", "not_found"]
    assert things.outcomes(JANE) == []


def test_a_stranger_is_on_record_though_no_patient_was_looked_for(things: World) -> None:
    def looked(_: object) -> str:
        raise AssertionError

    things.api.routes = {
        ("GET", THING): Route("read_thing", lambda _: "", lambda *_: Reply(200, {}), patient=looked)
    }
    assert things.api.handle(thing(sub=None, query={"patient_id": JANE}), None)["statusCode"] == 401
    assert things.outcomes(NO_PATIENT) == ["denied"]


def test_a_malformed_request_looks_no_patient_up(things: World) -> None:
    assert things.api.handle(thing(), None)["statusCode"] == 400
    assert things.outcomes(NO_PATIENT) == []


def test_a_path_can_not_name_nobody(world: World) -> None:
    assert world.get(NO_PATIENT).status == 400
    assert world.outcomes(NO_PATIENT) == []


def test_a_patient_that_can_not_be_found_now_is_no_answer(things: World) -> None:
    def throttled(_: object) -> str:
        raise Problem(503, "unavailable", "The service is not available now.")

    things.api.routes = {
        ("GET", THING): Route("read_thing", lambda _: "", lambda *_: Reply(200, {}), patient=throttled)
    }
    assert things.api.handle(thing(), None)["statusCode"] == 503
