"""Events on the bus for downstream systems: ids and types, and nothing that says whose or where.

A document id is random: neither the object's key nor the patient follows from it. Whoever may read the table
finds both there.
"""

from dataclasses import dataclass
from typing import Any, Final

from healthcare.event_bus import EventBus

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
    """What is said of documents on the bus."""

    bus: EventBus

    def announce(self, row: dict[str, Any]) -> None:
        """Put a document's new state on the bus. An event may be put twice, with one event_id."""
        self.bus.put(DETAIL_TYPES[row["status"]], [{name: row[name] for name in _SAID if name in row}])
