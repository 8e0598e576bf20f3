"""Changes written together with the record of their message, or not at all.

DynamoDB takes 100 items in one transaction: https://docs.aws.amazon.com/amazondynamodb/
latest/developerguide/transaction-apis.html. A resource needs two, and one for each identifier that it gains
or loses; a patient needs one, in the audit table. A Bundle beyond that is refused: writing it in parts would
show others a half of it, and leave that half where the other fails.
"""

import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from healthcare.api import NO_PATIENT
from healthcare.attributes import to_item
from healthcare.audit import AuditTable, machine_row
from healthcare.aws import problem_for
from healthcare.transactions import CONDITION_FAILED, UNHARMED, attempt

from fhir_ingest.changes import CREATE, Change
from fhir_ingest.outcome import refused
from fhir_ingest.store import CURRENT, Pointer, Seal, version_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_ITEMS: Final = 100
MAX_BYTES: Final = 3_900_000  # of 4 MB


class Write(NamedTuple):
    """A change that is ready: its address, whose it is, and the version that it makes."""

    change: Change
    resource: str
    patient_id: str
    current: Pointer | None
    identifiers: frozenset[str]
    time: str
    body: bytes | None
    seal: Seal | None = None
    sole: str | None = None
    """The identifier's key that nobody else may have: the condition of a conditional create."""

    @property
    def number(self) -> int:
        return (self.current.number if self.current else 0) + 1


class MovedError(Exception):
    """A resource has changed since it was read: read it again."""


class KnownError(Exception):
    """The message is on record already."""


@dataclass(frozen=True, slots=True)
class Transactions:
    """Writes to the table of resources and to that of messages."""

    client: "DynamoDBClient"
    resources: str
    messages: str
    audit: AuditTable

    def write(self, writes: list[Write], message: dict[str, Any]) -> None:
        """All of it, or MovedError, KnownError, RefusedError or Problem and nothing of it."""
        items = [item for write in writes for item in self._items(write)]
        items += self._identifiers(writes) + self._audit(writes)
        if len(items) >= MAX_ITEMS or sum(len(write.body or b"") for write in writes) > MAX_BYTES:
            raise refused("Bundle.entry", "too-costly", "transaction-size")
        record: Any = {
            "TableName": self.messages,
            "Item": to_item(message),
            "ConditionExpression": "attribute_not_exists(message_id)",
        }
        failed = attempt(self.client, [{"Put": record}, *items])
        if failed is None:
            return
        if failed[0] == CONDITION_FAILED:
            raise KnownError
        if CONDITION_FAILED in failed:
            raise MovedError
        raise problem_for(next((reason for reason in failed if reason != UNHARMED), "Unknown"))

    def _items(self, write: Write) -> list[Any]:
        change = write.change
        pointer: dict[str, Any] = {
            "TableName": self.resources,
            "Key": to_item({"resource": write.resource, "version": CURRENT}),
            "UpdateExpression": (
                "SET #number = :number, #patient = :patient, #deleted = :deleted, #ids = :ids"
            ),
            "ConditionExpression": "attribute_not_exists(#number)",
            "ExpressionAttributeNames": {
                "#number": "number",
                "#patient": "patient_id",
                "#deleted": "deleted",
                "#ids": "identifiers",
            },
            "ExpressionAttributeValues": to_item(
                {
                    ":number": write.number,
                    ":patient": write.patient_id,
                    ":deleted": write.body is None,
                    ":ids": " ".join(sorted(write.identifiers)),
                }
            ),
        }
        if write.current is not None:
            pointer["ConditionExpression"] = "#number = :read"
            pointer["ExpressionAttributeValues"] |= to_item({":read": write.current.number})
        row: dict[str, Any] = {
            "resource": write.resource,
            "version": version_key(write.number),
            "patient_id": write.patient_id,
            "method": change.method,
            "time": write.time,
        }
        if write.body is not None:
            row["body"] = write.body
        if write.seal is not None:
            row |= write.seal._asdict()
        version = {
            "TableName": self.resources,
            "Item": to_item(row),
            "ConditionExpression": "attribute_not_exists(#resource)",
            "ExpressionAttributeNames": {"#resource": "resource"},
        }
        return [{"Update": pointer}, {"Put": version}]

    def _audit(self, writes: list[Write]) -> list[Any]:
        """One row for each patient: no record changes without it."""
        patients = sorted({write.patient_id for write in writes} - {NO_PATIENT})
        return [
            {"Put": self.audit.put(machine_row(patient_id, "store_fhir", "fhir-ingest", str(uuid.uuid4())))}
            for patient_id in patients
        ]

    def _identifiers(self, writes: list[Write]) -> list[Any]:
        """One item for each identifier: a transaction may name an item once."""
        gained, lost, sole = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set), set[str]()
        for write in writes:
            before = write.current.identifiers if write.current else frozenset[str]()
            _, _, logical_id = write.resource.partition("/")
            for key in write.identifiers - before:
                gained[key].add(logical_id)
            for key in before - write.identifiers:
                lost[key].add(logical_id)
            if write.sole and write.change.method == CREATE:
                sole.add(write.sole)
        items = []
        # Whoever creates on a condition gains its identifier (planning.py refuses all else).
        for key in sorted({*gained, *lost}):
            if (key in lost and key in gained) or (key in sole and len(gained[key]) > 1):
                raise refused("Bundle.entry", "duplicate", "identifier-twice")
            items.append(self._identifier(key, gained[key], lost[key], sole=key in sole))
        return items

    def _identifier(self, key: str, gained: set[str], lost: set[str], *, sole: bool) -> Any:
        where: dict[str, Any] = {
            "TableName": self.resources,
            "Key": to_item({"resource": key, "version": CURRENT}),
        }
        nobody = {"ConditionExpression": "attribute_not_exists(ids)"} if sole else {}
        change = {
            "UpdateExpression": "ADD ids :ids" if gained else "DELETE ids :ids",
            "ExpressionAttributeValues": {":ids": {"SS": sorted(gained or lost)}},
        }
        return {"Update": {**where, **change, **nobody}}
