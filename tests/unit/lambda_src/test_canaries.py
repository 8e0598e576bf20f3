"""Canary PHI in every field of every request and of every stored record: none of it is in any output channel.

The channels are stdout and stderr (log lines, metrics, tracebacks) and the bodies and headers of refusals. An
audit row may hold a reason and the patient's id, a successful answer the record: nothing else.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.lambda_src.world import (
    ADMIN,
    CLINICAL,
    DEMOGRAPHICS,
    DISCLOSURES_PATH,
    JANE,
    PATIENT,
    REASON,
    SSN,
    STRANGER,
    Context,
    World,
    event,
    update,
)

CANARY = "Canary-Zebulon-Quist-1969-07-20"
RECORD_WORDS = ["Jane", "Doe", "1970-01-31", "Springfield", "penicillin", "lisinopril", SSN, "62701"]
SUBJECTS = [PATIENT, STRANGER, ADMIN]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a JSON document, containers included."""
    yield path
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield from places(member, (*path, key))


def planted(document: Any, path: tuple[Any, ...], canary: object, *, as_key: bool = False) -> Any:
    """A copy with the canary as the value at `path`, or as one more key there."""
    if not path:
        return {canary: canary} if as_key else canary
    changed = copy.deepcopy(document)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    if as_key and isinstance(parent[path[-1]], dict):
        parent[path[-1]][canary] = canary
    else:
        parent[path[-1]] = canary
    return changed


def requests() -> list[dict[str, Any]]:
    scope: dict[str, Any] = {"sub": ADMIN, "groups": "Admin,Provider,SsnAccess"}
    return [
        event(
            query={"include": "ssn"}, headers={"X-Break-Glass-Reason": REASON, "Origin": "https://x"}, **scope
        ),
        event("PUT", body=update(2, clinical=CLINICAL, ssn=SSN), **scope),
        event("GET", DISCLOSURES_PATH, query={"limit": "5", "next_token": "A" * 32}, **scope),
    ]


def is_silent(world: World, answer: dict[str, Any], canary: str) -> None:
    assert canary not in world.output()
    if answer["statusCode"] >= 400:
        assert canary not in json.dumps(answer)


@pytest.mark.parametrize("request_", requests(), ids=["read", "update", "disclosures"])
@pytest.mark.parametrize("as_key", [False, True], ids=["value", "key"])
def test_canary_in_every_place_of_an_event(world: World, request_: dict[str, Any], as_key: bool) -> None:
    count = 0
    for path in places(request_):
        answer = world.api.handle(planted(request_, path, CANARY, as_key=as_key), Context())
        is_silent(world, answer, CANARY)
        count += 1
    assert count >= 25


@pytest.mark.parametrize("groups", ["Provider,SsnAccess", "Admin", "Patient"])
def test_canary_in_every_place_of_a_body(world: World, groups: str) -> None:
    body = update(2, clinical=CLINICAL, ssn=SSN)
    for as_key in (False, True):
        for path in places(body):
            request = event("PUT", body=json.dumps(planted(body, path, CANARY, as_key=as_key)), groups=groups)
            is_silent(world, world.api.handle(request, Context()), CANARY)


def test_canary_in_a_body_that_is_no_json_and_in_its_media_type(world: World) -> None:
    for request in (
        event("PUT", body="{" + CANARY),
        event("PUT", body=CANARY, encoded=True),
        event("PUT", body=update(2), headers={"Content-Type": CANARY}),
        {**event("PUT", body=CANARY), "isBase64Encoded": True},
    ):
        is_silent(world, world.api.handle(request, Context()), CANARY)


@pytest.mark.parametrize(
    "operation", ["PutItem", "GetItem", "Query", "TransactWriteItems", "Decrypt", "Encrypt"]
)
def test_record_and_request_stay_out_of_the_log_whatever_fails(world: World, operation: str) -> None:
    with world.fails(operation, "ThrottlingException"):
        for request in requests():
            world.api.handle(request, Context())
    for word in [*RECORD_WORDS, REASON, JANE, *SUBJECTS, "canary"]:
        assert word not in world.output()


def test_record_and_request_stay_out_of_the_log_when_all_is_well(world: World) -> None:
    world.relate(ADMIN, "treatment")
    assert [world.api.handle(request, Context())["statusCode"] for request in requests()] == [200, 200, 200]
    assert world.get(sub=STRANGER, headers={"X-Break-Glass-Reason": REASON}).status == 200
    assert world.get(sub=PATIENT, groups="Patient").status == 200
    for word in [*RECORD_WORDS, REASON, JANE, *SUBJECTS]:
        assert word not in world.output()


@pytest.mark.parametrize(
    "attribute", ["version", "updated_at", "demographics", "clinical", "ssn", "record_id"]
)
def test_canary_in_every_stored_attribute(world: World, attribute: str) -> None:
    stored = world.record()
    assert stored is not None
    for kind, value in (
        ("S", CANARY),
        ("L", [{"S": CANARY}]),
        ("M", {CANARY: {"S": CANARY}}),
        ("SS", [CANARY]),
    ):
        world.dynamodb.update_item(
            TableName="healthcare-patients",
            Key={"patient_id": {"S": JANE}},
            UpdateExpression="SET #a = :v",
            ExpressionAttributeNames={"#a": attribute},
            ExpressionAttributeValues={":v": {kind: value}},
        )
        for request in requests():
            is_silent(world, world.api.handle(request, Context()), CANARY)


def test_refusals_say_nothing_of_the_record(world: World) -> None:
    refusals = [
        world.get(sub=STRANGER),
        world.put({"version": 1, "demographics": DEMOGRAPHICS}),
        world.get(sub=None),
        world.disclosures(),
    ]
    assert [refusal.status for refusal in refusals] == [403, 409, 401, 403]
    for refusal in refusals:
        for word in [*RECORD_WORDS, JANE, *SUBJECTS]:
            assert word not in json.dumps(refusal.body)
