"""fhir-api: who reads what, what is on record of it, and how FHIR has it answered."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.unit.lambda_src.fhir.fhir_world import (
    MRN,
    SSN_SYSTEM,
    FhirWorld,
    bundle,
    entry,
    observation,
    patient,
)
from tests.unit.lambda_src.world import (
    ADMIN,
    JANE,
    PATIENT,
    PROVIDER,
    REASON,
    REQUEST_ID,
    STRANGER,
    hooked,
)

SSN = "987-65-4321"
BREAK = {"X-Break-Glass-Reason": REASON}
GP = {"resourceType": "Practitioner", "id": "gp", "active": True}


@pytest.fixture
def stored(fhir: FhirWorld) -> FhirWorld:
    """Jane with her SSN, an observation of hers in two versions, a practitioner."""
    jane = patient(id="jane")
    jane["identifier"].append({"system": SSN_SYSTEM, "value": SSN})
    weight = observation({"reference": "Patient/jane"}, id="weight")
    text = json.dumps(weight).replace('"status"', '"valueQuantity": {"value": 70.500}, "status"')
    assert fhir.send(jane, text, text, GP) == []
    fhir.forget()
    return fhir


def test_a_read_is_what_was_stored_with_its_version(stored: FhirWorld) -> None:
    answer = stored.get("Observation/weight")
    assert answer.status == 200
    assert answer.body["id"] == "weight"
    assert answer.body["meta"]["versionId"] == "2"
    assert answer.headers["ETag"] == 'W/"2"'
    assert answer.headers["Last-Modified"].endswith(" GMT")
    assert stored.outcomes() == ["attempt", "success"]


def test_decimals_come_back_digit_by_digit(stored: FhirWorld) -> None:
    raw = stored.api.handle(
        {
            "resource": "/fhir/{type}/{id}",
            "httpMethod": "GET",
            "headers": {},
            "pathParameters": {"type": "Observation", "id": "weight"},
            "requestContext": {
                "authorizer": {"claims": {"sub": PROVIDER, "cognito:groups": "Provider", "token_use": "id"}}
            },
        },
        None,
    )
    assert '"value":70.500' in raw["body"]


def test_an_old_version_can_be_read(stored: FhirWorld) -> None:
    assert stored.get("Observation/weight/_history/1").body["meta"]["versionId"] == "1"
    assert stored.get("Observation/weight/_history/3").status == 404


def test_the_history_is_newest_first_and_in_pages(stored: FhirWorld) -> None:
    stored.send(bundle(entry("DELETE", "Observation/weight")))
    history = stored.get("Observation/weight/_history").body
    assert history["type"] == "history"
    assert [found["request"]["method"] for found in history["entry"]] == ["DELETE", "PUT", "PUT"]
    assert "resource" not in history["entry"][0]
    assert [found["response"]["etag"] for found in history["entry"]] == ['W/"3"', 'W/"2"', 'W/"1"']
    page = stored.get("Observation/weight/_history", query={"_count": "2"}).body
    assert page["link"][1] == {"relation": "next", "url": "Observation/weight/_history?_count=2&_before=2"}
    last = stored.get("Observation/weight/_history", query={"_count": "2", "_before": "2"}).body
    assert [found["response"]["etag"] for found in last["entry"]] == ['W/"1"']
    assert [link["relation"] for link in last["link"]] == ["self"]


def test_a_page_of_a_history_fits_into_lambdas_answer(stored: FhirWorld) -> None:
    """The body is a text within the JSON that Lambda sends, where each of its quotes and backslashes takes
    two bytes: 6,291,556 bytes in all, or the caller gets 502.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    weight = observation({"reference": "Patient/jane"}, id="weight") | {"note": [{"text": '"' * 250_000}]}
    assert stored.send(*[weight] * 9) == []
    seen: list[str] = []
    query = {"_count": "50"}
    while query:
        page = stored.get("Observation/weight/_history", query=query).body
        assert len(json.dumps(json.dumps(page)).encode()) <= 6_291_556
        seen += [found["response"]["etag"] for found in page["entry"]]
        following = [link["url"] for link in page["link"] if link["relation"] == "next"]
        query = dict(parse_qsl(following[0].partition("?")[2])) if following else {}
    assert seen == [f'W/"{number}"' for number in range(11, 0, -1)]


def test_what_was_deleted_is_gone_and_its_history_stays(stored: FhirWorld) -> None:
    stored.send(bundle(entry("DELETE", "Observation/weight")))
    answer = stored.get("Observation/weight")
    assert answer.status == 410
    assert answer.body["issue"][0]["code"] == "deleted"
    assert stored.get("Observation/weight/_history/1").status == 200


