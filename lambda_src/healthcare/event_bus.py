"""The bus that downstream systems listen to: ids and types, and nothing that says whose."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors, problem_for

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_AT_ONCE: Final = 10
"""Entries that PutEvents takes: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""


@dataclass(frozen=True, slots=True)
class EventBus:
    """An EventBridge bus, for one of its sources."""

    client: "EventBridgeClient"
    name: str
    source: str

    def put(self, detail_type: str, details: Sequence[Mapping[str, object]]) -> None:
        """Put an event for each of `details`; Problem where one was not taken. Those before it stay put."""
        entries: list[Any] = [
            {
                "EventBusName": self.name,
                "Source": self.source,
                "DetailType": detail_type,
                "Detail": json.dumps(detail),
            }
            for detail in details
        ]
        for start in range(0, len(entries), _AT_ONCE):
            with aws_errors():
                answer = self.client.put_events(Entries=entries[start : start + _AT_ONCE])
            # Refused entries come with status 200.
            if answer["FailedEntryCount"]:
                codes = [entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry]
                raise problem_for(str(codes[0]) if codes else "Unknown")
