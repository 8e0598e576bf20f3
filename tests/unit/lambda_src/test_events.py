"""Events of any shape: always a proxy answer, never an echo; events of other triggers are not lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.world import (
    JANE,
    PATIENT_PATH,
    PROVIDER,
    REASON,
    SECURITY_HEADERS,
    Context,
    World,
    event,
    update,
)

CANARY = "Canary-Zebulon-Quist"
ONE_WORLD = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)

texts = st.one_of(
    st.text(max_size=30), st.sampled_from([CANARY, "", JANE, "ssn", "Admin", "[Provider]", "\x00"])
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


def mapping(**members: Any) -> st.SearchStrategy[Any]:
    """A mapping with any of the members, or something else altogether."""
    return st.one_of(st.fixed_dictionaries({}, optional=members), anything)


claims = mapping(
    **{
        "sub": st.one_of(st.just(PROVIDER), anything),
        "cognito:groups": anything,
        "token_use": st.one_of(st.just("id"), anything),
    }
)
events = mapping(
    httpMethod=st.one_of(st.sampled_from(["GET", "PUT", "DELETE", "get"]), anything),
    resource=st.one_of(st.sampled_from([PATIENT_PATH, PATIENT_PATH + "/disclosures"]), anything),
    pathParameters=mapping(patient_id=st.one_of(st.just(JANE), anything)),
    queryStringParameters=mapping(include=texts, limit=texts, next_token=texts),
    multiValueQueryStringParameters=anything,
    headers=mapping(
        **{
            "X-Break-Glass-Reason": st.one_of(st.just(REASON), anything),
            "content-type": texts,
            "Origin": texts,
        }
    ),
    multiValueHeaders=anything,
    requestContext=mapping(
        requestId=anything,
        identity=mapping(sourceIp=anything),
        authorizer=mapping(claims=claims),
    ),
    body=st.one_of(anything.map(lambda value: json.dumps(value)), st.just(json.dumps(update(2))), anything),
    isBase64Encoded=anything,
    version=st.one_of(st.just("2.0"), anything),
)


def is_sound(world: World, answer: dict[str, Any]) -> None:
    """A proxy answer with the headers of every answer, that says nothing of the canary."""
    assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
    assert answer["statusCode"] in {200, 201, 400, 401, 403, 404, 409, 413, 415}
    assert SECURITY_HEADERS.items() <= answer["headers"].items()
    assert isinstance(json.loads(answer["body"]), dict)
    if answer["statusCode"] >= 400:
        assert CANARY not in json.dumps(answer)
    assert CANARY not in world.output()
    json.dumps(answer).encode("utf-8")


@ONE_WORLD
@given(request=events)
def test_any_event_shaped_like_a_request_is_answered(world: World, request: Any) -> None:
    is_sound(world, world.api.handle(request, Context()))


@ONE_WORLD
@given(request=anything)
def test_any_json_is_answered(world: World, request: Any) -> None:
    is_sound(world, world.api.handle(request, Context()))


@pytest.mark.parametrize("context", [None, object(), Context(""), Context(CANARY)])
def test_context_of_any_kind_is_fine(world: World, context: object) -> None:
    for request in (event(), {}, None, [CANARY], CANARY, 7):
        is_sound(world, world.api.handle(request, context))


@pytest.mark.parametrize(
    ("kind", "foreign"),
    [
        ("sqs", {"Records": [{"eventSource": "aws:sqs", "body": CANARY}]}),
        ("sns", {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": CANARY}}]}),
        ("s3", {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": CANARY}}}]}),
        ("dynamodb_stream", {"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {}}]}),
        ("kinesis", {"Records": [{"eventSource": "aws:kinesis"}]}),
        ("unknown_records", {"Records": [{"eventSource": CANARY}]}),
        ("eventbridge", {"source": CANARY, "detail-type": CANARY, "detail": {}}),
    ],
)
def test_triggers_that_take_any_return_for_success_get_an_error(
    world: World, kind: str, foreign: dict[str, Any]
) -> None:
    from healthcare.requests import UnsupportedEventError

    with pytest.raises(UnsupportedEventError) as raised:
        world.api.handle(foreign, Context())
    assert CANARY not in str(raised.value)
    (line,) = world.lines()
    assert line["event_kind"] == kind
    assert CANARY not in world.output()


@pytest.mark.parametrize(
    ("kind", "foreign"),
    [
        (
            "http_api_v2",
            {"version": "2.0", "routeKey": "GET /", "requestContext": {"http": {"method": CANARY}}},
        ),
        (
            "load_balancer",
            {"requestContext": {"elb": {"targetGroupArn": CANARY}}, "httpMethod": "GET", "path": "/"},
        ),
        ("unknown", None),
        ("unknown", {}),
        ("unknown", []),
        ("unknown", {"requestContext": None, "httpMethod": "GET"}),
        ("unknown", CANARY),
        ("unknown", {"Records": []}),
        ("unknown", {"query": CANARY, "patient_id": CANARY}),
    ],
)
def test_other_events_are_answered_400(world: World, kind: str, foreign: Any) -> None:
    answer = world.api.handle(foreign, Context())
    is_sound(world, answer)
    assert answer["statusCode"] == 400
    (line,) = world.lines()
    assert line["event_kind"] == kind


@pytest.mark.parametrize(
    ("method", "resource"), [("DELETE", PATIENT_PATH), ("GET", "/"), ("get", PATIENT_PATH), ("GET", CANARY)]
)
def test_unknown_routes_are_404_without_a_record(world: World, method: str, resource: str) -> None:
    answer = world.api.handle(event(method, resource), Context())
    is_sound(world, answer)
    assert answer["statusCode"] == 404
    assert world.rows() == []


def test_missing_parts_of_an_event_are_no_fault(world: World) -> None:
    complete = event("PUT", body=update(2))
    for name in complete:
        is_sound(world, world.api.handle({key: complete[key] for key in complete if key != name}, Context()))
        is_sound(world, world.api.handle({**complete, name: None}, Context()))


def test_header_names_are_of_any_case(world: World) -> None:
    request = event(sub="22222222-2222-4222-8222-222222222222")
    request["headers"] = {"x-bReAk-gLaSs-rEaSoN": REASON}
    assert world.call(request).status == 200
