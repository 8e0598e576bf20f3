"""The patients table: one item a patient, with a version that every change raises by one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from healthcare.attributes import from_item, to_item
from healthcare.audit import SUCCESS, Access, AuditTable
from healthcare.aws import aws_errors, problem_for
from healthcare.problems import AuditUnavailable, conflict
from healthcare.transactions import CONDITION_FAILED, UNHARMED, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Records:
    """Reads with no more attributes than are to be shown; changes in one transaction with their audit row."""

    client: "DynamoDBClient"
    table: str
    audit: AuditTable

    def read(self, patient_id: str, attributes: tuple[str, ...]) -> dict[str, Any] | None:
        """The named attributes of the record, as far as it has them; None where there is no record."""
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table,
                Key={"patient_id": {"S": patient_id}},
                ConsistentRead=True,
                ProjectionExpression=", ".join(f"#{name}" for name in attributes),
                ExpressionAttributeNames={f"#{name}": name for name in attributes},
            ).get("Item")
        return None if item is None else from_item(item)

    def write(self, access: Access, version: int, changes: dict[str, Any]) -> None:
        """Set `changes` where the record is at `version` (0: where there is none), together with the audit
        row.

        Problem 409 where the record has moved on. Nothing is changed without its row, and no row says that
        something was changed that was not.
        """
        items = [
            {"Update": self._update(access.patient_id, version, changes)},
            {"Put": self.audit.put(access.row(SUCCESS))},
        ]
        reasons = transact(self.client, items)
        if reasons is None:
            access.closed = True
            return
        record, row = reasons
        if record == CONDITION_FAILED:
            raise conflict()
        raise AuditUnavailable(row) if record == UNHARMED else problem_for(record)

    def _update(self, patient_id: str, version: int, changes: dict[str, Any]) -> Any:
        values = {**changes, "version": version + 1}
        update: dict[str, Any] = {
            "TableName": self.table,
            "Key": {"patient_id": {"S": patient_id}},
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in values),
            "ExpressionAttributeNames": {f"#{name}": name for name in values},
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in values.items()}),
            "ConditionExpression": "attribute_not_exists(patient_id)",
        }
        if version > 0:
            update["ConditionExpression"] = "#version = :read_version"
            update["ExpressionAttributeValues"] |= to_item({":read_version": version})
        return update
