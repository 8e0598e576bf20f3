"""Events on the bus: which resource has changed how, by type and id, and nothing of what is in it or whose it
is.
"""

from dataclasses import dataclass
from typing import Any, Final

from healthcare.event_bus import EventBus

SOURCE: Final = "healthcare.fhir"
DETAIL_TYPE: Final = "FHIR resource changed"


@dataclass(frozen=True, slots=True)
class Announcements:
    """What is said of resources on the bus."""

    bus: EventBus

    def announce(self, changes: list[dict[str, Any]]) -> None:
        """Put {resource_type, id, version, change} on the bus; Problem where one was not taken.

        An event may be put twice: type, id and version say so.
        """
        self.bus.put(DETAIL_TYPE, changes)