@pytest.mark.parametrize(
    ("sub", "groups", "headers", "path", "status"),
    [
        (PROVIDER, "Provider", {}, "Observation/weight", 200),
        (PATIENT, "Patient", {}, "Observation/weight", 200),
        (PATIENT, "Patient", {}, "Patient/jane", 200),
        (ADMIN, "Admin", {}, "Patient/jane", 200),
        (ADMIN, "Admin", {}, "Observation/weight", 403),
        (STRANGER, "Provider", {}, "Observation/weight", 403),
        (STRANGER, "Provider", BREAK, "Observation/weight", 200),
        (STRANGER, "Patient", BREAK, "Observation/weight", 403),
        (STRANGER, "Patient", {}, "Observation/weight", 403),
        (PROVIDER, "Auditor", {}, "Observation/weight", 403),
        (PROVIDER, "", {}, "Observation/weight", 403),
        (None, "", {}, "Observation/weight", 401),
        # What is not there is told to those alone who could have read it.
        (STRANGER, "Provider", {}, "Observation/none", 403),
        (PROVIDER, "Provider", {}, "Observation/none", 403),
        (PATIENT, "Patient", {}, "Patient/none", 403),
        (STRANGER, "Provider", BREAK, "Observation/none", 404),
        (ADMIN, "Admin", {}, "Patient/none", 404),
        (ADMIN, "Admin", {}, "Observation/none", 403),
        # What is nobody's is the staff's.
        (STRANGER, "Provider", {}, "Practitioner/gp", 200),
        (ADMIN, "Admin", {}, "Practitioner/gp", 200),
        (PATIENT, "Patient", {}, "Practitioner/gp", 403),
        (STRANGER, "Provider", {}, "Practitioner/none", 404),
    ],
)
def test_who_may_read(
    stored: FhirWorld, sub: str | None, groups: str, headers: dict[str, str], path: str, status: int
) -> None:
    for suffix in ("", "/_history"):
        answer = stored.get(path + suffix, sub=sub, groups=groups, headers=headers)
        assert answer.status == status
        if status >= 400:
            assert answer.body["resourceType"] == "OperationOutcome"
            assert answer.body["issue"][0]["diagnostics"] == f"request {REQUEST_ID}"


def test_refusals_say_the_same_whether_or_not_it_is_there(stored: FhirWorld) -> None:
    there, not_there = (stored.get(path, sub=STRANGER) for path in ("Patient/jane", "Patient/none"))
    assert (there.body, there.headers) == (not_there.body, not_there.headers)


@pytest.mark.parametrize("groups", ["Provider", "Admin"])
def test_a_device_that_may_be_a_patients_is_not_told_of_either(stored: FhirWorld, groups: str) -> None:
    stored.send({"resourceType": "Device", "id": "pump", "patient": {"reference": "Patient/jane"}})
    for suffix in ("", "/_history"):
        there, not_there = (
            stored.get(f"Device/{name}{suffix}", sub=STRANGER, groups=groups) for name in ("pump", "none")
        )
        assert (there.status, there.body) == (403, not_there.body)


@pytest.mark.parametrize("suffix", ["", "/_history"])
def test_what_becomes_a_patients_between_the_looks_is_not_shown(stored: FhirWorld, suffix: str) -> None:
    from healthcare import aws

    pump = {"resourceType": "Device", "id": "pump", "patient": {"reference": "Patient/jane"}}
    sent = False

    def come(**_: Any) -> None:
        nonlocal sent
        if not sent:
            sent = True
            assert stored.send(pump) == []

    # The attempt is written between the first look at the pointer and the second.
    with hooked(aws.dynamodb(), "before-call.*.PutItem", come):
        answer = stored.get(f"Device/pump{suffix}", sub=STRANGER)
    assert answer.status == 403
    assert stored.get(f"Device/pump{suffix}").status == 200


def test_nothing_is_before_the_first_version(stored: FhirWorld) -> None:
    # As DynamoDB answers a range that ends before it begins; moto takes it.
    with stored.fails("dynamodb", "Query", "ValidationException"):
        answer = stored.get("Observation/weight/_history", query={"_before": "1"})
    assert (answer.status, answer.body.get("entry")) == (200, None)


