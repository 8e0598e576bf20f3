"""fhir-ingest: what is stored, what is refused, and that nothing is lost or done twice."""

from __future__ import annotations

import json
import uuid
import zlib
from typing import Any

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
from tests.unit.lambda_src.world import JANE

URN = "urn:uuid:61ebe359-bfdc-4613-8bf2-c5e300945f0a"
OTHER_URN = "urn:uuid:88f151c0-a954-468a-88bd-5ae15c08e059"


def test_a_resource_without_id_is_created_and_one_with_id_is_updated(fhir: FhirWorld) -> None:
    assert fhir.send(patient(), patient(id="jane"), patient(id="jane", active=True)) == []
    made, named, changed = fhir.stored("Patient")
    assert (named, changed) == ("Patient/jane#1", "Patient/jane#2") or made.startswith("Patient/jane")
    assert len({found.partition("#")[0] for found in fhir.stored("Patient")}) == 2
    assert {row["patient_id"] for row in fhir.rows()} == {JANE}
    assert fhir.metrics().count("FHIRStored") == 3


def test_each_patient_has_a_row_in_the_audit_and_nobody_has_none(fhir: FhirWorld) -> None:
    assert (
        fhir.send(bundle(entry("POST", "Patient", patient()), entry("POST", "Patient", patient("P-2")))) == []
    )
    assert fhir.send({"resourceType": "Practitioner", "active": True}) == []
    rows = fhir.audit_rows()
    assert sorted(row["patient_id"] for row in rows) == sorted([JANE, "P-2"])
    assert {(row["action"], row["actor"], row["outcome"]) for row in rows} == {
        ("store_fhir", "fhir-ingest", "success")
    }


def test_nothing_is_stored_that_the_audit_does_not_take(fhir: FhirWorld) -> None:
    fhir.dynamodb.delete_table(TableName="healthcare-audit")
    assert len(fhir.send(patient())) == 1
    assert fhir.rows() == []


def test_what_is_stored_has_the_digits_that_came(fhir: FhirWorld) -> None:
    body = json.dumps(observation(id="weight")).replace(
        '"status"', '"valueQuantity": {"value": 70.500, "unit": "kg"}, "status"'
    )
    assert fhir.send(body) == []
    (row,) = fhir.rows()
    assert b'"value":70.500' in zlib.decompress(row["body"])


def test_the_original_is_kept_byte_by_byte(fhir: FhirWorld) -> None:
    body = json.dumps(patient(), indent=3)
    fhir.send(body)
    assert list(fhir.objects("received/").values()) == [body.encode()]


def test_a_transaction_is_rewritten_to_the_assigned_ids(fhir: FhirWorld) -> None:
    sent = bundle(
        entry("POST", "Observation", observation({"reference": URN}), full_url=OTHER_URN),
        entry("POST", "Patient", patient(), full_url=URN),
    )
    assert fhir.send(sent) == []
    address = fhir.id_of("Patient")
    (row,) = (row for row in fhir.rows() if row["resource"].startswith("Observation/"))
    assert json.loads(zlib.decompress(row["body"]))["subject"]["reference"] == address
    assert row["patient_id"] == JANE


def test_one_bad_entry_refuses_a_transaction_and_not_a_batch(fhir: FhirWorld) -> None:
    good, bad = patient(id="good"), patient(id="bad", birthDate="1970-02-30")
    entries = (entry("PUT", "Patient/good", good), entry("PUT", "Patient/bad", bad))
    assert fhir.send(bundle(*entries)) == []
    assert fhir.rows() == []
    assert fhir.refusals() == ["Bundle.entry[1].resource.birthDate format-date"]
    assert fhir.send(bundle(*entries, kind="batch")) == []
    assert fhir.stored("Patient") == ["Patient/good#1"]
    assert fhir.refusals() == ["Bundle.entry[1].resource.birthDate format-date"] * 2


def test_a_transaction_that_aws_refuses_leaves_nothing(fhir: FhirWorld) -> None:
    sent = bundle(entry("POST", "Patient", patient()), entry("POST", "Patient", patient()))
    with fhir.fails("dynamodb", "TransactWriteItems", "ThrottlingException"):
        assert fhir.send(sent, message_id="again") == ["again"]
    assert fhir.rows() == []
    assert fhir.objects("quarantine/") == {}
    assert fhir.send(sent, message_id="again") == []
    assert len(fhir.rows()) == 2


