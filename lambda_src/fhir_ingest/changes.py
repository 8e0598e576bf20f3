"""What a message asks for: one change of one resource, or those of a transaction or batch Bundle.

https://hl7.org/fhir/R4/http.html#transaction. A queue gives no answer, so reads, searches and patches have no
sense in it and are refused; so are document, message and search Bundles, which ask for nothing.
"""

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote

from fhir_ingest.outcome import Issue, IssueType, RefusedError, refused
from fhir_ingest.validation import validate

CREATE: Final = "POST"
UPDATE: Final = "PUT"
DELETE: Final = "DELETE"
# Holders of resources: whose they are is a question to each of what they hold.
_NOT_STORED: Final = frozenset({"Bundle", "OperationOutcome", "Parameters"})
_ADDRESS: Final = re.compile(r"([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})")
_BY_IDENTIFIER: Final = re.compile(r"(?:([A-Z][A-Za-z]+)\?)?identifier=([^|&]+)\|([^&|]+)")
_VERSION: Final = re.compile(r'(?:W/)?"([1-9][0-9]{0,8})"', re.ASCII)


@dataclass(frozen=True, slots=True)
class Identifier:
    """What a conditional change looks for: the one resource of `type` with this identifier."""

    type: str
    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Change:
    """`id` is None where it is assigned or looked up; `if_match` the version that must be the current one."""

    place: str
    position: int
    method: str
    type: str
    id: str | None
    resource: dict[str, Any] | None
    full_url: str | None = None
    if_match: int | None = None
    condition: Identifier | None = None


@dataclass(frozen=True, slots=True)
class Unit:
    """Changes that happen together or not at all; `refusal` in their place where they can't be."""

    changes: tuple[Change, ...] = ()
    refusal: RefusedError | None = None


def units_of(document: object) -> list[Unit]:
    """One unit of a resource or a transaction, one for each entry of a batch; RefusedError for all else."""
    if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
        return [Unit((_of_resource(document),))]
    if document.get("type") == "batch" and isinstance(document.get("entry"), list) and document["entry"]:
        _check({name: value for name, value in document.items() if name != "entry"})
        return [_of_batch_entry(entry, position) for position, entry in enumerate(document["entry"])]
    _check(document)
    if document["type"] not in ("batch", "transaction"):
        raise refused("Bundle.type", "not-supported", "bundle-type")
    if "entry" not in document:
        raise refused("Bundle.entry", "required", "required")
    changes = tuple(_of_entry(entry, at) for at, entry in enumerate(document["entry"]))
    _check_together(changes)
    return [Unit(changes)]


def by_identifier(text: str, kind: str | None = None) -> Identifier | None:
    """Of "Patient?identifier=system|value" (or without the type, which then is `kind`)."""
    match = _BY_IDENTIFIER.fullmatch(text.removeprefix("?"))
    found = (match[1] or kind) if match else None
    return Identifier(found, unquote(match[2]), unquote(match[3])) if match and found else None


def _check(document: object) -> None:
    issues = validate(document)
    if issues:
        raise RefusedError(issues)


def _of_resource(document: object) -> Change:
    _check(document)
    assert isinstance(document, dict)  # noqa: S101 - validate() has said so; this is for the type checker
    kind = document["resourceType"]
    _check_stored(kind, kind)
    given = document.get("id")
    return Change(kind, 0, UPDATE if given else CREATE, kind, given, document)


def _of_batch_entry(entry: object, position: int) -> Unit:
    try:
        _check({"resourceType": "Bundle", "type": "batch", "entry": [entry]})
        assert isinstance(entry, dict)  # noqa: S101 - as above
        return Unit((_of_entry(entry, position),))
    except RefusedError as refusal:
        here = f"Bundle.entry[{position}]"
        issues = (
            Issue(issue.path.replace("Bundle.entry[0]", here, 1), issue.code, issue.rule)
            for issue in refusal.issues
        )
        return Unit(refusal=RefusedError(issues))


def _of_entry(entry: dict[str, Any], position: int) -> Change:
    place = f"Bundle.entry[{position}]"

    def wrong(member: str, code: IssueType, rule: str) -> RefusedError:
        return refused(f"{place}.{member}" if member else place, code, rule)

    request, resource = entry.get("request"), entry.get("resource")
    if request is None:
        raise wrong("request", "required", "bdl-3")
    method, url = str(request.get("method")), str(request.get("url"))
    if method not in (CREATE, UPDATE, DELETE):
        raise wrong("request.method", "not-supported", "method")
    if (resource is None) != (method == DELETE):
        raise wrong("resource", "structure", "resource-of-method")
    if_match = _version(request, wrong)
    if "ifNoneMatch" in request or "ifModifiedSince" in request:
        raise wrong("request", "not-supported", "condition")
    address, condition = _ADDRESS.fullmatch(url), by_identifier(url)
    kind = resource["resourceType"] if resource is not None else (address[1] if address else "")
    if method == CREATE:
        if url != kind:
            raise wrong("request.url", "value", "url-of-method")
        if "ifNoneExist" in request:
            condition = by_identifier(str(request["ifNoneExist"]), kind)
            if condition is None:
                raise wrong("request.ifNoneExist", "not-supported", "condition")
    elif not address and (condition is None or method == DELETE):
        raise wrong("request.url", "not-supported", "url-of-method")
    named = address[1] if address else condition.type if condition else kind
    if named != kind:
        raise wrong("request.url", "value", "url-of-type")
    given = address[2] if address else None
    if given and resource is not None and resource.get("id") != given:
        raise wrong("resource.id", "value", "url-of-id")
    _check_stored(kind, place)
    return Change(place, position, method, kind, given, resource, entry.get("fullUrl"), if_match, condition)


def _version(request: dict[str, Any], wrong: Any) -> int | None:
    if "ifMatch" not in request:
        return None
    match = _VERSION.fullmatch(str(request["ifMatch"]))
    if match is None:
        raise wrong("request.ifMatch", "value", "etag")
    return int(match[1])


def _check_stored(kind: str, place: str) -> None:
    if kind in _NOT_STORED:
        raise refused(place, "not-supported", "type-not-stored")


def _check_together(changes: tuple[Change, ...]) -> None:
    urls: set[str] = set()
    addresses: set[tuple[str, str]] = set()
    for change in changes:
        if change.full_url is not None and change.full_url in urls:
            raise refused(f"{change.place}.fullUrl", "invariant", "bdl-7")
        urls |= {change.full_url} if change.full_url else set()
        if change.id is not None and (change.type, change.id) in addresses:
            raise refused(f"{change.place}.request.url", "duplicate", "resource-twice")
        addresses |= {(change.type, change.id)} if change.id else set()
