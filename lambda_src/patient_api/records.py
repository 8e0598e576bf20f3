"""The patients table: one item a patient, with a version that every change raises by one."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from healthcare.attributes import from_item, to_item
from healthcare.audit import SUCCESS, Access, AuditTable
from healthcare.aws import aws_errors, problem_for
from healthcare.problems import AuditUnavailable, conflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Another transaction held the item or the row: usually gone after milliseconds. The SDK does not repeat
# these.
_PAUSES: Final = (0.05, 0.2)
_CONTENDED: Final = "TransactionConflict"


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
        for pause in (*_PAUSES, None):
            reasons = self._transact(access, version, changes)
            if reasons is None:
                access.closed = True
                return
            record, row = reasons
            if record == "ConditionalCheckFailed":
                raise conflict()
            if pause is None or _CONTENDED not in reasons:
                raise AuditUnavailable(row) if record == "None" else problem_for(record)
            time.sleep(pause)

    def _transact(self, access: Access, version: int, changes: dict[str, Any]) -> tuple[str, str] | None:
        """None where it went through, otherwise what stopped record and audit row ("None": nothing did)."""
        update = self._update(access.patient_id, version, changes)
        put = self.audit.put(access.row(SUCCESS))
        with aws_errors():
            try:
                self.client.transact_write_items(TransactItems=[{"Update": update}, {"Put": put}])
            except self.client.exceptions.TransactionCanceledException as error:
                return _reasons(error)
        return None

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


def _reasons(error: ClientError) -> tuple[str, str]:
    # One reason an item, in the order of the items. moto and AWS leave Code out or say "None" for those in
    # order.
    reasons: Any = error.response.get("CancellationReasons", [])
    record, row = (*(str(reason.get("Code", "None")) for reason in reasons), "Unknown", "Unknown")[:2]
    return record, row
