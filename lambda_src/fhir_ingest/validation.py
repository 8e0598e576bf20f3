"""A resource against FHIR R4: structure, cardinalities, choices, formats, required codes, references within
it.

A walk along the specification's own StructureDefinitions: docs/decisions/0008-fhir-validation.md says why,
and what is left out (FHIRPath invariants but those named here, profiles, terminology beyond required
bindings).
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

from fhir_ingest.definitions import Definitions, Element, definitions
from fhir_ingest.outcome import MAX_ISSUES, Issue, IssueType
from fhir_ingest.primitives import CHECKS

# Value sets that the specification describes and does not list.
_UNLISTED: Final[Mapping[str, re.Pattern[str]]] = {
    "http://hl7.org/fhir/ValueSet/currencies": re.compile(r"[A-Z]{3}", re.ASCII),
    "http://hl7.org/fhir/ValueSet/mimetypes": re.compile(r"[\w.+-]+(/[\w.+*-]+(\s*;.*)?)?|\*", re.ASCII),
}
_ID: Final = r"[A-Za-z0-9.-]{1,64}"
_LOCAL: Final = re.compile(rf"(?:https?://[^\s?#]+/)?([A-Z][A-Za-z]+)/{_ID}(?:/_history/{_ID})?")


def validate(resource: object) -> list[Issue]:
    """What is wrong with it; nothing where it is a resource of FHIR R4."""
    walk = _Walk(definitions())
    with suppress(_EnoughError):
        walk.resource(resource, None)
    return walk.issues


class _EnoughError(Exception):
    """So many issues that no more are looked for."""


class _Walk:
    """One walk through one resource; `place` is where it is now."""

    def __init__(self, known: Definitions) -> None:
        self.known = known
        self.issues: list[Issue] = []
        self.place: list[str] = []
        self.contained: frozenset[str] | None = None

    def issue(self, code: IssueType, rule: str) -> None:
        path = "".join(part if part[0] == "[" else f".{part}" for part in self.place).lstrip(".")
        self.issues.append(Issue(path, code, rule))
        if len(self.issues) == MAX_ISSUES:
            raise _EnoughError

    def resource(self, value: object, container: frozenset[str] | None) -> None:
        """`container`: the ids that "#id" may mean, where this is a contained resource."""
        kind = value.get("resourceType") if isinstance(value, dict) else None
        nameless = not self.place
        if not isinstance(value, dict) or not isinstance(kind, str) or kind not in self.known.resources:
            self.place += ["Resource"] if nameless else []
            self.issue("structure", "resource-type")
            return
        if nameless:
            self.place.append(kind)
        outer = self.contained
        self.contained = _ids(value.get("contained")) if container is None else container
        if container is not None and "contained" in value:
            self.issue("invariant", "dom-2")
        self.members(value, kind, {"resourceType"})
        self.contained = outer

    def members(self, value: dict[str, Any], kind: str, passed: set[str]) -> None:
        described = self.known.types[kind]
        chosen: dict[str, str] = {}
        for name, member in value.items():
            if name in passed:
                continue
            plain = name.removeprefix("_")
            element = described.elements.get(plain)
            if element is None or (plain != name and element.type not in CHECKS):
                self.issue("structure", "unknown-element")
                continue
            if element.choice and chosen.setdefault(element.choice, plain) != plain:
                self.issue("structure", "one-choice")
            if plain == name:
                self.place.append(name)
                self.member(element, member, value.get(f"_{name}"))
                self.place.pop()
            elif plain not in value:
                self.place.append(plain)
                self.extensions_alone(element, member)
                self.place.pop()
        for names in described.required:
            if not any(name in value or f"_{name}" in value for name in names):
                self.place.append(described.elements[names[0]].choice or names[0])
                self.issue("required", "required")
                self.place.pop()

    def member(self, element: Element, value: object, extra: object) -> None:
        if not element.several:
            self.one(element, value, extra)
            return
        if not isinstance(value, list) or not value:
            self.issue("structure", "list" if value != [] else "empty")
            return
        extras = extra if isinstance(extra, list) else [None] * len(value)
        if (extra is not None and not isinstance(extra, list)) or len(extras) != len(value):
            self.issue("structure", "extension-positions")
            return
        for position, (one, beside) in enumerate(zip(value, extras, strict=True)):
            self.place.append(f"[{position}]")
            self.one(element, one, beside)
            self.place.pop()

    def one(self, element: Element, value: object, extra: object) -> None:
        check = CHECKS.get(element.type)
        if check is not None:
            if extra is not None:
                self.extension_object(extra)
            if value is None and element.several and extra is not None:
                return
            if not check(value):
                self.issue("value", f"format-{element.type}" if value is not None else "null")
            elif element.value_set and not self.is_code(element.value_set, None, value):
                self.issue("code-invalid", "value-set")
        elif not isinstance(value, dict):
            self.issue("structure", "object" if value is not None else "null")
        elif element.type == "Resource":
            self.resource(value, self.contained if self.place_is_contained() else None)
        elif not value:
            self.issue("structure", "empty")
        else:
            self.members(value, element.type, set())
            self.rules(element, value)

    def extensions_alone(self, element: Element, extra: object) -> None:
        """`_name` without `name`: the extensions say why there is no value."""
        extras = extra if element.several and isinstance(extra, list) else [extra]
        if element.several != isinstance(extra, list) or not extras:
            self.issue("structure", "extension-positions")
            return
        for one in extras:
            self.extension_object(one)

    def extension_object(self, extra: object) -> None:
        if not isinstance(extra, dict) or not extra:
            self.issue("structure", "primitive-extension")
            return
        self.members(extra, "Element", set())

    def rules(self, element: Element, value: dict[str, Any]) -> None:
        if element.value_set and not self.is_bound(element, value):
            self.issue("code-invalid", "value-set")
        if element.type == "Reference":
            self.reference(element, value)
        elif element.type == "Extension":
            has_value = any(name.lstrip("_").startswith("value") for name in value)
            if has_value == ("extension" in value):
                self.issue("invariant", "ext-1")

    def is_bound(self, element: Element, value: dict[str, Any]) -> bool:
        """Whether one coding of a Coding, CodeableConcept or Quantity is of its required value set."""
        codings = value.get("coding", []) if element.type == "CodeableConcept" else [value]
        if not isinstance(codings, list):
            return True  # said already
        return any(
            self.is_code(element.value_set, coding.get("system"), coding.get("code"))
            for coding in codings
            if isinstance(coding, dict)
        )

    def is_code(self, value_set: str, system: object, code: object) -> bool:
        listed = self.known.codes[value_set]
        if listed is None:
            unlisted = _UNLISTED.get(value_set)
            return unlisted is None or (isinstance(code, str) and unlisted.fullmatch(code) is not None)
        if not isinstance(code, str):  # said already, and a list can't be looked up
            return False
        if system is None:
            return any(code in codes for codes in listed.values())
        return isinstance(system, str) and code in listed.get(system, ())

    def reference(self, element: Element, value: dict[str, Any]) -> None:
        to = value.get("reference")
        if not isinstance(to, str):
            return
        if to.startswith("#"):
            if len(to) > 1 and to[1:] not in (self.contained or ()):
                self.issue("invariant", "ref-1")
            return
        match = _LOCAL.fullmatch(to)
        kind = match[1] if match else None
        if kind is None:
            return
        if kind not in self.known.resources:
            if not to.startswith("http"):
                self.issue("value", "reference-type")
        elif (element.targets and kind not in element.targets) or value.get("type", kind) != kind:
            self.issue("value", "reference-target")

    def place_is_contained(self) -> bool:
        return len(self.place) > 1 and self.place[-2] == "contained"


def _ids(contained: object) -> frozenset[str]:
    if not isinstance(contained, list):
        return frozenset()
    found = (one.get("id") for one in contained if isinstance(one, dict))
    return frozenset(one for one in found if isinstance(one, str))
