"""GET /patients/{patient_id}: who is shown what, on what ground, and what is on record afterwards."""

from __future__ import annotations

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
    REQUEST_ID,
    SSN,
    STRANGER,
    World,
    event,
    hooked,
)


def test_treating_provider_sees_the_record_and_it_is_on_record(world: World) -> None:
    response = world.get()
    assert response.status == 200
    assert response.body["demographics"] == DEMOGRAPHICS
    assert response.body["clinical"] == CLINICAL
    assert response.body["version"] == 2
    assert "ssn" not in response.body
    assert "record_id" not in response.body
    attempt, outcome = world.rows()
    assert attempt["outcome"] == "attempt"
    assert (
        outcome.items()
        >= {
            "outcome": "success",
            "action": "read_patient",
            "actor": PROVIDER,
            "roles": ["Provider"],
            "purpose": "treatment",
            "disclosed": ["demographics", "clinical"],
            "request_id": REQUEST_ID,
            "source_ip": "203.0.113.7",
            "function": "healthcare-patient-api",
        }.items()
    )
    assert attempt["event_id"] < outcome["event_id"]
    assert world.metrics() == []


def test_patient_sees_their_own_record_by_the_mapping_of_their_sub(world: World) -> None:
    response = world.get(sub=PATIENT, groups="Patient")
    assert response.status == 200
    assert response.body["clinical"] == CLINICAL
    assert world.rows()[-1]["purpose"] == "self"


def test_a_sub_that_equals_a_patient_id_is_not_that_patient(world: World) -> None:
    assert world.get(sub=JANE, groups="Patient").status == 403


def test_admin_sees_demographics_alone(world: World) -> None:
    response = world.get(sub=ADMIN, groups="Admin")
    assert response.status == 200
    assert response.body["demographics"] == DEMOGRAPHICS
    assert "clinical" not in response.body
    assert world.rows()[-1].items() >= {"purpose": "administration", "disclosed": ["demographics"]}.items()


@pytest.mark.parametrize(
    ("sub", "groups"),
    [
        (STRANGER, "Provider"),
        (STRANGER, "Patient"),
        (AUDITOR, "Auditor"),
        (STRANGER, "SsnAccess"),
        (STRANGER, ""),
        (STRANGER, None),
        (PROVIDER, "NotAProvider"),
        (PROVIDER, "provider"),
        (PROVIDER, "Providers"),
        (PROVIDER, ["Provider,Admin"]),
        (PROVIDER, {"Provider": True}),
        (PROVIDER, "Patient"),  # the relationship is "treatment", the role is not
        (PATIENT, "Provider"),  # the relationship is "self", the role is not
        (ADMIN, "Administrators"),
    ],
)
def test_no_right_is_403_alike_for_those_who_exist_and_those_who_do_not(
    world: World, sub: str, groups: object
) -> None:
    calls: dict[str, list[str]] = {}
    answers = []
    for patient_id in (JANE, NOBODY):
        made = calls.setdefault(patient_id, [])

        def record(model: object, made: list[str] = made, **_: object) -> None:
            made.append(str(getattr(model, "name", "")))

        with hooked(world.api.audit.client, "before-call.dynamodb.*", record):
            answers.append(world.get(patient_id, sub=sub, groups=groups))
    here, nowhere = answers
    assert here.status == 403
    assert (here.status, here.headers, here.body) == (nowhere.status, nowhere.headers, nowhere.body)
    assert calls[JANE] == calls[NOBODY]
    for patient_id in (JANE, NOBODY):
        assert world.outcomes(patient_id) == ["attempt", "denied"]
        assert world.rows(patient_id)[-1].items() >= {"actor": sub, "disclosed": []}.items()
    assert world.metrics() == ["UnauthorizedAccessAttempt"] * 2


def test_those_with_a_right_to_know_are_told_404(world: World) -> None:
    world.relate(PROVIDER, "treatment", NOBODY)
    for arguments in ({"sub": PROVIDER, "groups": "Provider"}, {"sub": ADMIN, "groups": "Admin"}):
        assert world.get(NOBODY, **arguments).status == 404
    assert world.outcomes(NOBODY) == ["attempt", "not_found"] * 2
    assert all(row["disclosed"] == [] for row in world.rows(NOBODY))


