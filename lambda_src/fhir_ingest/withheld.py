"""Social Security numbers: taken out of a resource before it is stored, and put back for those with
SsnAccess.

What stays says that something was there, as FHIR says it: the extension data-absent-reason with code
"masked".
https://hl7.org/fhir/R4/extension-data-absent-reason.html
"""

import copy
import re
from typing import Any, Final

from fhir_ingest.references import objects

SYSTEMS: Final = frozenset({"http://hl7.org/fhir/sid/us-ssn", "urn:oid:2.16.840.1.113883.4.1"})
_TYPE: Final = "SS"  # of http://terminology.hl7.org/CodeSystem/v2-0203
_MASKED: Final[dict[str, Any]] = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}
    ]
}
_PART: Final = re.compile(r"\.([A-Za-z_]+)|\[([0-9]+)\]")

Secrets = dict[str, dict[str, Any]]
"""The identifiers as they were, by their places."""


def is_ssn(identifier: dict[str, Any]) -> bool:
    """Whether an object is an identifier that is a Social Security number, by its system or its type."""
    kind = identifier.get("type")
    codings = kind.get("coding") if isinstance(kind, dict) else None
    typed = isinstance(codings, list) and any(isinstance(c, dict) and c.get("code") == _TYPE for c in codings)
    return identifier.get("system") in SYSTEMS or typed


def withhold(resource: dict[str, Any]) -> tuple[dict[str, Any], Secrets]:
    """The resource without the numbers, wherever in it they are repeated, and what was taken out."""
    public = copy.deepcopy(resource)
    secrets: Secrets = {}
    for place, found in objects(public, ""):
        if isinstance(found.get("value"), str) and is_ssn(found):
            secrets[place] = dict(found)
            del found["value"]
            found["_value"] = _MASKED
    numbers = {text for secret in secrets.values() for text in _spellings(secret["value"])}
    return (_without(public, numbers) if numbers else public), secrets


def restore(public: dict[str, Any], secrets: Secrets) -> dict[str, Any]:
    """The resource with its numbers; free text that repeated them stays as it is."""
    whole = copy.deepcopy(public)
    for place, identifier in secrets.items():
        found: Any = whole
        for name, position in _PART.findall(place):
            found = found[name] if name else found[int(position)]
        found.clear()
        found.update(identifier)
    return whole


def _spellings(number: str) -> set[str]:
    digits = "".join(character for character in number if character.isdigit())
    # "unknown", "0" and the like stand where a number is missing. They are words of the record, and to take
    # them out of it everywhere would make another record of it.
    if len(digits) != 9:
        return set()
    return {
        number,
        digits,
        f"{digits[:3]}-{digits[3:5]}-{digits[5:]}",
        f"{digits[:3]} {digits[3:5]} {digits[5:]}",
    }


def _without(value: Any, numbers: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(one, numbers) for name, one in value.items()}
    if isinstance(value, list):
        return [_without(one, numbers) for one in value]
    if isinstance(value, str):
        for number in sorted(numbers, key=len, reverse=True):
            # Not within a longer number, which is another one.
            value = re.sub(rf"(?<![0-9]){re.escape(number)}(?![0-9])", "***", value)
    return value
