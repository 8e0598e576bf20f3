"""Events on the bus for downstream systems: ids and types, and nothing that says whose or where.

A document id is random: neither the object's key nor the patient follows from it. Whoever may read the table
finds both there.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors, problem_for

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE: Final = "healthcare.documents"
DETAIL_TYPES: Final = {
    "no_text": "Document stored",
    "quarantined": "Document quarantined",
    "removed": "Document removed",
    "stored": "Document stored",
}
_SAID: Final = ("document_id", "event_id", "kind", "revision", "status", "version_id")


@dataclass(frozen=True, slots=True)
class Announcements:
    """The event bus."""

    client: "EventBridgeClient"
    bus: str

    def announce(self, row: dict[str, Any]) -> None:
        """Put a document's new state on the bus. An event may be put twice, with one event_id."""
        with aws_errors():
            answer = self.client.put_events(
                Entries=[
                    {
                        "EventBusName": self.bus,
                        "Source": SOURCE,
                        "DetailType": DETAIL_TYPES[row["status"]],
                        "Detail": json.dumps({name: row[name] for name in _SAID if name in row}),
                    }
                ]
            )
        # Refused entries come with status 200.
        if answer["FailedEntryCount"]:
            raise problem_for(str(answer["Entries"][0].get("ErrorCode", "Unknown")))
