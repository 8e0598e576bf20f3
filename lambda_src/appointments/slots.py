"""What makes a double booking impossible: every five minutes of a provider and of a patient are one item.

A booking puts them all in one transaction, each on the condition that it is not there. So two bookings that
overlap, whatever their lengths and whoever of the two they share, cannot both go through.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from healthcare.attributes import to_item

from appointments.times import text_of

MINUTES: Final = 5
_KEPT_AFTER_THE_END: Final = timedelta(days=1)


def keys(provider_id: str, patient_id: str, starts_at: datetime, ends_at: datetime) -> list[str]:
    """The items of an appointment: the provider's, then the patient's."""
    times = [text_of(moment) for moment in _moments(starts_at, ends_at)]
    return [f"{who}#{time}" for who in (f"provider#{provider_id}", f"patient#{patient_id}") for time in times]


def claim(table: str, key: str, appointment_id: str, ends_at: datetime) -> Any:
    """A transaction's item that takes the five minutes, on the condition that nobody has them."""
    row = {
        "slot": key,
        "appointment_id": appointment_id,
        "expires_at": int((ends_at + _KEPT_AFTER_THE_END).timestamp()),
    }
    return {
        "Put": {
            "TableName": table,
            "Item": to_item(row),
            "ConditionExpression": "attribute_not_exists(slot)",
        }
    }


def release(table: str, key: str, appointment_id: str) -> Any:
    """A transaction's item that gives the five minutes back, if they are the appointment's or nobody's.

    Nobody's they are where the table was restored to an earlier time: that must not hold the appointment.
    """
    return {
        "Delete": {
            "TableName": table,
            "Key": to_item({"slot": key}),
            "ConditionExpression": "attribute_not_exists(slot) OR appointment_id = :appointment_id",
            "ExpressionAttributeValues": to_item({":appointment_id": appointment_id}),
        }
    }


def _moments(starts_at: datetime, ends_at: datetime) -> Iterator[datetime]:
    while starts_at < ends_at:
        yield starts_at
        starts_at += timedelta(minutes=MINUTES)