def test_every_access_is_on_record(stored: FhirWorld) -> None:
    stored.get("Observation/weight", sub=STRANGER, headers=BREAK)
    stored.get("Observation/weight", sub=STRANGER)
    assert stored.outcomes(JANE) == ["attempt", "success", "attempt", "denied"]
    stored.get("Practitioner/gp")
    assert stored.outcomes("-") == ["attempt", "success"]
    stored.get("Observation/none", sub=None)
    assert stored.outcomes("-") == ["attempt", "success", "denied"]
    assert stored.metrics().count("BreakGlass") == 1
    assert stored.metrics().count("UnauthorizedAccessAttempt") == 2


def test_the_record_says_what_was_given_out(stored: FhirWorld) -> None:
    stored.get("Observation/weight")
    rows = stored.dynamodb.scan(TableName="healthcare-audit")["Items"]
    (disclosed,) = (row["disclosed"]["L"] for row in rows if row["outcome"]["S"] == "success")
    assert disclosed == [{"S": "fhir:Observation/weight/_history/2"}]


def test_without_a_record_nothing_is_disclosed(stored: FhirWorld) -> None:
    with stored.fails("dynamodb", "PutItem", "ThrottlingException"):
        answer = stored.get("Observation/weight")
    assert answer.status == 503
    assert "70.5" not in json.dumps(answer.body)
    assert stored.metrics() == ["AuditUnavailable"]


def test_nothing_is_read_before_the_attempt_is_on_record(stored: FhirWorld) -> None:
    from healthcare import aws

    from tests.unit.lambda_src.world import hooked

    calls: list[Any] = []

    def note(params: dict[str, Any], model: Any, **_: Any) -> None:
        body = json.loads(params["body"])
        calls.append((model.name, body.get("TableName"), body.get("Key", {}).get("version", {}).get("S")))

    with hooked(aws.dynamodb(), "before-call.*.*", note):
        stored.get("Observation/weight")
    attempt = next(at for at, call in enumerate(calls) if call[:2] == ("PutItem", "healthcare-audit"))
    assert all(version == "current" for _, _, version in calls[:attempt])
    assert "v0000000002" in [version for _, _, version in calls[attempt:]]


def test_social_security_numbers_need_the_group_and_the_wish(stored: FhirWorld) -> None:
    plain = stored.get("Patient/jane")
    assert SSN not in json.dumps(plain.body)
    assert plain.body["identifier"][1]["_value"]["extension"][0]["valueCode"] == "masked"
    assert stored.get("Patient/jane", query={"include": "ssn"}).status == 403
    granted = "Provider,SsnAccess"
    assert SSN not in json.dumps(stored.get("Patient/jane", groups=granted).body)
    opened = stored.get("Patient/jane", groups=granted, query={"include": "ssn"})
    assert opened.body["identifier"][1] == {"system": SSN_SYSTEM, "value": SSN}
    assert SSN not in json.dumps(stored.get("Patient/jane/_history", groups=granted).body)
    stranger = stored.get("Patient/jane", sub=STRANGER, groups=granted, query={"include": "ssn"})
    assert stranger.status == 403
    rows = stored.dynamodb.scan(TableName="healthcare-audit")["Items"]
    disclosed = [[part["S"] for part in row["disclosed"]["L"]] for row in rows]
    assert disclosed.count(["fhir:Patient/jane/_history/1", "ssn"]) == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("patient/jane", {}),
        ("Patient/a_b", {}),
        ("Patient/jane", {"include": "all"}),
        ("Patient/jane", {"_format": "xml"}),
        ("Patient/jane/_history", {"_count": "0"}),
        ("Patient/jane/_history", {"_count": "51"}),
        ("Patient/jane/_history", {"_before": "x"}),
        ("Patient/jane/_history/0", {}),
    ],
)
def test_what_is_malformed_is_told_with_its_place(
    stored: FhirWorld, path: str, query: dict[str, str]
) -> None:
    answer = stored.get(path, query=query)
    assert answer.status == 400
    assert answer.body["issue"][0]["code"] == "invalid"
    assert answer.body["issue"][0]["expression"][0].split(".")[0] in ("path", "query")


def test_hl7_and_fhir_patients_are_one_by_the_master_identifier(fhir: FhirWorld) -> None:
    fhir.send(patient(id="from-one-system"), patient(id="from-another"))
    fhir.send(observation({"identifier": {"system": MRN, "value": JANE}}, id="weight"))
    for path in ("Patient/from-one-system", "Patient/from-another", "Observation/weight"):
        assert fhir.get(path, sub=PATIENT, groups="Patient").status == 200
    assert set(fhir.outcomes(JANE)) == {"attempt", "success"}
