"""Write lambda_src/fhir_ingest/definitions.json: what FHIR R4 says of every type, from HL7's own package.

Usage: ``python -m scripts.fhir_definitions <folder>``, the unpacked npm package ``hl7.fhir.r4.examples``
4.0.1 (``npm pack hl7.fhir.r4.examples@4.0.1``; CC0-1.0), which holds the specification's
StructureDefinitions, ValueSets, CodeSystems, SearchParameters and the patient's CompartmentDefinition beside
the examples.

The file's shape (short names, since a function reads it at every cold start):

``types``     {type or path of a backbone element: {JSON name: element}}
  an element  [type, minimum, list (0/1), base of the choice or "", value set or "", [reference targets]]
``codes``     {value set: {system: [codes]}}, or {value set: null} where it can't be listed (UCUM, MIME types)
``resources`` the names of the resources
``patients``  {resource: [paths of the references that say whose it is]}, for types of the patient compartment
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parent.parent / "lambda_src" / "fhir_ingest" / "definitions.json"
PROFILE = "http://hl7.org/fhir/StructureDefinition/"
# Which of a compartment's parameters says whose the resource is. Others (performer, author) say who took
# part.
WHOSE = ("patient", "subject", "beneficiary", "actor", "member", "individual", "link")


class Package:
    """The unpacked package."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.value_sets = {item["url"]: item for item in self.all("ValueSet")}
        self.code_systems = {item["url"]: item for item in self.all("CodeSystem")}

    def all(self, kind: str) -> Iterator[dict[str, Any]]:
        for file in sorted(self.folder.glob(f"{kind}-*.json")):
            yield json.loads(file.read_text(encoding="utf-8"))


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    definitions = definitions_of(Package(Path(arguments[0])))
    TARGET.write_text(json.dumps(definitions, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(definitions['types'])} types, {len(definitions['codes'])} value sets")
    return 0


def definitions_of(package: Package) -> dict[str, Any]:
    types: dict[str, dict[str, list[Any]]] = {}
    resources = []
    for structure in package.all("StructureDefinition"):
        if structure.get("derivation") != "specialization" and structure["name"] != "Element":
            continue
        if structure["kind"] not in ("resource", "complex-type") or structure["abstract"]:
            continue
        if structure["kind"] == "resource":
            resources.append(structure["type"])
        types |= types_of(structure)
    value_sets = {element[4] for elements in types.values() for element in elements.values() if element[4]}
    return {
        "types": types,
        "codes": {name: codes_of(package, name) for name in sorted(value_sets)},
        "resources": sorted(resources),
        "patients": patients_of(package),
    }


def types_of(structure: dict[str, Any]) -> dict[str, dict[str, list[Any]]]:
    """The type, and its backbone elements as types of their own by path."""
    types: dict[str, dict[str, list[Any]]] = {structure["type"]: {}}
    for element in structure["snapshot"]["element"][1:]:
        parent, _, name = element["path"].rpartition(".")
        for json_name, described in described_as(element, name):
            if json_name == "id":  # "System.String" in both: an id in a resource, any text in an element
                described[0] = "id" if structure["kind"] == "resource" and "." not in parent else "string"
            types.setdefault(parent, {})[json_name] = described
    return types


def described_as(element: dict[str, Any], name: str) -> Iterator[tuple[str, list[Any]]]:
    binding = element.get("binding", {})
    value_set = binding["valueSet"].split("|")[0] if binding.get("strength") == "required" else ""
    several = int(element["max"] != "1")
    if "contentReference" in element:
        yield name, [element["contentReference"].lstrip("#"), element["min"], several, "", "", []]
        return
    for kind in element["type"]:
        code = type_name(element["path"], kind)
        targets = sorted(profile.removeprefix(PROFILE) for profile in kind.get("targetProfile", []))
        targets = [] if "Resource" in targets else targets
        if not name.endswith("[x]"):
            yield name, [code, element["min"], several, "", value_set, targets]
        else:
            base = name.removesuffix("[x]")
            bound = value_set if code in ("code", "Coding", "CodeableConcept", "Quantity") else ""
            yield base + code[0].upper() + code[1:], [code, element["min"], several, base, bound, targets]


def type_name(path: str, kind: dict[str, Any]) -> str:
    code: str = kind["code"]
    if code in ("BackboneElement", "Element"):
        return path
    return "uri" if path == "Extension.url" else code


def codes_of(package: Package, url: str) -> dict[str, list[str]] | None:
    """The value set's codes by system; None where the specification itself does not list them."""
    codes: dict[str, set[str]] = {}
    if not expand(package, url, codes):
        return None
    return {system: sorted(found) for system, found in sorted(codes.items())}


def expand(package: Package, url: str, codes: dict[str, set[str]]) -> bool:
    value_set = package.value_sets.get(url)
    if value_set is None or "exclude" in value_set.get("compose", {}):
        return False
    for include in value_set.get("compose", {}).get("include", []):
        if "filter" in include:
            return False
        for other in include.get("valueSet", []):
            if not expand(package, other.split("|")[0], codes):
                return False
        system = include.get("system")
        if system is None:
            continue
        concepts = include.get("concept")
        if concepts is None:
            code_system = package.code_systems.get(system, {})
            if code_system.get("content") != "complete":
                return False
            concepts = code_system["concept"]
        codes.setdefault(system, set()).update(all_codes(concepts))
    return True


def all_codes(concepts: list[dict[str, Any]]) -> Iterator[str]:
    for concept in concepts:
        yield concept["code"]
        yield from all_codes(concept.get("concept", []))


def patients_of(package: Package) -> dict[str, list[str]]:
    (compartment,) = (
        c for c in package.all("CompartmentDefinition") if c["code"] == "Patient" and c["id"] == "patient"
    )
    expressions: dict[tuple[str, str], str] = {}
    for parameter in package.all("SearchParameter"):
        for base in parameter.get("base", []):
            expressions[base, parameter["code"]] = parameter.get("expression", "")
    patients = {}
    for resource in compartment["resource"]:
        kind, parameters = resource["code"], resource.get("param", [])
        if not parameters or kind == "Patient":
            continue
        first = next((name for name in WHOSE if name in parameters), None)
        names = [first] if first else parameters
        patients[kind] = sorted(
            {path for name in names for path in paths_of(kind, expressions.get((kind, name), ""))}
        )
    return patients


def paths_of(kind: str, expression: str) -> Iterator[str]:
    """Of "Observation.subject.where(resolve() is Patient) | Group.member.entity": the paths within `kind`."""
    for part in expression.split("|"):
        path = re.sub(r"\.where\(.*|\.as\(.*|\sas\s.*", "", part.strip().strip("()"))
        if path.startswith(f"{kind}."):
            yield path.removeprefix(f"{kind}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
