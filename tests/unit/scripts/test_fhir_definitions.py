"""The generator of definitions.json, on a package of one type; and what it has made of HL7's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scripts import fhir_definitions
from scripts.fhir_definitions import Package, definitions_of, main

SYSTEM, VALUE_SET = "http://example.org/colours", "http://example.org/ValueSet/colours"
REFERENCE = {"code": "Reference", "targetProfile": [f"{fhir_definitions.PROFILE}Patient"]}


def element(path: str, *types: Any, minimum: int = 0, maximum: str = "1", **members: Any) -> dict[str, Any]:
    return {"path": path, "min": minimum, "max": maximum, "type": list(types), **members}


STRUCTURE = {
    "resourceType": "StructureDefinition",
    "name": "Thing",
    "type": "Thing",
    "kind": "resource",
    "abstract": False,
    "derivation": "specialization",
    "snapshot": {
        "element": [
            element("Thing"),
            element("Thing.id", {"code": "http://hl7.org/fhirpath/System.String"}),
            element(
                "Thing.colour",
                {"code": "code"},
                minimum=1,
                binding={"strength": "required", "valueSet": f"{VALUE_SET}|4.0.1"},
            ),
            element("Thing.size[x]", {"code": "string"}, {"code": "Quantity"}),
            element("Thing.owner", REFERENCE, binding={"strength": "example", "valueSet": "x"}),
            element("Thing.part", {"code": "BackboneElement"}, maximum="*"),
            element("Thing.part.name", {"code": "string"}, minimum=1),
            {"path": "Thing.part.part", "min": 0, "max": "*", "contentReference": "#Thing.part"},
        ]
    },
}
PACKAGE = {
    "StructureDefinition-Thing": STRUCTURE,
    "StructureDefinition-Profile": STRUCTURE | {"derivation": "constraint"},
    "ValueSet-colours": {"url": VALUE_SET, "compose": {"include": [{"system": SYSTEM}]}},
    "CodeSystem-colours": {
        "url": SYSTEM,
        "content": "complete",
        "concept": [{"code": "red", "concept": [{"code": "pink"}]}],
    },
    "CompartmentDefinition-patient": {
        "id": "patient",
        "code": "Patient",
        "resource": [{"code": "Thing", "param": ["owner", "subject"]}, {"code": "Other"}],
    },
    "SearchParameter-subject": {
        "base": ["Thing"],
        "code": "subject",
        "expression": "Other.x | (Thing.owner.where(resolve() is Patient)) | Thing.part.owner as Reference",
    },
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in PACKAGE.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path


def test_a_structure_becomes_types_and_elements(folder: Path) -> None:
    made = definitions_of(Package(folder))
    assert made["resources"] == ["Thing"]
    assert made["types"] == {
        "Thing": {
            "id": ["id", 0, 0, "", "", []],
            "colour": ["code", 1, 0, "", VALUE_SET, []],
            "sizeString": ["string", 0, 0, "size", "", []],
            "sizeQuantity": ["Quantity", 0, 0, "size", "", []],
            "owner": ["Reference", 0, 0, "", "", ["Patient"]],
            "part": ["Thing.part", 0, 1, "", "", []],
        },
        "Thing.part": {"name": ["string", 1, 0, "", "", []], "part": ["Thing.part", 0, 1, "", "", []]},
    }
    assert made["codes"] == {VALUE_SET: {SYSTEM: ["pink", "red"]}}
    assert made["patients"] == {"Thing": ["owner", "part.owner"]}


@pytest.mark.parametrize("include", [{"system": SYSTEM, "filter": []}, {"system": "http://example.org/none"}])
def test_a_value_set_that_can_not_be_listed_is_none(folder: Path, include: dict[str, Any]) -> None:
    value_set = {"url": VALUE_SET, "compose": {"include": [include]}}
    (folder / "ValueSet-colours.json").write_text(json.dumps(value_set))
    assert definitions_of(Package(folder))["codes"] == {VALUE_SET: None}


def test_it_writes_the_file_that_the_function_reads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fhir_definitions, "TARGET", tmp_path / "definitions.json")
    assert main([str(folder)]) == 0
    assert json.loads((tmp_path / "definitions.json").read_text())["resources"] == ["Thing"]
    assert main([]) == 2


def test_what_is_in_the_tree_is_r4() -> None:
    made = json.loads(fhir_definitions.TARGET.read_text())
    assert len(made["resources"]) == 146
    assert made["patients"]["Observation"] == ["subject"]
    assert made["patients"]["Coverage"] == ["beneficiary"]
    assert made["types"]["Observation"]["status"][1] == 1
    assert [name for name, codes in made["codes"].items() if codes is None] == [
        "http://hl7.org/fhir/ValueSet/currencies",
        "http://hl7.org/fhir/ValueSet/mimetypes",
        "http://hl7.org/fhir/ValueSet/ucum-units",
        "http://loinc.org/vs/LL379-9",
    ]
