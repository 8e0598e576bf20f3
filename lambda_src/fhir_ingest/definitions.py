"""What FHIR R4 says of every type, read once: definitions.json, which scripts/fhir_definitions.py writes."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

_FILE: Final = Path(__file__).with_name("definitions.json")


class Element(NamedTuple):
    """One JSON member of a type. `choice` is "value" for valueString; `value_set` where its codes are
    required.
    """

    type: str
    minimum: int
    several: bool
    choice: str
    value_set: str
    targets: frozenset[str]


class Type(NamedTuple):
    """A resource, a data type or a backbone element. `required`: for each, members of which one must be
    there.
    """

    elements: Mapping[str, Element]
    required: tuple[tuple[str, ...], ...]


class Definitions(NamedTuple):
    """`codes` has None for a value set that can't be listed; `patients` the paths that say whose a resource
    is.
    """

    types: Mapping[str, Type]
    codes: Mapping[str, Mapping[str, frozenset[str]] | None]
    resources: frozenset[str]
    patients: Mapping[str, tuple[str, ...]]


@cache
def definitions() -> Definitions:
    document: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    types = {name: _type(members) for name, members in document["types"].items()}
    # What stands beside a primitive value, as in "_birthDate".
    beside = {name: types["Extension"].elements[name] for name in ("id", "extension")}
    return Definitions(
        types={**types, "Element": Type(beside, ())},
        codes={name: _codes(systems) for name, systems in document["codes"].items()},
        resources=frozenset(document["resources"]),
        patients={name: tuple(paths) for name, paths in document["patients"].items()},
    )


def _type(members: dict[str, list[Any]]) -> Type:
    elements = {
        name: Element(kind, minimum, bool(several), choice, value_set, frozenset(targets))
        for name, (kind, minimum, several, choice, value_set, targets) in members.items()
    }
    required: dict[str, list[str]] = {}
    for name, element in elements.items():
        if element.minimum:
            required.setdefault(element.choice or name, []).append(name)
    return Type(elements, tuple(tuple(names) for names in required.values()))


def _codes(systems: dict[str, list[str]] | None) -> dict[str, frozenset[str]] | None:
    return None if systems is None else {system: frozenset(codes) for system, codes in systems.items()}