def test_what_does_not_fit_one_transaction_is_refused_whole(fhir: FhirWorld) -> None:
    entries = [
        entry("PUT", f"Organization/o{n}", {"resourceType": "Organization", "id": f"o{n}", "active": True})
        for n in range(60)
    ]
    assert fhir.send(bundle(*entries)) == []
    assert fhir.rows() == []
    assert fhir.refusals() == ["Bundle.entry transaction-size"]
    assert fhir.send(bundle(*entries, kind="batch")) == []
    assert len(fhir.rows()) == 60


def test_a_message_that_comes_again_does_nothing_again(fhir: FhirWorld) -> None:
    for _ in range(3):
        assert fhir.send(patient(), message_id="one") == []
    assert len(fhir.rows()) == 1
    assert len(fhir.heard()) == 1
    assert fhir.metrics().count("FHIRStored") == 1


def test_an_event_that_was_not_taken_comes_with_the_next_delivery(fhir: FhirWorld) -> None:
    with fhir.fails("events", "PutEvents", "InternalFailure"):
        assert fhir.send(patient(id="jane"), message_id="one") == ["one"]
    assert len(fhir.rows()) == 1
    assert fhir.heard() == []
    assert fhir.send(patient(id="jane"), message_id="one") == []
    assert fhir.heard() == [{"resource_type": "Patient", "id": "jane", "version": 1, "change": "created"}]
    assert len(fhir.rows()) == 1


def test_a_message_id_with_another_body_is_no_duplicate(fhir: FhirWorld) -> None:
    fhir.send(patient(id="jane"), message_id="one")
    fhir.send(patient(id="john"), message_id="one")
    assert fhir.refusals() == [" message-id-reused"]
    assert fhir.stored("Patient") == ["Patient/jane#1"]


def test_a_version_that_is_not_current_is_a_conflict(fhir: FhirWorld) -> None:
    fhir.send(patient(id="jane"))

    def put(version: str) -> dict[str, Any]:
        return bundle(entry("PUT", "Patient/jane", patient(id="jane"), ifMatch=version))

    fhir.send(put('W/"1"'), put('W/"1"'))
    assert fhir.stored("Patient") == ["Patient/jane#1", "Patient/jane#2"]
    assert fhir.refusals() == ["Bundle.entry[0].request.ifMatch version"]


def test_a_deletion_is_a_version_and_what_was_deleted_can_come_back(fhir: FhirWorld) -> None:
    fhir.send(patient(id="jane"))
    delete = bundle(entry("DELETE", "Patient/jane"))
    fhir.send(delete, delete)
    assert fhir.stored("Patient") == ["Patient/jane#1", "Patient/jane#2"]
    assert fhir.get("Patient/jane").status == 410
    fhir.send(patient(id="jane"))
    assert fhir.get("Patient/jane").body["meta"]["versionId"] == "3"
    assert [event["change"] for event in fhir.heard()] == ["created", "deleted", "updated"]


def test_a_conditional_create_makes_one(fhir: FhirWorld) -> None:
    create = bundle(
        entry("POST", "Patient", patient(), full_url=URN, ifNoneExist=f"identifier={MRN}|{JANE}"),
        entry("POST", "Observation", observation({"reference": URN})),
    )
    assert fhir.send(create, create) == []
    assert len(fhir.stored("Patient")) == 1
    assert len(fhir.stored("Observation")) == 2
    references = {
        json.loads(zlib.decompress(row["body"]))["subject"]["reference"]
        for row in fhir.rows()
        if row["resource"].startswith("Observation/")
    }
    assert references == {fhir.id_of("Patient")}


