"""Events on the bus: which resource has changed how, by type and id, and nothing of what is in it or whose it
is.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors, problem_for

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE: Final = "healthcare.fhir"
DETAIL_TYPE: Final = "FHIR resource changed"
_ENTRIES: Final = 10  # that PutEvents takes at once


@dataclass(frozen=True, slots=True)
class Announcements:
    """The event bus."""

    client: "EventBridgeClient"
    bus: str

    def announce(self, changes: list[dict[str, Any]]) -> None:
        """Put {resource_type, id, version, change} on the bus; Problem where one was not taken.

        An event may be put twice: type, id and version say so.
        """
        for start in range(0, len(changes), _ENTRIES):
            entries: Any = [
                {
                    "EventBusName": self.bus,
                    "Source": SOURCE,
                    "DetailType": DETAIL_TYPE,
                    "Detail": json.dumps(change),
                }
                for change in changes[start : start + _ENTRIES]
            ]
            with aws_errors():
                answer = self.client.put_events(Entries=entries)
            # Refused entries come with status 200.
            if answer["FailedEntryCount"]:
                codes = [entry["ErrorCode"] for entry in answer["Entries"] if "ErrorCode" in entry]
                raise problem_for(str(codes[0]) if codes else "Unknown")
