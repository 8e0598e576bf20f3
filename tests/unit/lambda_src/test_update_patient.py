"""PUT /patients/{patient_id}: who may change what, and that no change is lost or goes unrecorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.lambda_src.world import (
    ADMIN,
    AUDITOR,
    CLINICAL,
    DEMOGRAPHICS,
    JANE,
    NOBODY,
    PATIENT,
    PROVIDER,
    REASON,
    SSN,
    STRANGER,
    World,
    event,
    update,
)

CHANGED = {**DEMOGRAPHICS, "family_name": "Roe"}


def test_treating_provider_changes_the_record_and_it_is_on_record(world: World) -> None:
    response = world.put({"version": 2, "demographics": CHANGED, "clinical": {"allergies": ["latex"]}})
    assert response.status == 200
    assert response.body["version"] == 3
    assert set(response.body) == {"patient_id", "version", "updated_at"}
    record = world.record()
    assert record is not None
    assert record["demographics"] == CHANGED
    assert record["clinical"] == {"allergies": ["latex"]}
    assert record["version"] == 3
    assert world.outcomes() == ["attempt", "success"]
    assert (
        world.rows()[-1].items()
        >= {
            "action": "update_patient",
            "actor": PROVIDER,
            "purpose": "treatment",
            "disclosed": [],
        }.items()
    )


def test_what_is_left_out_is_kept(world: World) -> None:
    assert world.put({"version": 2, "demographics": CHANGED}, sub=ADMIN, groups="Admin").status == 200
    response = world.get(groups="Provider,SsnAccess", query={"include": "ssn"})
    assert response.body["clinical"] == CLINICAL
    assert response.body["ssn"] == SSN
    assert response.body["demographics"] == CHANGED


def test_admin_creates(world: World) -> None:
    response = world.put(update(0), NOBODY, sub=ADMIN, groups="Admin")
    assert response.status == 201
    assert response.body["version"] == 1
    record = world.record(NOBODY)
    assert record is not None
    assert record["demographics"] == DEMOGRAPHICS
    assert world.outcomes(NOBODY) == ["attempt", "success"]
    assert world.rows(NOBODY)[-1]["purpose"] == "administration"


@pytest.mark.parametrize(
    ("sub", "groups", "body"),
    [
        (STRANGER, "Provider", update(2)),
        (PROVIDER, "Provider", update(0)),
        (PATIENT, "Patient", update(2)),
        (AUDITOR, "Auditor", update(2)),
        (STRANGER, "SsnAccess", update(2, ssn=SSN)),
        (ADMIN, "Admin", update(2, clinical=CLINICAL)),
        (ADMIN, "Admin", update(2, ssn=SSN)),
        (PROVIDER, "Provider", update(2, ssn=SSN)),
        (ADMIN, "Admin", update(0, ssn=SSN)),
        (PROVIDER, "NotProvider", update(2)),
    ],
)
def test_no_right_is_403_alike_whether_or_not_the_patient_exists_and_changes_nothing(
    world: World, sub: str, groups: str, body: dict[str, Any]
) -> None:
    before = world.record()
    here = world.put(body, sub=sub, groups=groups)
    nowhere = world.put(body, NOBODY, sub=sub, groups=groups)
    assert here.status == 403
    assert (here.status, here.headers, here.body) == (nowhere.status, nowhere.headers, nowhere.body)
    assert world.record() == before
    assert world.record(NOBODY) is None
    assert world.outcomes() == world.outcomes(NOBODY) == ["attempt", "denied"]
    assert world.metrics() == ["UnauthorizedAccessAttempt"] * 2


def test_glass_is_broken_for_reading_only(world: World) -> None:
    assert world.put(update(2), sub=STRANGER, headers={"X-Break-Glass-Reason": REASON}).status == 403
    assert world.metrics() == ["UnauthorizedAccessAttempt"]


def test_admin_who_treats_may_create_with_clinical_part(world: World) -> None:
    world.relate(ADMIN, "treatment", NOBODY)
    body = update(0, clinical=CLINICAL)
    assert world.put(body, NOBODY, sub=ADMIN, groups="Admin,Provider").status == 201


@pytest.mark.parametrize("version", [0, 1, 3, 9007199254740991])
def test_stale_version_is_409_and_changes_nothing(world: World, version: int) -> None:
    before = world.record()
    assert world.put(update(version), sub=ADMIN, groups="Admin").status == 409
    assert world.record() == before
    assert world.outcomes() == ["attempt", "conflict"]


def test_changing_nobody_is_404_for_those_with_a_right_to_know(world: World) -> None:
    assert world.put(update(1), NOBODY, sub=ADMIN, groups="Admin").status == 404
    assert world.record(NOBODY) is None
    assert world.outcomes(NOBODY) == ["attempt", "not_found"]


def test_second_of_two_concurrent_writers_is_told_and_the_first_is_not_lost(world: World) -> None:
    def first() -> None:
        assert world.put({"version": 2, "demographics": CHANGED}, sub=ADMIN, groups="Admin").status == 200

    with world.before("TransactWriteItems", first):
        second = world.put(update(2))
    assert second.status == 409
    record = world.record()
    assert record is not None
    assert (record["version"], record["demographics"]) == (3, CHANGED)
    assert sorted(world.outcomes()) == ["attempt", "attempt", "conflict", "success"]


def test_second_of_two_concurrent_creators_is_told(world: World) -> None:
    def first() -> None:
        assert world.put(update(0), NOBODY, sub=ADMIN, groups="Admin").status == 201

    with world.before("TransactWriteItems", first):
        assert (
            world.put({"version": 0, "demographics": CHANGED}, NOBODY, sub=ADMIN, groups="Admin").status
            == 409
        )
    record = world.record(NOBODY)
    assert record is not None
    assert record["demographics"] == DEMOGRAPHICS


def test_ssn_is_stored_encrypted_and_bound_to_its_record(world: World) -> None:
    stored = world.record()
    assert stored is not None
    assert isinstance(stored["ssn"], bytes)
    assert SSN.encode() not in stored["ssn"]
    # The ciphertext and the record id of Jane, copied onto another patient.
    world.save({**stored, "patient_id": NOBODY})
    scope = {"sub": ADMIN, "groups": "Admin,SsnAccess", "query": {"include": "ssn"}}
    copied = world.get(NOBODY, **scope)
    assert copied.status == 500
    assert world.rows(NOBODY)[-1].items() >= {"outcome": "failed", "disclosed": []}.items()
    # The ciphertext alone: another record's id is another encryption context.
    world.save({**stored, "patient_id": NOBODY, "record_id": "00000000-0000-4000-8000-000000000000"})
    assert world.get(NOBODY, **scope).status == 500
    assert SSN not in world.output()


def test_ssn_can_be_changed_and_set_later(world: World) -> None:
    scope = {"sub": ADMIN, "groups": "Admin,SsnAccess"}
    assert world.put(update(2, ssn="987-65-4329"), **scope).status == 200
    assert world.get(**scope, query={"include": "ssn"}).body["ssn"] == "987-65-4329"
    world.save(
        {
            "patient_id": NOBODY,
            "version": 1,
            "updated_at": "2026-01-01T00:00:00Z",
            "demographics": DEMOGRAPHICS,
        }
    )
    assert world.put(update(1, ssn=SSN), NOBODY, **scope).status == 200
    assert world.get(NOBODY, **scope, query={"include": "ssn"}).body["ssn"] == SSN


def test_body_may_be_base64_and_name_its_charset(world: World) -> None:
    headers = {"content-type": 'application/json; charset="UTF-8"'}
    assert world.call(event("PUT", body=update(2), encoded=True, headers=headers)).status == 200


def malformed_bodies() -> list[tuple[str, object, str, str]]:
    """name, body, and the place and rule that the answer names."""
    text = json.dumps(update(2))
    address = {"line": "x", "city": "x", "postal_code": "1", "country": "usa"}

    def demographics(**parts: object) -> dict[str, Any]:
        return {"version": 2, "demographics": {**DEMOGRAPHICS, **parts}}

    return [
        ("none", None, "body", "required"),
        ("empty", "", "body", "required"),
        ("blank", " \n", "body", "required"),
        ("not json", "{'version': 2}", "body", "json"),
        ("cut off", text[:-1], "body", "json"),
        ("two documents", text + text, "body", "json"),
        ("nan", text.replace("2", "NaN", 1), "body", "json"),
        ("infinity", text.replace("2", "-Infinity", 1), "body", "json"),
        ("duplicate key", text.replace('{"version"', '{"version": 1, "version"', 1), "body", "json"),
        ("lone surrogate", text.replace("Doe", "\\ud800"), "body", "json"),
        ("deep", "[" * 100_000, "body", "json"),
        ("long number", text.replace("2", "2" * 5000, 1), "body", "json"),
        ("null", "null", "body", "type"),
        ("list", "[]", "body", "type"),
        ("no version", {"demographics": DEMOGRAPHICS}, "body", "required"),
        ("no demographics", {"version": 2}, "body", "required"),
        ("more", update(2, notes="Jane Doe"), "body", "additionalProperties"),
        ("text version", {**update(2), "version": "2"}, "body.version", "type"),
        ("true version", {**update(2), "version": True}, "body.version", "type"),
        ("version with a fraction", text.replace("2", "2.0", 1), "body.version", "type"),
        ("negative version", update(-1), "body.version", "minimum"),
        ("huge version", text.replace("2", "1e400", 1), "body.version", "type"),
        ("too great version", update(9007199254740992), "body.version", "maximum"),
        ("null ssn", update(2, ssn=None), "body.ssn", "type"),
        ("short ssn", update(2, ssn="987-65-432"), "body.ssn", "pattern"),
        ("ssn and newline", update(2, ssn=SSN + "\n"), "body.ssn", "pattern"),
        ("other digits", update(2, ssn="987-65-432\u0661"), "body.ssn", "pattern"),
        ("no such day", demographics(birth_date="1970-02-30"), "body.demographics.birth_date", "format"),
        ("other date", demographics(birth_date="19700131"), "body.demographics.birth_date", "format"),
        ("gender", demographics(gender="Jane"), "body.demographics.gender", "enum"),
        ("control", demographics(given_name="Ja\x00ne"), "body.demographics.given_name", "pattern"),
        ("blank name", demographics(given_name=" "), "body.demographics.given_name", "pattern"),
        ("long name", demographics(given_name="x" * 101), "body.demographics.given_name", "maxLength"),
        ("phone", demographics(phone="555-0143"), "body.demographics.phone", "pattern"),
        ("email", demographics(email="jane doe"), "body.demographics.email", "pattern"),
        ("country", demographics(address=address), "body.demographics.address.country", "pattern"),
        ("secret key", demographics(**{"Jane Doe": 1}), "body.demographics", "additionalProperties"),
        ("allergies", update(2, clinical={"allergies": ["ok", 7]}), "body.clinical.allergies.1", "type"),
        ("many", update(2, clinical={"allergies": ["x"] * 51}), "body.clinical.allergies", "maxItems"),
    ]


@pytest.mark.parametrize(
    ("name", "body", "path", "rule"), malformed_bodies(), ids=lambda value: str(value)[:20]
)
def test_malformed_body_is_400_naming_place_and_rule(
    world: World, name: str, body: object, path: str, rule: str
) -> None:
    before = world.record()
    response = world.put(body, groups="Provider,SsnAccess")
    assert response.status == 400
    assert response.body["errors"] == [{"path": path, "rule": rule}]
    assert world.record() == before
    assert world.rows() == []


@pytest.mark.parametrize(
    ("body", "encoded"),
    [("not base64!", True), ("AAA", True), ("gICA", True)],
)
def test_undecodable_body_is_400(world: World, body: str, encoded: bool) -> None:
    request = event("PUT", body=body)
    request["isBase64Encoded"] = encoded
    response = world.call(request)
    assert response.status == 400
    assert response.body["errors"] == [{"path": "body", "rule": "encoding"}]


@pytest.mark.parametrize("encoded", [True, False])
def test_body_of_a_megabyte_is_413(world: World, encoded: bool) -> None:
    body = update(2, clinical={"allergies": ["x" * 1_048_576]})
    assert world.call(event("PUT", body=body, encoded=encoded)).status == 413
    padded = json.dumps(update(2)) + " " * 262_144
    assert world.call(event("PUT", body=padded, encoded=encoded)).status == 413


def test_largest_body_that_the_schemas_allow_is_taken(world: World) -> None:
    everything = ["\U0001f489" * 120] * 50
    body = {
        "version": 2,
        "demographics": DEMOGRAPHICS,
        "clinical": dict.fromkeys(("allergies", "conditions", "medications"), everything),
    }
    assert len(json.dumps(body)) > 200_000
    assert world.put(body).status == 200
    assert world.get().body["clinical"]["allergies"] == everything


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "",
        "application/jsonp",
    ],
)
def test_other_media_types_are_415(world: World, media_type: str) -> None:
    assert world.put(update(2), headers={"Content-Type": media_type}).status == 415


def test_query_is_refused(world: World) -> None:
    assert world.put(update(2), query={"include": "ssn"}).status == 400


def test_refusal_comes_before_the_body_is_judged_without_claims(world: World) -> None:
    assert world.put("not json", sub=None).status == 401
    assert world.outcomes(JANE) == ["denied"]