def test_a_conditional_create_that_another_overtakes_makes_one(fhir: FhirWorld) -> None:
    create = bundle(entry("POST", "Patient", patient(), ifNoneExist=f"identifier={MRN}|{JANE}"))
    from healthcare import aws

    from tests.unit.lambda_src.world import hooked

    overtaken = False

    def overtake(**_: Any) -> None:
        nonlocal overtaken
        if not overtaken:
            overtaken = True
            assert fhir.send(create) == []

    with hooked(aws.dynamodb(), "before-call.*.TransactWriteItems", overtake):
        assert fhir.send(create) == []
    assert len(fhir.stored("Patient")) == 1


def test_a_write_whose_answer_is_lost_is_known_at_once(fhir: FhirWorld) -> None:
    from healthcare import aws

    from tests.unit.lambda_src.world import hooked

    written = False

    def write(**_: Any) -> None:
        nonlocal written
        if not written:
            written = True
            with fhir.fails("events", "PutEvents", "InternalFailure"):
                assert fhir.send(patient(id="jane"), message_id="one") == ["one"]

    with hooked(aws.dynamodb(), "before-call.*.TransactWriteItems", write):
        assert fhir.send(patient(id="jane"), message_id="one") == []
    assert fhir.stored("Patient") == ["Patient/jane#1"]
    assert len(fhir.heard()) == 1


def test_a_conditional_update_finds_the_one_and_refuses_several(fhir: FhirWorld) -> None:
    url = f"Patient?identifier={MRN}|{JANE}"
    fhir.send(bundle(entry("PUT", url, patient())), bundle(entry("PUT", url, patient(active=True))))
    assert [found.partition("#")[2] for found in fhir.stored("Patient")] == ["1", "2"]
    fhir.send(patient(id="second"))
    fhir.send(bundle(entry("PUT", url, patient())))
    assert fhir.refusals() == ["Bundle.entry[0].request several-matches"]


def test_an_identifier_that_is_gone_is_not_found(fhir: FhirWorld) -> None:
    other = {"system": "https://elsewhere.example", "value": "7"}
    both = patient(id="jane")
    both["identifier"].append(other)
    fhir.send(both, patient(id="jane"))
    del both["id"]
    create = entry("POST", "Patient", both, ifNoneExist="identifier=https://elsewhere.example|7")
    fhir.send(bundle(create))
    assert len(fhir.stored("Patient")) == 3


def test_a_reference_to_a_patient_who_has_not_come_waits_and_then_is_refused(fhir: FhirWorld) -> None:
    early = observation({"reference": "Patient/jane"})
    assert fhir.send(early, message_id="early") == ["early"]
    assert fhir.objects("quarantine/") == {}
    fhir.send(patient(id="jane"))
    assert fhir.send(early, message_id="early", receives=2) == []
    assert len(fhir.stored("Observation")) == 1
    assert fhir.send(observation({"reference": "Patient/nobody"}), receives=3) == []
    assert fhir.refusals() == ["Observation reference-not-stored"]


def test_the_chart_of_one_patient_does_not_become_anothers(fhir: FhirWorld) -> None:
    fhir.send(patient(id="jane"), patient("patient-0002", id="jane"))
    assert fhir.stored("Patient") == ["Patient/jane#1"]
    assert fhir.refusals() == ["Patient patient-changed"]


