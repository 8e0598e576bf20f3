"""The appointments table: each appointment under its patient and its time, and a pointer to it under its id.

subject  "patient#<patient_id>"            entry  "<starts_at>#<appointment_id>"   the appointment
subject  "appointment#<appointment_id>"    entry  "pointer"                        patient_id and entry
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from healthcare.attributes import from_item, to_item
from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BOOKED: Final = "booked"
CANCELLED: Final = "cancelled"
_POINTER: Final = "pointer"
_NOT_THERE: Final = "attribute_not_exists(subject)"

SHOWN: Final = (
    "appointment_id", "patient_id", "provider_id", "type", "status", "starts_at", "ends_at", "time_zone",
    "booked_at", "cancelled_at", "cancel_reason",
)  # fmt: skip


class Pointer(NamedTuple):
    """Where an appointment is."""

    patient_id: str
    entry: str


def entry_of(starts_at: datetime, appointment_id: str) -> str:
    """In the order of time; with microseconds, so that page tokens are those of the audit table."""
    time = starts_at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return f"{time}#{appointment_id}"


def document_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """An appointment as the API shows it: who booked and who cancelled is for the audit."""
    return {name: row[name] for name in SHOWN if name in row}


@dataclass(frozen=True, slots=True)
class Bookings:
    """Reads, and the items that transactions are made of. All reads are consistent."""

    client: "DynamoDBClient"
    table: str

    def pointer(self, appointment_id: str) -> Pointer | None:
        """Whose the appointment is; None where there is none."""
        row = self._get(f"appointment#{appointment_id}", _POINTER)
        return None if row is None else Pointer(row["patient_id"], row["points_to"])

    def read(self, pointer: Pointer) -> dict[str, Any] | None:
        """The appointment's row."""
        return self._get(f"patient#{pointer.patient_id}", pointer.entry)

    def page(
        self, patient_id: str, since: datetime, until: datetime, after: str | None, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        """At most `limit` rows that start from `since` on and before `until`; the entry where they end."""
        # What starts at `until` has its id behind the "#", and sorts after it: that end is left out.
        first, last = entry_of(since, ""), entry_of(until, "")
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "subject = :subject AND entry BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_item(
                {":subject": f"patient#{patient_id}", ":first": first, ":last": last}
            ),
            "ConsistentRead": True,
            "Limit": limit,
        }
        # DynamoDB refuses a start outside the range; a token may come from a page of another.
        if after is not None and after > last:
            return [], None
        if after is not None and after >= first:
            query["ExclusiveStartKey"] = to_item({"subject": f"patient#{patient_id}", "entry": after})
        with aws_errors():
            answer = self.client.query(**query)
        end = answer.get("LastEvaluatedKey")
        return [from_item(item) for item in answer["Items"]], None if end is None else end["entry"]["S"]

    def add(self, row: Mapping[str, Any], entry: str) -> list[Any]:
        """A transaction's two items, on the condition that the appointment is new."""
        appointment_id, patient_id = row["appointment_id"], row["patient_id"]
        pointer = {
            "subject": f"appointment#{appointment_id}",
            "entry": _POINTER,
            "patient_id": patient_id,
            "points_to": entry,
        }
        rows = [{"subject": f"patient#{patient_id}", "entry": entry, **row}, pointer]
        return [
            {"Put": {"TableName": self.table, "Item": to_item(item), "ConditionExpression": _NOT_THERE}}
            for item in rows
        ]

    def cancel(self, pointer: Pointer, changes: Mapping[str, Any]) -> Any:
        """A transaction's item: keeps the appointment, with who cancelled it and why, if it is booked."""
        values = {**changes, "status": CANCELLED}
        return {
            "Update": {
                "TableName": self.table,
                "Key": to_item({"subject": f"patient#{pointer.patient_id}", "entry": pointer.entry}),
                "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
                "ConditionExpression": "#status = :booked",
                "ExpressionAttributeNames": {f"#{name}": name for name in values},
                "ExpressionAttributeValues": to_item(
                    {f":{name}": value for name, value in values.items()} | {":booked": BOOKED}
                ),
            }
        }

    def _get(self, subject: str, entry: str) -> dict[str, Any] | None:
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table, Key=to_item({"subject": subject, "entry": entry}), ConsistentRead=True
            ).get("Item")
        return None if item is None else from_item(item)
