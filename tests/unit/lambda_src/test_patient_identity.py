"""HL7 v2 and FHIR identifiers of a patient lead to the same patient_id, and those of others to none."""

from __future__ import annotations

import json

import pytest
from healthcare.patient_identity import IdentifierSettingError, NotAPatientIdError, PatientIdentifier
from healthcare.settings import SettingMissingError

MASTER = PatientIdentifier("MAIN", "2.16.840.1.113883.19.5", "https://hospital.example/mrn", "MR")


@pytest.mark.parametrize(
    ("cx", "ours"),
    [
        (("MAIN", "", "", "MR"), True),
        (("MAIN", None, None, None), True),
        (("", "2.16.840.1.113883.19.5", "ISO", "MR"), True),
        (("MAIN", "2.16.840.1.113883.19.5", "", "MR"), True),
        (("MAIN", "1.2.3", "ISO", "MR"), False),
        (("OTHER", "2.16.840.1.113883.19.5", "ISO", "MR"), False),
        (("MAIN", "main.example", "DNS", "MR"), False),
        (("MAIN", "", "", "AN"), False),
        (("", "", "", "MR"), False),
        ((None, None, None, None), False),
        (("main", "", "", "MR"), False),
    ],
)
def test_a_cx_is_chosen_by_authority_and_type(cx: tuple[str, str, str, str], ours: bool) -> None:
    assert MASTER.matches_cx(*cx) is ours


def test_an_authority_without_oid_is_not_matched_by_an_empty_one() -> None:
    named = PatientIdentifier("MAIN", "", "https://hospital.example/mrn", "MR")
    assert not named.matches_cx("", "", "ISO", "MR")
    assert not named.matches_fhir("urn:oid:", [])


@pytest.mark.parametrize(
    ("system", "codes", "ours"),
    [
        ("https://hospital.example/mrn", ["MR"], True),
        ("https://hospital.example/mrn", [], True),
        ("urn:oid:2.16.840.1.113883.19.5", ["MR", "PI"], True),
        ("https://hospital.example/mrn", ["AN"], False),
        ("https://elsewhere.example/mrn", ["MR"], False),
        (None, ["MR"], False),
    ],
)
def test_a_fhir_identifier_is_chosen_by_system_and_type(system: str, codes: list[str], ours: bool) -> None:
    assert MASTER.matches_fhir(system, codes) is ours


@pytest.mark.parametrize("value", ["", None, "-1", "a b", "a/b", "x" * 65, "Ä1", "1\n"])
def test_a_value_that_the_api_could_not_ask_for_is_no_patient_id(value: str | None) -> None:
    with pytest.raises(NotAPatientIdError) as raised:
        MASTER.patient_id(value)
    assert not value or value not in str(raised.value)


def test_the_setting_is_json(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = {"namespace_id": "MAIN", "oid": None, "system": "https://hospital.example/mrn", "type": "MR"}
    monkeypatch.setenv("PATIENT_IDENTIFIER", json.dumps(setting))
    assert PatientIdentifier.from_environment() == PatientIdentifier(
        "MAIN", "", setting["system"] or "", "MR"
    )
    assert PatientIdentifier.from_environment().patient_id("patient-0001") == "patient-0001"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"namespace_id": 1, "system": "s", "type": "MR"}'])
def test_a_setting_that_names_no_authority_stops_the_function(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("PATIENT_IDENTIFIER", text)
    with pytest.raises(IdentifierSettingError):
        PatientIdentifier.from_environment()
    monkeypatch.delenv("PATIENT_IDENTIFIER")
    with pytest.raises(SettingMissingError):
        PatientIdentifier.from_environment()