@pytest.mark.parametrize(
    ("resource", "rule"),
    [
        (patient() | {"identifier": []}, "Patient.identifier empty"),
        ({"resourceType": "Patient"}, "Patient.identifier master-identifier"),
        (patient("no such id"), "Patient.identifier patient-id"),
        (observation({"display": "someone"}), "Observation patient-unknown"),
        (observation({"reference": "https://elsewhere.example/Patient/1"}), "Observation patient-elsewhere"),
        (observation({"reference": "Device/d1"}), "Observation patient-unknown"),
        (observation({"reference": URN}), "Observation.subject.reference reference-in-bundle"),
        ({"resourceType": "Bundle", "type": "collection"}, "Bundle.type bundle-type"),
        ({"resourceType": "Parameters"}, "Parameters type-not-stored"),
        ({"resourceType": "Bundle", "type": "batch"}, "Bundle.entry required"),
        ({"resourceType": "Bundle", "type": "batch", "entry": []}, "Bundle.entry empty"),
        ({"resourceType": "Bundle", "type": "transaction"}, "Bundle.entry required"),
        (
            {
                "resourceType": "Coverage",
                "status": "active",
                "payor": [{"display": "x"}],
                "beneficiary": {"display": "x"},
            },
            "Coverage patient-unknown",
        ),
        (bundle({"resource": patient()}), "Bundle.entry[0].request bdl-3"),
        (bundle(entry("GET", "Patient/1")), "Bundle.entry[0].request.method method"),
        (bundle(entry("PUT", "Patient", patient())), "Bundle.entry[0].request.url url-of-method"),
        (bundle(entry("PUT", "Patient/1", patient(id="2"))), "Bundle.entry[0].resource.id url-of-id"),
        (bundle(entry("POST", "Observation", patient())), "Bundle.entry[0].request.url url-of-method"),
        (bundle(entry("PUT", "Patient/1")), "Bundle.entry[0].resource resource-of-method"),
        (
            bundle(entry("PUT", "Patient/1", patient(id="1"), ifMatch="latest")),
            "Bundle.entry[0].request.ifMatch etag",
        ),
        (
            bundle(entry("PUT", "Patient/1", patient(id="1")), entry("DELETE", "Patient/1")),
            "Bundle.entry[1].request.url resource-twice",
        ),
        (
            bundle(
                entry("POST", "Patient", patient(), full_url=URN),
                entry("POST", "Patient", patient(), full_url=URN),
            ),
            "Bundle.entry[1].fullUrl bdl-7",
        ),
        (
            bundle(entry("POST", "Observation", observation({"reference": OTHER_URN}))),
            "Bundle.entry[0].subject.reference reference-in-bundle",
        ),
    ],
)
def test_what_can_not_be_stored_is_quarantined_with_its_place(
    fhir: FhirWorld, resource: dict[str, Any], rule: str
) -> None:
    assert fhir.send(resource) == []
    assert fhir.rows() == []
    assert fhir.refusals() == [rule]
    assert fhir.metrics() == ["FHIRQuarantined"]


def test_contained_patients_are_patients_too(fhir: FhirWorld) -> None:
    sent = observation({"reference": "#p"}, contained=[patient(id="p")])
    assert fhir.send(sent) == []
    assert [row["patient_id"] for row in fhir.rows()] == [JANE]


def test_practitioners_are_nobodys(fhir: FhirWorld) -> None:
    assert fhir.send({"resourceType": "Practitioner", "id": "gp", "name": [{"family": "Grey"}]}) == []
    assert [row["patient_id"] for row in fhir.rows()] == ["-"]


def test_a_device_of_a_patient_is_the_patients(fhir: FhirWorld) -> None:
    device = {"resourceType": "Device", "patient": {"identifier": {"system": MRN, "value": JANE}}}
    assert fhir.send(device) == []
    assert [row["patient_id"] for row in fhir.rows()] == [JANE]


def test_social_security_numbers_are_sealed_wherever_they_are(fhir: FhirWorld) -> None:
    ssn = {"system": SSN_SYSTEM, "value": "987-65-4321"}
    sent = patient(
        id="jane",
        text={
            "status": "generated",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml">Jane, 987654321</div>',
        },
    )
    sent["identifier"].append(ssn)
    assert fhir.send(sent) == []
    (row,) = fhir.rows()
    body = zlib.decompress(row["body"]).decode()
    assert "987" not in body
    assert json.loads(body)["identifier"][1]["_value"]["extension"][0]["valueCode"] == "masked"
    assert uuid.UUID(row["record_id"])


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "null", '"x"', '{"a":1,"a":2}', '{"resourceType":"Dog"}', "NaN"]
)
def test_what_is_no_resource_is_quarantined(fhir: FhirWorld, body: str) -> None:
    assert fhir.send(body) == []
    assert len(fhir.objects("quarantine/")) == 1


def test_one_bad_message_does_not_take_the_rest_along(fhir: FhirWorld) -> None:
    assert fhir.send("{", patient(id="jane"), observation({"display": "x"}), patient(id="john")) == []
    assert fhir.stored("Patient") == ["Patient/jane#1", "Patient/john#1"]
    assert len(fhir.objects("quarantine/")) == 2
