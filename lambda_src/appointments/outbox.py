"""What patients are to be told: written in the transaction that makes it true, carried on by the stream.

A booking that went through is in here, a booking that did not is not, and nothing that happens to the
message touches the booking. A row names the appointment and nothing else: the stream and its dead letters
hold nothing of the patient.
"""

import time
import uuid
from typing import Any, Final, Literal

from healthcare.attributes import to_item

KEPT_SECONDS: Final = 7 * 86_400

Kind = Literal["booked", "cancelled"]


def message(table: str, kind: Kind, appointment_id: str) -> Any:
    """A transaction's item."""
    row = {
        "message_id": str(uuid.uuid4()),
        "kind": kind,
        "appointment_id": appointment_id,
        "expires_at": int(time.time()) + KEPT_SECONDS,
    }
    return {
        "Put": {
            "TableName": table,
            "Item": to_item(row),
            "ConditionExpression": "attribute_not_exists(message_id)",
        }
    }
