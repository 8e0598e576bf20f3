"""The documents table: what each object is now, and what was made of each of its versions.

    document_id "object#<digest>"  entry "pointer"                which document is this bucket's key
    document_id <random id>        entry "current"                what the object is now
                                   entry "version#<version id>"   what became of one version, for good

The digest is of bucket and key: a key may hold a name, and a table's keys appear in metrics and traces.
"""

import hashlib
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from healthcare.attributes import from_item, to_item
from healthcare.audit import AuditTable, machine_row
from healthcare.aws import aws_errors, problem_for
from healthcare.transactions import CONDITION_FAILED, UNHARMED, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CURRENT: Final = "current"
_ACTIONS: Final = {
    "no_text": "store_document",
    "quarantined": "quarantine_document",
    "removed": "remove_document",
    "stored": "store_document",
}
_OF_VERSIONS: Final = (
    "access_label", "changed_at", "chunks", "date", "dicom", "kind", "pages", "pages_without_text",
    "patient_id", "reason", "sequencer", "size", "status", "title",
)  # fmt: skip

Row = dict[str, Any]


def next_revision(before: Row | None) -> int:
    """The revision of the row that comes after `before`."""
    return 1 if before is None else int(before["revision"]) + 1


class ChangedMeanwhileError(Exception):
    """Another delivery has written the document's current row. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("the row has changed")


@dataclass(frozen=True, slots=True)
class Documents:
    """The table. The current row has a `revision`, and is replaced only as it was read."""

    client: "DynamoDBClient"
    table: str
    audit: AuditTable

    def document_id(self, bucket: str, key: str) -> str:
        """The document of this bucket's key, made at first sight."""
        digest = hashlib.sha256(f"{bucket}\0{key}".encode()).hexdigest()
        pointer = self._get(f"object#{digest}", "pointer")
        if pointer is None:
            pointer = {"document_id": f"object#{digest}", "entry": "pointer", "points_to": uuid.uuid4().hex}
            with aws_errors():
                try:
                    self.client.put_item(
                        TableName=self.table,
                        Item=to_item(pointer),
                        ConditionExpression="attribute_not_exists(document_id)",
                    )
                except self.client.exceptions.ConditionalCheckFailedException:
                    pointer = self._get(f"object#{digest}", "pointer") or pointer
        return str(pointer["points_to"])

    def current(self, document_id: str) -> Row | None:
        """What the object is now, or None."""
        return self._get(document_id, CURRENT)

    def save(self, row: Row, before: Row | None) -> Row:
        """Make `row` current in place of `before`, with a row of the audit table for whomever it changes the
        record of, and return it as it is stored.

        ChangedMeanwhileError where `before` is current no more.
        """
        row = row | {
            "entry": CURRENT,
            "event_id": uuid.uuid4().hex,
            "revision": next_revision(before),
            "published": False,
            "changed_at": datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds"),
        }
        version: Row = {name: row[name] for name in _OF_VERSIONS if name in row}
        version |= {"document_id": row["document_id"], "entry": f"version#{row['version_id']}"}
        put: Any = {
            "TableName": self.table,
            "Item": to_item(row),
            "ConditionExpression": "attribute_not_exists(document_id)",
        }
        if before is not None:
            put["ConditionExpression"] = "revision = :read"
            put["ExpressionAttributeValues"] = to_item({":read": before["revision"]})
        items = [{"Put": put}, {"Put": {"TableName": self.table, "Item": to_item(version)}}]
        items += [
            {"Put": self.audit.put(machine_row(patient_id, action, "document-ingest", row["event_id"]))}
            for patient_id, action in _changed(row, before or {}).items()
        ]
        reasons = transact(self.client, items)
        if reasons is None:
            return row
        if reasons[0] != CONDITION_FAILED:
            raise problem_for(next(reason for reason in reasons if reason != UNHARMED))
        raise ChangedMeanwhileError

    def published(self, row: Row) -> None:
        """Note that this state has been announced, and its predecessors tidied away."""
        with aws_errors():
            try:
                self.client.update_item(
                    TableName=self.table,
                    Key=to_item({"document_id": row["document_id"], "entry": CURRENT}),
                    UpdateExpression="SET published = :yes",
                    ConditionExpression="revision = :read",
                    ExpressionAttributeValues=to_item({":yes": True, ":read": row["revision"]}),
                )
            except self.client.exceptions.ConditionalCheckFailedException:
                return  # A later state has taken over, and announces itself.

    def _get(self, document_id: str, entry: str) -> Row | None:
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key=to_item({"document_id": document_id, "entry": entry}),
                ConsistentRead=True,
            ).get("Item")
        return None if item is None else from_item(item)


def _changed(row: Row, before: Row) -> dict[str, str]:
    """By patient_id, what is done to whose record: what is another's now is gone from the first's."""
    action = _ACTIONS[row["status"]]
    was = [before["patient_id"]] if "patient_id" in before else []
    if "patient_id" not in row:
        return dict.fromkeys(was, action)
    return dict.fromkeys(was, _ACTIONS["removed"]) | {row["patient_id"]: action}
