"""The patient-events table: patients' and visits' states, the events behind them, and receipts of messages.

    subject "patient#<patient_id>"  entry "state"                      what is known now
                                    entry "visit#<visit number>"       one visit
                                    entry "event#<time>#<event id>"    one message, never changed
    subject "message#<digest>"      entry "receipt"                    which message had this control id
                                    entry "duplicate#<delivery>"       it came again

State, event, receipt and the audit table's row are written in one transaction: a message is stored once and
whole, or not at all, and no record changes without its row (45 CFR 164.312(b)).
"""

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.attributes import from_item, to_item
from healthcare.audit import AuditTable
from healthcare.aws import aws_errors, problem_for
from healthcare.transactions import CONDITION_FAILED, CONTENDED, UNHARMED, attempt

from hl7_ingest.events import Event
from hl7_ingest.faults import Rejected
from hl7_ingest.records import Received, Snapshot, audit_rows, event_row, next_states, receipt_row

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RECEIPT: Final = "receipt"
_PAUSES: Final = (
    0.05,
    0.1,
    0.2,
    0.4,
    0.8,
)  # others write to the same patient: usually gone after milliseconds
_LONGEST_CHAIN: Final = 10
_NEVER_WRITTEN: Final = "attribute_not_exists(subject)"


class ReceiptExists(Exception):  # noqa: N818 - no error: the message, or one with its control id, is there
    """Another delivery has stored this control id meanwhile."""


class EventExists(Exception):  # noqa: N818 - as above
    """The message is there, and its receipt has expired since."""


@dataclass(frozen=True, slots=True)
class PatientEvents:
    """The table. Items that change have a `version`, and are replaced only as they were read."""

    client: "DynamoDBClient"
    table: str
    audit: AuditTable
    control_id_days: int

    def receipt(self, identity: str) -> dict[str, Any] | None:
        """What was stored under this control id, or None."""
        return self._get(f"message#{identity}", RECEIPT)

    def save(self, event: Event, received: Received) -> dict[str, Any]:
        """Store the event with the states that follow from it, and return its receipt.

        ReceiptExists where the control id is there already, EventExists where the very message is though its
        receipt is not, Rejected where the event contradicts what is known.
        """
        for pause in (*_PAUSES, None):
            snapshot = self._snapshot(event)
            receipt = receipt_row(event, snapshot, received, self.control_id_days)
            reasons = self._write(event, snapshot, received, receipt)
            if reasons is None:
                return receipt
            if reasons[0] == CONDITION_FAILED:
                raise ReceiptExists
            if reasons[1] == CONDITION_FAILED:
                raise EventExists
            refused = next(reason for reason in reasons if reason != UNHARMED)
            if refused not in (CONDITION_FAILED, CONTENDED) or pause is None:
                raise problem_for(refused)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that two do not meet again
        raise AssertionError("the last pause is None")

    def published(self, identity: str) -> None:
        """Note that the event of this control id has been announced."""
        with aws_errors():
            self.client.update_item(
                TableName=self.table,
                Key=to_item({"subject": f"message#{identity}", "entry": RECEIPT}),
                UpdateExpression="SET published = :yes",
                ConditionExpression="attribute_exists(subject)",
                ExpressionAttributeValues=to_item({":yes": True}),
            )

    def duplicate(self, identity: str, delivery: str, received: Received) -> None:
        """Note that the message came again by another delivery: as often as that is delivered, one row."""
        row = {
            "subject": f"message#{identity}",
            "entry": f"duplicate#{delivery}",
            "original": received.original,
            "received_at": received.received_at,
        }
        with aws_errors():
            self.client.put_item(TableName=self.table, Item=to_item(row))

    def _snapshot(self, event: Event) -> Snapshot:
        subject = f"patient#{event.patient_id}"
        visit = prior = None
        state = self._get(subject, "state")
        if event.visit_number is not None:
            visit = self._get(subject, f"visit#{event.visit_number}")
        if event.prior_patient_id is not None:
            prior = self._get(f"patient#{event.prior_patient_id}", "state")
            self._refuse_cycle(event.prior_patient_id, state)
        return Snapshot(state or {}, visit or {}, prior or {})

    def _refuse_cycle(self, prior_patient_id: str, survivor: dict[str, Any] | None) -> None:
        for _ in range(_LONGEST_CHAIN):
            if survivor is None or "merged_into" not in survivor:
                return
            if survivor["merged_into"] == prior_patient_id:
                break
            survivor = self._get(f"patient#{survivor['merged_into']}", "state")
        raise Rejected("merge_cycle", "MRG", 1)

    def _write(
        self, event: Event, snapshot: Snapshot, received: Received, receipt: dict[str, Any]
    ) -> list[str] | None:
        """None where it went through, otherwise what stopped each item ("None": nothing did)."""
        rows: list[tuple[dict[str, Any], int]] = [(receipt, 0), (event_row(event, snapshot, received), 0)]
        rows += [(state, state["version"] - 1) for state in next_states(event, snapshot)]
        puts = [self._put(row, read) for row, read in rows]
        puts += [{"Put": self.audit.put(row)} for row in audit_rows(event)]
        return attempt(self.client, puts)

    def _put(self, row: dict[str, Any], version: int) -> Any:
        put: dict[str, Any] = {
            "TableName": self.table,
            "Item": to_item(row),
            "ConditionExpression": _NEVER_WRITTEN,
        }
        if version > 0:
            put["ConditionExpression"] = "#version = :version"
            put["ExpressionAttributeNames"] = {"#version": "version"}
            put["ExpressionAttributeValues"] = to_item({":version": version})
        return {"Put": put}

    def _get(self, subject: str, entry: str) -> dict[str, Any] | None:
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table, Key=to_item({"subject": subject, "entry": entry}), ConsistentRead=True
            ).get("Item")
        return None if item is None else from_item(item)