def test_relationship_counts_only_until_its_end_even_before_it_is_deleted(world: World) -> None:
    world.relate(PROVIDER, "treatment", seconds=-1)
    assert world.get().status == 403
    world.relate(PATIENT, "self", seconds=-1)
    assert world.get(sub=PATIENT, groups="Patient").status == 403


def test_treatment_relationship_without_an_end_does_not_count(world: World) -> None:
    world.relate(PROVIDER, "treatment", seconds=None)
    assert world.get().status == 403


@pytest.mark.parametrize(
    ("sub", "relationship", "group"), [(PROVIDER, "treatment", "Provider"), (PATIENT, "self", "Patient")]
)
def test_end_that_is_no_number_is_an_end(world: World, sub: str, relationship: str, group: str) -> None:
    world.dynamodb.put_item(
        TableName="healthcare-relationships",
        Item={
            "principal": {"S": sub},
            "patient_id": {"S": JANE},
            "relationship": {"S": relationship},
            "expires_at": {"S": "9999999999"},
        },
    )
    assert world.get(sub=sub, groups=group).status == 403


@pytest.mark.parametrize("relationship", ["family", "", "Treatment"])
def test_other_relationships_do_not_count(world: World, relationship: str) -> None:
    world.relate(PROVIDER, relationship or "unset")
    assert world.get().status == 403


def test_breaking_the_glass_lets_a_provider_in_and_raises_the_alarm(world: World) -> None:
    response = world.get(sub=STRANGER, headers={"X-Break-Glass-Reason": REASON})
    assert response.status == 200
    assert response.body["clinical"] == CLINICAL
    assert world.rows()[-1].items() >= {"purpose": "break_glass", "reason": REASON, "actor": STRANGER}.items()
    assert world.metrics() == ["BreakGlass"]
    assert REASON not in world.output()


def test_glass_is_not_broken_where_there_is_a_relationship(world: World) -> None:
    assert world.get(headers={"X-Break-Glass-Reason": REASON}).status == 200
    assert world.rows()[-1]["purpose"] == "treatment"
    assert "reason" not in world.rows()[-1]
    assert world.metrics() == []


@pytest.mark.parametrize("groups", ["Patient", "Auditor", "SsnAccess", "NotProvider", ""])
def test_only_providers_can_break_the_glass(world: World, groups: str) -> None:
    assert world.get(sub=STRANGER, groups=groups, headers={"X-Break-Glass-Reason": REASON}).status == 403
    assert world.metrics() == ["UnauthorizedAccessAttempt"]


@pytest.mark.parametrize(
    "reason", ["", "too short", "x" * 257, "tab\tin the middle", "käse käse käse", " lead space"]
)
def test_reason_must_be_printable_and_long_enough(world: World, reason: str) -> None:
    response = world.get(sub=STRANGER, headers={"x-break-glass-reason": reason})
    assert response.status == 400
    assert response.body["errors"] == [{"path": "header.X-Break-Glass-Reason", "rule": "pattern"}]
    assert world.rows() == []


@pytest.mark.parametrize(
    ("sub", "groups"),
    [(PROVIDER, "Provider,SsnAccess"), (PATIENT, "[Patient SsnAccess]"), (ADMIN, ["Admin", "SsnAccess"])],
)
def test_ssn_is_shown_to_those_who_ask_have_the_scope_and_may_see_the_patient(
    world: World, sub: str, groups: object
) -> None:
    assert "ssn" not in world.get(sub=sub, groups=groups).body
    assert world.get(sub=sub, groups=groups, query={"include": "ssn"}).body["ssn"] == SSN
    assert world.rows()[-1]["disclosed"][-1] == "ssn"


@pytest.mark.parametrize(
    ("sub", "groups"),
    [(PROVIDER, "Provider"), (PATIENT, "Patient"), (ADMIN, "Admin"), (STRANGER, "Provider,SsnAccess")],
)
def test_ssn_is_refused_to_everyone_else(world: World, sub: str, groups: str) -> None:
    assert world.get(sub=sub, groups=groups, query={"include": "ssn"}).status == 403
    assert world.outcomes() == ["attempt", "denied"]


