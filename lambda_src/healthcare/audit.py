"""The record of who asked for what, on what ground, and what was given out: 45 CFR 164.312(b) and 164.528.

Two rows an access: *attempt* before anything is read, and the *outcome* before anything is answered. Where a
row cannot be written, AuditUnavailable stops the request. Rows are only ever added: the write is conditional
on the absence of the sort key, and the function's role can neither update nor delete.

All outcomes of one access have the same key, so that one at most is ever on record. Where the answer to a
change is lost, either "failed" is written and the change can no longer happen, or the change has happened and
its row stands.
"""

import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from healthcare.attributes import to_item
from healthcare.aws import error_code
from healthcare.callers import Caller
from healthcare.problems import AuditUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ATTEMPT: Final = "attempt"
SUCCESS: Final = "success"
DENIED: Final = "denied"


class RowExists(AuditUnavailable):
    """Another row has that key."""


@dataclass(slots=True)
class Ground:
    """What an access rests on, and what it gave out; filled in as the request is judged.

    `details` are an outcome's further facts, as ids, codes, counts and keyed hashes: never a value of a
    record or of a request. They are for the table's readers; the accounting of disclosures shows none.
    """

    purpose: str = "none"
    disclosed: Sequence[str] = ()
    reason: str | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditTable:
    """The append-only audit table."""

    client: "DynamoDBClient"
    name: str

    def append(self, row: dict[str, Any]) -> None:
        """Add `row`; AuditUnavailable where that fails in whatever way, RowExists where the key is taken."""
        put = self.put(row)
        try:
            self.client.put_item(**put)
        except self.client.exceptions.ConditionalCheckFailedException as error:
            # The SDK repeats a write whose answer was lost: a row that is there and equal is this one.
            if error.response.get("Item") != put["Item"]:
                raise RowExists from None
        except (ClientError, BotoCoreError) as error:
            raise AuditUnavailable(error_code(error)) from None
        except Exception as error:  # noqa: BLE001 - an answer that the SDK cannot read, too: the alarm must hear of it
            raise AuditUnavailable(type(error).__name__) from None

    def put(self, row: dict[str, Any]) -> Any:
        """The conditional Put of `row`, for put_item and for a transaction."""
        return {
            "TableName": self.name,
            "Item": to_item(row),
            "ConditionExpression": "attribute_not_exists(patient_id) AND attribute_not_exists(event_id)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


@dataclass(slots=True)
class Access:
    """One access under audit: begin() writes the attempt, exactly one outcome follows."""

    table: AuditTable
    caller: Caller
    action: str
    patient_id: str
    request_id: str
    source_ip: str
    ground: Ground = field(default_factory=Ground)
    closed: bool = False
    _outcome_key: tuple[str, str] | None = None

    def begin(self) -> None:
        self.table.append(self.row(ATTEMPT))

    def close(self, outcome: str) -> None:
        """Write the outcome, unless it is on record already (a change writes it in its own transaction)."""
        if self.closed:
            return
        try:
            self.table.append(self.row(outcome))
        except RowExists:
            # A change went through though its answer was lost: its row says so, and this one would lie.
            if outcome == SUCCESS:
                raise
        self.closed = True

    def row(self, outcome: str) -> dict[str, Any]:
        """The attempt's row, or an outcome's. Only success gives anything out."""
        if outcome == ATTEMPT:
            time, event_id = _new_key()
        else:
            self._outcome_key = self._outcome_key or _new_key()
            time, event_id = self._outcome_key
        row: dict[str, Any] = {
            "patient_id": self.patient_id,
            "event_id": event_id,
            "time": time,
            "action": self.action,
            "outcome": outcome,
            "actor": self.caller.subject,
            "roles": sorted(self.caller.roles),
            "purpose": self.ground.purpose,
            "disclosed": list(self.ground.disclosed) if outcome == SUCCESS else [],
            "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"),
            "request_id": self.request_id,
            "source_ip": self.source_ip,
        }
        if self.ground.reason is not None:
            row["reason"] = self.ground.reason
        if self.ground.details and outcome != ATTEMPT:
            row["details"] = dict(self.ground.details)
        return row


def machine_row(patient_id: str, action: str, actor: str, event_id: str) -> dict[str, Any]:
    """The row of a change that no person made: `event_id` is the change's own id."""
    time = _now()
    return {
        "patient_id": patient_id,
        "event_id": f"{time}#{event_id}",
        "time": time,
        "action": action,
        "outcome": SUCCESS,
        "actor": actor,
        "roles": [],
        "purpose": "none",
        "disclosed": [],
        "function": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "unknown"),
    }


def _new_key() -> tuple[str, str]:
    time = _now()
    return time, f"{time}#{uuid.uuid4()}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
