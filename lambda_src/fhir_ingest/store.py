"""The table of resources: every version for good, and a pointer to the current one.

    resource                       version
    "Observation/abc"              "current"        the pointer: number, patient_id, deleted
    "Observation/abc"              "v0000000001"    a version: its JSON, compressed; what is sealed beside it
    "Patient?identifier=<sha256>"  "current"        ids of those with that identifier, for conditional changes

Versions are only ever added. A change raises the pointer's number on condition of the number that was read.
"""

import hashlib
import json
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from healthcare.attributes import from_item, to_item
from healthcare.aws import aws_errors

from fhir_ingest.changes import Identifier
from fhir_ingest.withheld import is_ssn

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CURRENT: Final = "current"
MAX_BODY_BYTES: Final = 380_000  # a DynamoDB item may have 400 KB, names and the other attributes included
MAX_PAGE_BYTES: Final = 5_500_000
"""Of one page of a history as it leaves the function, text within JSON: Lambda answers with 6 MB at most."""


class Pointer(NamedTuple):
    """`number` of the current version, whose the resource is, whether it is deleted, keys of its
    identifiers.
    """

    number: int
    patient_id: str
    deleted: bool
    identifiers: frozenset[str]


class Seal(NamedTuple):
    """What was taken out of a version, encrypted, and the random id that it was encrypted for."""

    sealed: bytes
    record_id: str


class Version(NamedTuple):
    """One version as it was stored; `body` is "" for a deletion."""

    number: int
    method: str
    time: str
    body: str
    seal: Seal | None


class TooLargeError(Exception):
    """A resource does not fit into one item, compressed as it is."""


def version_key(number: int) -> str:
    return f"v{number:010}"


def identifier_key(identifier: Identifier) -> str:
    """A key of one length, whatever the identifier; its kind stands before it."""
    digest = hashlib.sha256(f"{identifier.system}\n{identifier.value}".encode()).hexdigest()
    return f"{identifier.type}?identifier={digest}"


def identifier_keys(resource: dict[str, Any] | None) -> frozenset[str]:
    """Keys of its identifiers, Social Security numbers left out: those are no way to look somebody up."""
    given = (resource or {}).get("identifier", [])
    found = [one for one in (given if isinstance(given, list) else [given]) if not is_ssn(one)]
    return frozenset(
        identifier_key(Identifier((resource or {})["resourceType"], one["system"], one["value"]))
        for one in found
        if one.get("system") and one.get("value")
    )


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def packed(body: str) -> bytes:
    """The JSON as it is stored; TooLargeError where it would not fit."""
    found = zlib.compress(body.encode("utf-8"))
    if len(found) > MAX_BODY_BYTES:
        raise TooLargeError
    return found


@dataclass(frozen=True, slots=True)
class Resources:
    """Reads; what is written together is put together in transactions.py."""

    client: "DynamoDBClient"
    table: str

    def pointer(self, resource: str) -> Pointer | None:
        """The pointer of "Type/id"; None where there never was such a resource."""
        item = self._get(resource, CURRENT)
        if item is None:
            return None
        identifiers = frozenset(item["identifiers"].split()) if item["identifiers"] else frozenset[str]()
        return Pointer(item["number"], item["patient_id"], item["deleted"], identifiers)

    def version(self, resource: str, number: int) -> Version | None:
        item = self._get(resource, version_key(number))
        return None if item is None else _version(item)

    def history(self, resource: str, before: int | None, count: int) -> tuple[list[Version], int | None]:
        """Versions, newest first, below number `before`, and where the next page begins (None: nowhere)."""
        if before == 1:  # nothing is below it, and DynamoDB refuses a range that ends before it begins
            return [], None
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#resource = :resource AND #version BETWEEN :first AND :last",
            "ExpressionAttributeNames": {"#resource": "resource", "#version": "version"},
            "ExpressionAttributeValues": to_item(
                {
                    ":resource": resource,
                    ":first": version_key(1),
                    ":last": version_key(before - 1 if before else 9_999_999_999),
                }
            ),
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": count,
        }
        with aws_errors():
            items = self.client.query(**query)["Items"]
        page: list[Version] = []
        size = 0
        for version in (_version(from_item(item)) for item in items):
            # Each quote and backslash of the body takes two bytes there.
            size += len(json.dumps(version.body, ensure_ascii=False).encode("utf-8"))
            if page and size > MAX_PAGE_BYTES:
                break
            page.append(version)
        last = page[-1].number if page else 1
        return page, last if last > 1 else None

    def with_identifier(self, identifier: Identifier) -> frozenset[str]:
        """The ids of the resources of that type that have the identifier now."""
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key={"resource": {"S": identifier_key(identifier)}, "version": {"S": CURRENT}},
                ConsistentRead=True,
            ).get("Item", {})
        return frozenset(item.get("ids", {}).get("SS", ()))

    def _get(self, resource: str, version: str) -> dict[str, Any] | None:
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key={"resource": {"S": resource}, "version": {"S": version}},
                ConsistentRead=True,
            ).get("Item")
        return None if item is None else from_item(item)


def _version(item: dict[str, Any]) -> Version:
    body = zlib.decompress(item["body"]).decode("utf-8") if "body" in item else ""
    number = int(item["version"].removeprefix("v"))
    seal = Seal(item["sealed"], item["record_id"]) if "sealed" in item else None
    return Version(number, item["method"], item["time"], body, seal)
