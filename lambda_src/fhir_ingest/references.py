"""References within a document: found with their places, and given their assigned addresses.

https://hl7.org/fhir/R4/references.html and https://hl7.org/fhir/R4/http.html#transaction
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

_URLS: Final = frozenset({"url", "valueUri", "valueUrl", "valueUuid", "valueOid"})
_RELATIVE: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")


def objects(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON object with its place: of a valid resource, so that the place is made of FHIR's names
    alone.
    """
    if isinstance(value, dict):
        yield place, value
        for name, member in value.items():
            yield from objects(member, f"{place}.{name}")
    elif isinstance(value, list):
        for position, member in enumerate(value):
            yield from objects(member, f"{place}[{position}]")


def references(value: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every Reference with its place: the objects that have a `reference` in text, or an identifier alone."""
    for where, found in objects(value, place):
        if isinstance(found.get("reference"), str) or isinstance(found.get("identifier"), dict):
            yield where, found


def at_path(resource: dict[str, Any], path: str) -> Iterator[dict[str, Any]]:
    """The objects at a path such as "participant.actor", through lists."""
    found: list[Any] = [resource]
    for name in path.split("."):
        values = [one.get(name) for one in found if isinstance(one, dict)]
        found = [one for value in values for one in (value if isinstance(value, list) else [value])]
    return (one for one in found if isinstance(one, dict))


def target_of(reference: dict[str, Any]) -> tuple[str, str] | None:
    """("Patient", "123") of a relative reference; None for every other."""
    match = _RELATIVE.fullmatch(str(reference.get("reference", "")))
    return (match[1], match[2]) if match else None


def with_addresses(value: Any, addresses: Mapping[str, str]) -> Any:
    """A copy in which references and links to the addresses' keys lead to their values."""
    if isinstance(value, list):
        return [with_addresses(one, addresses) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: addresses.get(one, one)
        if isinstance(one, str) and (name == "reference" or name in _URLS)
        else with_addresses(one, addresses)
        for name, one in value.items()
    }