def test_record_without_ssn_is_shown_without_it(world: World) -> None:
    world.save(
        {
            "patient_id": NOBODY,
            "version": 1,
            "updated_at": "2026-01-01T00:00:00Z",
            "demographics": DEMOGRAPHICS,
        }
    )
    response = world.get(NOBODY, sub=ADMIN, groups="Admin,SsnAccess", query={"include": "ssn"})
    assert response.status == 200
    assert "ssn" not in response.body
    assert world.rows(NOBODY)[-1]["disclosed"] == ["demographics"]


def test_several_groups_add_up(world: World) -> None:
    both = {"sub": STRANGER, "groups": "Provider,Admin"}
    assert "clinical" not in world.get(**both).body
    broken = world.get(**both, headers={"X-Break-Glass-Reason": REASON})
    assert broken.body["clinical"] == CLINICAL


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"authorizer": None},
        {"authorizer": {}},
        {"authorizer": {"claims": None}},
        {"authorizer": {"claims": {}}},
        {"authorizer": {"claims": {"sub": ""}}},
        {"authorizer": {"claims": {"sub": 7, "cognito:groups": "Admin"}}},
        {"authorizer": {"claims": {"sub": "anonymous", "cognito:groups": "Admin"}}},
        {"authorizer": {"claims": {"sub": "a\nb", "cognito:groups": "Admin"}}},
        {"authorizer": {"principalId": ADMIN}},
    ],
)
def test_without_verified_claims_it_is_401_and_on_record(world: World, context: dict[str, object]) -> None:
    request = event()
    request["requestContext"] = {"requestId": REQUEST_ID, **context}
    response = world.call(request)
    assert response.status == 401
    (row,) = world.rows()
    assert row.items() >= {"outcome": "denied", "actor": "anonymous", "roles": [], "disclosed": []}.items()
    assert world.metrics() == ["UnauthorizedAccessAttempt"]


def test_claims_in_the_payload_are_nobody(world: World) -> None:
    request = event(sub=None, headers={"cognito:groups": "Admin", "sub": ADMIN})
    request["claims"] = {"sub": ADMIN, "cognito:groups": "Admin"}
    assert world.call(request).status == 401


@pytest.mark.parametrize(
    "patient_id",
    [
        "",
        "-leading",
        "with space",
        "a" * 65,
        "übel",
        "a\x00b",
        "a\n",
        "../patients",
        "a/b",
        "a%2Fb",
        "\uff11\uff12\uff13",
        "a_b",
        None,
        7,
        ["a"],
    ],
)
def test_malformed_ids_are_400_and_written_nowhere(world: World, patient_id: object) -> None:
    response = world.call(event(patient_id=patient_id))
    assert response.status == 400
    assert response.body["errors"] == [{"path": "path.patient_id", "rule": "pattern"}]
    assert world.dynamodb.scan(TableName="healthcare-audit")["Items"] == []


@pytest.mark.parametrize(
    "query",
    [{"include": "all"}, {"include": ""}, {"include": "ssn,clinical"}, {"fields": "x"}, {"Include": "ssn"}],
)
def test_unknown_parameters_are_400(world: World, query: dict[str, str]) -> None:
    assert world.get(query=query).status == 400
    assert world.rows() == []


def test_parameter_or_reason_sent_twice_is_400(world: World) -> None:
    twice = event(query={"include": "ssn"}, groups="Provider,SsnAccess")
    twice["multiValueQueryStringParameters"] = {"include": ["ssn", "ssn"]}
    assert world.call(twice).status == 400
    twice = event(sub=STRANGER, headers={"X-Break-Glass-Reason": REASON})
    twice["multiValueHeaders"]["X-Break-Glass-Reason"] = [REASON, REASON]
    assert world.call(twice).status == 400


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://portal.example.org", True),
        ("https://staff.example.org", True),
        ("https://portal.example.org.evil.example", False),
        ("null", False),
        (None, False),
    ],
)
def test_cors_is_for_named_origins(world: World, origin: str | None, allowed: bool) -> None:
    response = world.get(headers={"Origin": origin} if origin else {})
    assert response.headers.get("Access-Control-Allow-Origin") == (origin if allowed else None)
    assert response.headers["Vary"] == "Origin"
