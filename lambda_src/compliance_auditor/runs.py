"""One run of the auditor: which it is, and where its reports go."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

# EventBridge's ids are UUIDs.
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class EventRefusedError(Exception):
    """The event is not one of EventBridge's, so that it cannot be told from a second delivery."""


@dataclass(frozen=True, slots=True)
class Run:
    """``identifier`` and ``scheduled_at`` are the event's: a second delivery, and Lambda's retries after
    midnight too, lead to the same names."""

    identifier: str
    scheduled_at: datetime

    @classmethod
    def of(cls, event: object) -> "Run":
        """Of an EventBridge event, by its ``id`` and ``time``. Raises ``EventRefusedError``.

        https://docs.aws.amazon.com/eventbridge/latest/ref/overiew-event-structure.html
        """
        given = event if isinstance(event, Mapping) else {}
        identifier, time = given.get("id"), given.get("time")
        if not isinstance(identifier, str) or not _ID.fullmatch(identifier) or not isinstance(time, str):
            raise EventRefusedError
        try:
            scheduled_at = datetime.fromisoformat(time)
        except ValueError:
            raise EventRefusedError from None
        if scheduled_at.tzinfo is None:
            raise EventRefusedError
        return cls(identifier.lower(), scheduled_at.astimezone(UTC))

    def key(self, account: str, ending: str) -> str:
        """The name of a report: ``123456789012/2026/11/22/<run id>.json``."""
        return f"{account}/{self.scheduled_at:%Y/%m/%d}/{self.identifier}.{ending}"
