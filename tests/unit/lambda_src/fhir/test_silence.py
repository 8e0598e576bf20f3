"""Planted health information appears in no output channel, and anything at all is stored or quarantined."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.fhir.fhir_world import MRN, FhirWorld, bundle, entry, observation, patient, record
from tests.unit.lambda_src.world import STRANGER

CANARIES = ("Canaryname", "CANARY-MRN-77", "555-12-9999", "canary@example.org", "1911-11-11", "canarykey")
SYSTEM_OF_SSN = "http://hl7.org/fhir/sid/us-ssn"


def planted(**members: Any) -> dict[str, Any]:
    """A Patient full of canaries."""
    found = patient(
        "CANARY-MRN-77",
        name=[{"family": "Canaryname"}],
        birthDate="1911-11-11",
        telecom=[{"system": "email", "value": "canary@example.org"}],
        **members,
    )
    found["identifier"].append({"system": SYSTEM_OF_SSN, "value": "555-12-9999"})
    return found


WRONG: list[object] = [
    planted(canarykey="Canaryname"),
    planted(gender="Canaryname"),
    planted(id="Canary name"),
    planted(active="canary@example.org"),
    planted(extension=[{"url": "urn:x", "valueDate": "1911-11-11-1911-11-11"}]),
    {"resourceType": "Canaryname"},
    {"Canaryname": planted()},
    planted(managingOrganization={"reference": "Canaryname/1911-11-11"}),
    bundle(entry("PUT", "Patient/Canaryname", planted(id="x"))),
    bundle(entry("PATCH", "Canaryname", planted())),
    bundle(entry("POST", "Patient", planted(), ifNoneExist="Canaryname=1911-11-11")),
    bundle(entry("POST", "Patient", planted(gender="Canaryname")), kind="batch"),
    observation({"reference": "Patient/Canaryname"}, note=[{"text": "canary@example.org"}]),
    json.dumps(planted())[:-3],
    "Canaryname 555-12-9999 canary@example.org",
]


def test_no_channel_but_the_encrypted_stores_has_a_value(fhir: FhirWorld) -> None:
    fhir.send(*WRONG, planted(id="good"), receives=3)
    with fhir.fails("dynamodb", "TransactWriteItems", "ValidationException"):
        assert len(fhir.send(planted())) == 1
    with fhir.fails("s3", "PutObject", "AccessDenied"):
        assert len(fhir.send(planted())) == 1
    with fhir.fails("events", "PutEvents", "InternalFailure"):
        assert len(fhir.send(planted(id="good"))) == 1
    fhir.get("Patient/good", sub=STRANGER)
    fhir.get("Patient/Canaryname")
    quarantine = fhir.objects("quarantine/")
    assert len(quarantine) == len(WRONG)
    channels = {
        "log": fhir.output(),
        "bus": json.dumps(fhir.heard()),
        "outcomes": b"".join(quarantine.values()).decode(),
        "keys": " ".join(fhir.objects("")),
    }
    for name, text in channels.items():
        found = [canary for canary in CANARIES if canary in text]
        assert found == [], name
    assert "Canaryname" in b"".join(fhir.objects("received/").values()).decode()


def test_no_number_is_in_the_table_in_the_clear(fhir: FhirWorld) -> None:
    fhir.send(planted())
    for row in fhir.rows():
        import zlib

        assert "555-12-9999" not in zlib.decompress(row["body"]).decode()


def test_exceptions_carry_no_value(fhir: FhirWorld) -> None:
    from healthcare.problems import Problem

    for operation, service in (
        ("TransactWriteItems", "dynamodb"),
        ("PutObject", "s3"),
        ("PutEvents", "events"),
    ):
        with fhir.fails(service, operation, "AccessDenied"), pytest.raises(Problem) as raised:
            fhir.ingest.process(record(planted()), lambda: False)
        chain = [raised.value, raised.value.__cause__]
        assert not any(canary in repr(error) + str(error) for error in chain for canary in CANARIES)
        assert raised.value.__suppress_context__


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
NAMES = st.sampled_from(
    ["resourceType", "id", "identifier", "type", "entry", "resource", "request", "method", "url", "subject"]
)
WORDS = st.sampled_from(
    ["Patient", "Bundle", "transaction", "batch", "POST", "PUT", "DELETE", "Patient/1", MRN]
)
SHAPED = st.recursive(
    WORDS | st.none() | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=25,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(body=st.text() | JSON.map(json.dumps) | SHAPED.map(json.dumps))
def test_anything_at_all_is_stored_or_quarantined(fhir: FhirWorld, body: str) -> None:
    before = len(fhir.objects("quarantine/")) + len(fhir.rows())
    assert fhir.send(body, receives=3) == []
    assert len(fhir.objects("quarantine/")) + len(fhir.rows()) > before
