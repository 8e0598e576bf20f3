"""fhir-ingest where two things meet: a word and a number, a condition and an address, two deliveries."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from tests.unit.lambda_src.fhir.fhir_world import MRN, SSN_SYSTEM, FhirWorld, bundle, entry, patient, record
from tests.unit.lambda_src.world import JANE, hooked


@pytest.mark.parametrize("placeholder", ["0", "unknown", "1970", "987-65"])
def test_what_stands_for_a_missing_number_changes_nothing_else(fhir: FhirWorld, placeholder: str) -> None:
    sent = patient(id="jane", gender="unknown", birthDate="1970-01-31", telecom=[{"value": "202-987-65"}])
    sent["identifier"].append({"system": SSN_SYSTEM, "value": placeholder})
    assert fhir.send(sent) == []
    (row,) = fhir.rows()
    body = json.loads(zlib.decompress(row["body"]))
    assert {name: body[name] for name in ("gender", "birthDate", "telecom", "name")} == {
        name: sent[name] for name in ("gender", "birthDate", "telecom", "name")
    }
    assert "value" not in body["identifier"][1]


def test_a_longer_number_is_another_one(fhir: FhirWorld) -> None:
    sent = patient(id="jane", telecom=[{"value": "19876543210"}, {"value": "tel 987654321."}])
    sent["identifier"].append({"system": SSN_SYSTEM, "value": "987-65-4321"})
    assert fhir.send(sent) == []
    (row,) = fhir.rows()
    found = json.loads(zlib.decompress(row["body"]))["telecom"]
    assert [one["value"] for one in found] == ["19876543210", "tel ***."]


def test_two_changes_that_a_condition_leads_to_one_resource_are_quarantined(fhir: FhirWorld) -> None:
    fhir.send(patient(id="jane"))
    again = bundle(
        entry("PUT", "Patient/jane", patient(id="jane")),
        entry("PUT", f"Patient?identifier={MRN}|{JANE}", patient()),
    )
    assert fhir.send(again) == []
    assert fhir.refusals() == ["Bundle.entry[1].request.url resource-twice"]
    assert fhir.stored("Patient") == ["Patient/jane#1"]


def test_a_delivery_that_meets_what_another_has_stored_of_it_is_known(fhir: FhirWorld) -> None:
    from healthcare import aws

    sent = bundle(entry("PUT", "Patient/jane", patient(id="jane"), ifMatch='W/"1"'))
    fhir.send(patient(id="jane"))
    fhir.heard()
    looked = 0

    def overtake(**_: Any) -> None:
        nonlocal looked
        looked += 1
        if looked == 2:  # the row of the message was not there; now comes the pointer
            assert fhir.send(sent, message_id="one") == []

    with hooked(aws.dynamodb(), "before-call.*.GetItem", overtake):
        assert fhir.send(sent, message_id="one") == []
    assert fhir.stored("Patient") == ["Patient/jane#1", "Patient/jane#2"]
    assert fhir.objects("quarantine/") == {}
    assert len(fhir.heard()) == 1


def test_a_batch_that_takes_too_long_is_gone_on_with(fhir: FhirWorld) -> None:
    from healthcare.queues import each_message

    class Hurried:
        def __init__(self) -> None:
            self.asked = 0

        def get_remaining_time_in_millis(self) -> int:
            self.asked += 1
            return 60_000 if self.asked <= 2 else 4_000

    entries = [entry("POST", "Patient", patient(f"patient-{n}")) for n in range(4)]
    sent = record(bundle(*entries, kind="batch"), "batch")
    answer = each_message({"Records": [sent]}, Hurried(), fhir.ingest.process, fhir.ingest.logger)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "batch"}]}
    assert len(fhir.stored("Patient")) == 2
    assert fhir.deliver(sent) == []
    assert len(fhir.stored("Patient")) == 4


def test_a_write_that_another_is_under_way_for_is_tried_again(fhir: FhirWorld) -> None:
    with fhir.fails("s3", "PutObject", "ConditionalRequestConflict"):
        assert fhir.send(patient(), message_id="one") == ["one"]
    assert fhir.rows() == []


def test_a_practitioners_schedule_is_nobodys_and_a_patients_is_hers(fhir: FhirWorld) -> None:
    def schedule(logical_id: str, actor: dict[str, Any]) -> dict[str, Any]:
        return {"resourceType": "Schedule", "id": logical_id, "actor": [actor]}

    hers = schedule("hers", {"identifier": {"system": MRN, "value": JANE}})
    assert fhir.send(schedule("doctors", {"reference": "Practitioner/1"}), hers) == []
    assert fhir.refusals() == []
    assert {row["resource"]: row["patient_id"] for row in fhir.rows()} == {
        "Schedule/doctors": "-",
        "Schedule/hers": JANE,
    }
    for name in ("hers", "none"):  # whether some patient has one is not told
        assert fhir.get(f"Schedule/{name}", sub="55555555-5555-4555-8555-555555555555").status == 403
