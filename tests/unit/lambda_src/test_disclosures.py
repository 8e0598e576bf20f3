"""GET /patients/{patient_id}/disclosures: who is told about whom, page by page."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.lambda_src.world import (
    ADMIN,
    AUDITOR,
    JANE,
    NOBODY,
    PATIENT,
    PROVIDER,
    REASON,
    STRANGER,
    World,
    update,
)

THE_PATIENT = {"sub": PATIENT, "groups": "Patient"}
THE_AUDITOR = {"sub": AUDITOR, "groups": "Auditor"}


def happenings(world: World) -> None:
    """A read, a refusal, a broken glass, a change, in this order."""
    assert world.get().status == 200
    assert world.get(sub=STRANGER).status == 403
    assert world.get(sub=STRANGER, headers={"X-Break-Glass-Reason": REASON}).status == 200
    assert world.put(update(2)).status == 200


def test_patient_sees_who_was_shown_what_and_why(world: World) -> None:
    happenings(world)
    response = world.disclosures(**THE_PATIENT)
    assert response.status == 200
    assert "next_token" not in response.body
    glass, read = response.body["disclosures"]
    assert glass["actor"] == STRANGER
    assert glass["purpose"] == "break_glass"
    assert "reason" not in glass
    assert read["actor"] == PROVIDER
    assert read["roles"] == ["Provider"]
    assert read["purpose"] == "treatment"
    assert read["disclosed"] == ["demographics", "clinical"]
    assert read["time"] < glass["time"]


@pytest.mark.parametrize("reviewer", [THE_AUDITOR, {"sub": ADMIN, "groups": "Admin"}])
def test_reviewers_see_refusals_changes_and_reasons_too(world: World, reviewer: dict[str, Any]) -> None:
    happenings(world)
    entries = world.disclosures(**reviewer).body["disclosures"]
    assert [(entry["action"], entry["outcome"]) for entry in entries] == [
        ("update_patient", "success"),
        ("read_patient", "success"),
        ("read_patient", "denied"),
        ("read_patient", "success"),
    ]
    assert entries[1]["reason"] == REASON


def test_asking_is_itself_on_record(world: World) -> None:
    assert world.disclosures(**THE_AUDITOR).status == 200
    assert world.outcomes() == ["attempt", "success"]
    (entry,) = world.disclosures(**THE_PATIENT).body["disclosures"]
    assert (
        entry.items()
        >= {
            "action": "list_disclosures",
            "actor": AUDITOR,
            "purpose": "audit",
            "disclosed": ["disclosures"],
        }.items()
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"sub": PROVIDER, "groups": "Provider"},
        {"sub": STRANGER, "groups": "Patient"},
        {"sub": PATIENT, "groups": "Provider"},
        {"sub": PATIENT, "groups": "Patients"},
        {"sub": STRANGER, "groups": "SsnAccess"},
        {"sub": STRANGER, "groups": "Provider", "headers": {"X-Break-Glass-Reason": REASON}},
    ],
)
def test_everyone_else_is_refused(world: World, arguments: dict[str, Any]) -> None:
    here, nowhere = world.disclosures(**arguments), world.disclosures(NOBODY, **arguments)
    assert here.status == 403
    assert (here.headers, here.body) == (nowhere.headers, nowhere.body)
    assert world.outcomes() == world.outcomes(NOBODY) == ["attempt", "denied"]


def test_auditor_does_not_see_the_record(world: World) -> None:
    assert world.get(**THE_AUDITOR).status == 403


def test_pages_hold_every_entry_once(world: World) -> None:
    for _ in range(7):
        assert world.get().status == 200
    seen: list[str] = []
    query: dict[str, object] = {"limit": "3"}
    pages = 0
    while "next_token" in query or not pages:
        page = world.disclosures(**THE_PATIENT, query=query).body
        seen += [entry["event_id"] for entry in page["disclosures"] if entry["action"] == "read_patient"]
        assert len(page["disclosures"]) <= 3
        pages += 1
        query = {"limit": "3", **{name: page[name] for name in ("next_token",) if name in page}}
    assert pages == 3
    assert len(seen) == len(set(seen)) == 7
    assert seen == sorted(seen, reverse=True)


def test_a_page_that_finds_little_ends_early_with_a_token(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from patient_api import disclosures

    monkeypatch.setattr(disclosures, "_ROWS_A_QUERY", 2)
    monkeypatch.setattr(disclosures, "_QUERIES", 2)
    assert world.get().status == 200
    for _ in range(5):
        assert world.get(sub=STRANGER).status == 403
    first = world.disclosures(**THE_PATIENT).body
    assert first["disclosures"] == []
    assert "next_token" in first
    found: list[Any] = []
    token = first["next_token"]
    while token:
        page = world.disclosures(**THE_PATIENT, query={"next_token": token}).body
        found += page["disclosures"]
        token = page.get("next_token")
    assert [entry["action"] for entry in found] == ["read_patient"]


def test_token_of_one_patient_reaches_no_other(world: World) -> None:
    happenings(world)
    token = world.disclosures(**THE_AUDITOR, query={"limit": "1"}).body["next_token"]
    world.relate(PATIENT, "self", NOBODY, seconds=None)
    assert world.get(NOBODY, sub=ADMIN, groups="Admin").status == 404
    page = world.disclosures(NOBODY, **THE_AUDITOR, query={"next_token": token}).body
    assert page["patient_id"] == NOBODY
    assert page["disclosures"] == []
    later = world.disclosures(NOBODY, **THE_AUDITOR, query={"next_token": "_" * 32}).body["disclosures"]
    assert {entry["event_id"] for entry in later} <= {row["event_id"] for row in world.rows(NOBODY)}
    assert later


@pytest.mark.parametrize("token", ["A" * 32, "_" * 32, "-" * 32, "0" * 32])
def test_every_token_of_the_right_shape_is_a_position(world: World, token: str) -> None:
    assert world.disclosures(**THE_PATIENT, query={"next_token": token}).status == 200


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({"limit": "0"}, "query.limit"),
        ({"limit": "101"}, "query.limit"),
        ({"limit": "-1"}, "query.limit"),
        ({"limit": "1e1"}, "query.limit"),
        ({"limit": "\u0661"}, "query.limit"),
        ({"limit": ""}, "query.limit"),
        ({"next_token": ""}, "query.next_token"),
        ({"next_token": "A" * 31}, "query.next_token"),
        ({"next_token": "A" * 31 + "="}, "query.next_token"),
        ({"next_token": "A" * 32 + "\n"}, "query.next_token"),
        ({"patient_id": JANE}, "query"),
    ],
)
def test_malformed_parameters_are_400(world: World, query: dict[str, str], path: str) -> None:
    response = world.disclosures(**THE_PATIENT, query=query)
    assert response.status == 400
    assert response.body["errors"][0]["path"] == path
    assert world.rows() == []


@pytest.mark.parametrize("limit", ["1", "9", "10", "99", "100"])
def test_limits_from_1_to_100_are_taken(world: World, limit: str) -> None:
    assert world.disclosures(**THE_PATIENT, query={"limit": limit}).status == 200
