"""Official examples are accepted; for every rule, what breaks it alone is refused, with its place."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fhir_ingest import fhir_json
from fhir_ingest.definitions import definitions
from fhir_ingest.validation import validate
from hypothesis import given
from hypothesis import strategies as st

EXAMPLES = sorted((Path(__file__).parent / "examples").glob("*.json"))
PLACE = re.compile(r"[A-Za-z0-9]+(\[[0-9]+\])?(\.[A-Za-z0-9]+(\[[0-9]+\])?)*", re.ASCII)
XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'


def base(**members: Any) -> dict[str, Any]:
    """A valid Observation with the members that most rules are about."""
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "weight"},
        "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-01-31",
        **members,
    }


def patient(**members: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", **members}


def narrative(content: str) -> dict[str, Any]:
    return patient(text={"status": "generated", "div": content})


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_official_examples_are_accepted_and_keep_their_digits(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    document = fhir_json.loads(text)
    assert validate(document) == []
    assert fhir_json.dumps(document) == text.strip()


def test_there_is_an_example_of_nearly_every_type() -> None:
    known = {file.name.partition("-")[0] for file in EXAMPLES}
    assert len(EXAMPLES) >= 139
    assert len(definitions().resources - known) <= 10


@pytest.mark.parametrize(
    "resource",
    [
        base(valueQuantity={"value": fhir_json.loads("1.50")}),
        base(_effectiveDateTime={"extension": [{"url": "urn:x", "valueCode": "unknown"}]}),
        patient(_birthDate={"extension": [{"url": "urn:x", "valueCode": "masked"}]}),
        patient(name=[{"given": ["Ann", None], "_given": [None, {"id": "a"}]}]),
        base(subject={"reference": "#p"}, contained=[patient(id="p")]),
        base(subject={"reference": "https://elsewhere.example/fhir/Patient/1"}),
        base(subject={"reference": "Patient/1/_history/2"}),
        base(subject={"identifier": {"value": "1"}}),
        base(effectiveDateTime="2026"),
        base(effectiveDateTime="2026-01-31T23:59:60+14:00"),
        narrative(f"{XHTML}a&nbsp;b<br/><img src='#p' alt='x'/></div>"),
        patient(extension=[{"url": "urn:x", "extension": [{"url": "y", "valueString": "z"}]}]),
        patient(contact=[{"gender": "female", "name": {"family": "Doe"}}]),
    ],
)
def test_what_is_right_is_accepted(resource: dict[str, Any]) -> None:
    assert validate(resource) == []


@pytest.mark.parametrize(
    ("resource", "issue"),
    [
        ([], "Resource resource-type"),
        ({}, "Resource resource-type"),
        ({"resourceType": "Dog"}, "Resource resource-type"),
        ({"resourceType": "DomainResource"}, "Resource resource-type"),
        ({"resourceType": "HumanName"}, "Resource resource-type"),
        ({"resourceType": ["Patient"]}, "Resource resource-type"),
        (base(colour="red"), "Observation unknown-element"),
        (base(subject={"reference": "Patient/1", "colour": "red"}), "Observation.subject unknown-element"),
        (base(_subject={"id": "x"}), "Observation unknown-element"),
        ({"resourceType": "Observation", "code": {"text": "x"}}, "Observation.status required"),
        (base(component=[{"valueInteger": 1}]), "Observation.component[0].code required"),
        (patient(link=[{"type": "seealso"}]), "Patient.link[0].other required"),
        ({"resourceType": "MedicationRequest", "status": "active", "intent": "order",
          "subject": {"reference": "Patient/1"}}, "MedicationRequest.medication required"),
        (base(valueString="a", valueInteger=1), "Observation one-choice"),
        (base(valueString="a", _valueInteger={"id": "x"}), "Observation one-choice"),
        (base(valueDecimal=1), "Observation unknown-element"),
        (base(category={"text": "x"}), "Observation.category list"),
        (base(category=[]), "Observation.category empty"),
        (base(code={}), "Observation.code empty"),
        (base(code=None), "Observation.code null"),
        (base(code="x"), "Observation.code object"),
        (base(code=[{"text": "x"}]), "Observation.code object"),
        (base(status=None), "Observation.status null"),
        (base(category=[None]), "Observation.category[0] null"),
        (patient(name=[{"given": [None]}]), "Patient.name[0].given[0] null"),
        (patient(name=[{"given": ["A"], "_given": [{"id": "a"}, {"id": "b"}]}]),
         "Patient.name[0].given extension-positions"),
        (patient(name=[{"given": ["A"], "_given": {"id": "a"}}]),
         "Patient.name[0].given extension-positions"),
        (patient(_birthDate={}), "Patient.birthDate primitive-extension"),
        (patient(_birthDate={"colour": "red"}), "Patient.birthDate unknown-element"),
        (patient(_birthDate=[{"id": "a"}]), "Patient.birthDate extension-positions"),
        (base(status="done"), "Observation.status value-set"),
        (patient(gender="F"), "Patient.gender value-set"),
        (patient(link=[{"other": {"reference": "Patient/2"}, "type": "same"}]),
         "Patient.link[0].type value-set"),
        ({"resourceType": "AllergyIntolerance", "patient": {"reference": "Patient/1"},
          "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-"
                                         "clinical", "code": "gone"}]}},
         "AllergyIntolerance.clinicalStatus value-set"),
        (base(subject={"reference": "Practitioner/1"}), "Observation.subject reference-target"),
        (base(subject={"reference": "https://elsewhere.example/Practitioner/1"}),
         "Observation.subject reference-target"),
        (base(subject={"reference": "Patient/1", "type": "Device"}), "Observation.subject reference-target"),
        (base(subject={"reference": "Dog/1"}), "Observation.subject reference-type"),
        (base(subject={"reference": "#p"}), "Observation.subject ref-1"),
        (base(contained=[patient(id="p", contained=[patient(id="q")])]), "Observation.contained[0] dom-2"),
        (patient(extension=[{"url": "urn:x"}]), "Patient.extension[0] ext-1"),
        (patient(extension=[{"url": "urn:x", "valueCode": "a",
                             "extension": [{"url": "y", "valueCode": "b"}]}]),
         "Patient.extension[0] ext-1"),
        (patient(extension=[{"valueCode": "a"}]), "Patient.extension[0].url required"),
        (patient(active="true"), "Patient.active format-boolean"),
        (patient(active=1), "Patient.active format-boolean"),
        (patient(id="a_b"), "Patient.id format-id"),
        (patient(id="x" * 65), "Patient.id format-id"),
        (patient(birthDate="2026-02-29"), "Patient.birthDate format-date"),
        (patient(birthDate="2026-1-1"), "Patient.birthDate format-date"),
        (patient(birthDate="0000"), "Patient.birthDate format-date"),
        (patient(birthDate="2026-01-01T00:00:00Z"), "Patient.birthDate format-date"),
        (base(effectiveDateTime="2026-01-31T12:00Z"), "Observation.effectiveDateTime format-dateTime"),
        (base(effectiveDateTime="2026-01-31T12:00:00"), "Observation.effectiveDateTime format-dateTime"),
        (base(effectiveDateTime="2026-01-31T24:00:00Z"), "Observation.effectiveDateTime format-dateTime"),
        (base(issued="2026-01-31"), "Observation.issued format-instant"),
        (base(valueTime="24:00:00"), "Observation.valueTime format-time"),
        (base(valueInteger=fhir_json.loads("1.0")), "Observation.valueInteger format-integer"),
        (base(valueInteger=2**31), "Observation.valueInteger format-integer"),
        (base(valueInteger=True), "Observation.valueInteger format-integer"),
        (base(valueQuantity={"value": "1"}), "Observation.valueQuantity.value format-decimal"),
        (patient(multipleBirthInteger="2"), "Patient.multipleBirthInteger format-integer"),
        (patient(telecom=[{"rank": 0}]), "Patient.telecom[0].rank format-positiveInt"),
        (patient(photo=[{"size": -1}]), "Patient.photo[0].size format-unsignedInt"),
        (patient(photo=[{"data": "a=b="}]), "Patient.photo[0].data format-base64Binary"),
        (patient(photo=[{"url": "a b"}]), "Patient.photo[0].url format-url"),
        (patient(implicitRules=""), "Patient.implicitRules format-uri"),
        (patient(language=" en"), "Patient.language format-code"),
        (patient(name=[{"family": " "}]), "Patient.name[0].family format-string"),
        (patient(name=[{"family": "a\u0000"}]), "Patient.name[0].family format-string"),
        (patient(extension=[{"url": "urn:x", "valueOid": "urn:oid:3.1"}]),
         "Patient.extension[0].valueOid format-oid"),
        (patient(extension=[{"url": "urn:x", "valueUuid": "urn:uuid:1"}]),
         "Patient.extension[0].valueUuid format-uuid"),
        (patient(extension=[{"url": "urn:x", "valueMarkdown": ""}]),
         "Patient.extension[0].valueMarkdown format-markdown"),
        (patient(meta={"profile": ["a b"]}), "Patient.meta.profile[0] format-canonical"),
        (narrative("text"), "Patient.text.div format-xhtml"),
        (narrative("<div>no namespace</div>"), "Patient.text.div format-xhtml"),
        (narrative(f"{XHTML}</div>"), "Patient.text.div format-xhtml"),
        (narrative(f"{XHTML}<p>open</div>"), "Patient.text.div format-xhtml"),
        (narrative(f"{XHTML}<script>x</script></div>"), "Patient.text.div format-xhtml"),
        (narrative(f"{XHTML}<p onclick='x()'>x</p></div>"), "Patient.text.div format-xhtml"),
        (narrative(f"{XHTML}<a href='java\nscript:x()'>x</a></div>"), "Patient.text.div format-xhtml"),
        (narrative(f"<!DOCTYPE div [<!ENTITY a 'b'>]>{XHTML}&a;</div>"), "Patient.text.div format-xhtml"),
        ({"resourceType": "Bundle", "type": "transaction", "entry": [{"resource": patient(gender="F")}]},
         "Bundle.entry[0].resource.gender value-set"),
    ],
)  # fmt: skip
def test_each_rule_refuses_what_breaks_it(resource: object, issue: str) -> None:
    assert [f"{found.path} {found.rule}" for found in validate(resource)] == [issue]


@pytest.mark.parametrize(
    "attribute", ["OnError='x()'", "ONLOAD='x()'", "SRC='javascript:x()'", "Href='vbscript:x()'"]
)
def test_a_browser_asks_no_attribute_for_its_case(attribute: str) -> None:
    assert validate(narrative(f"{XHTML}<img alt='x' {attribute}/></div>")) != []


@pytest.mark.parametrize("code", [["active"], {"value": "active"}])
@pytest.mark.parametrize(
    "members", [{}, {"system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"}]
)
def test_a_code_that_is_none_is_an_issue_and_no_fault(code: object, members: dict[str, Any]) -> None:
    coding = {"code": code, **members}
    resource = {
        "resourceType": "AllergyIntolerance",
        "patient": {"reference": "Patient/1"},
        "clinicalStatus": {"coding": [coding]},
    }
    found = [f"{issue.path} {issue.rule}" for issue in validate(resource)]
    assert "AllergyIntolerance.clinicalStatus.coding[0].code format-code" in found


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":1}', '{"a":NaN}', '{"a":-Infinity}', '{"a":"\\ud800"}', '{"\\ud800":1}', "[" * 100_000,
     "[1" * 70, '{"a":' + "1" * 5000 + "}", '{"a":1.' + "0" * 200 + "}", "", "{", b"\xff"],
)  # fmt: skip
def test_json_that_readers_differ_on_is_refused(text: str | bytes) -> None:
    with pytest.raises(fhir_json.NotJsonError):
        fhir_json.loads(text)


@pytest.mark.parametrize("number", ["0.010", "1.0", "100", "-0", "-0.0", "1E+2", "0.10000000000000000001"])
def test_numbers_keep_their_digits(number: str) -> None:
    assert fhir_json.dumps(fhir_json.loads(number)) == number


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@st.composite
def broken(draw: st.DrawFn) -> object:
    """An official example with anything at all in one place of it."""
    document = fhir_json.loads(draw(st.sampled_from(EXAMPLES)).read_text(encoding="utf-8"))
    place = document
    while True:
        name = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        below = place[name]
        if not isinstance(below, (dict, list)) or not below or draw(st.booleans()):
            place[name] = draw(JSON)
            return document
        place = below


@given(broken() | JSON)
def test_anything_at_all_is_judged(document: object) -> None:
    for issue in validate(copy.deepcopy(document)):
        # Places are made of FHIR's names, whatever names the document has.
        assert PLACE.fullmatch(issue.path)


@given(JSON)
def test_json_comes_back_as_it_was(document: object) -> None:
    text = fhir_json.dumps(document)
    try:
        again = fhir_json.loads(text)
    except fhir_json.NotJsonError:
        return
    assert fhir_json.dumps(again) == text
    json.loads(text)
