"""Events on the bus for downstream systems: ids and types, and nothing that says whose.

A record number identifies a patient (45 CFR 164.514(b)(2)), so the patient appears by a random key that means
nothing outside of the table. Whoever may read the table finds the event by its id.
"""

from dataclasses import dataclass
from typing import Any, Final

from healthcare.event_bus import EventBus

SOURCE: Final = "healthcare.hl7"
DETAIL_TYPE: Final = "HL7 message stored"
_SAID: Final = ("message_code", "trigger_event", "patient_key", "merged_patient_key")


@dataclass(frozen=True, slots=True)
class Announcements:
    """What is said of messages on the bus."""

    bus: EventBus

    def announce(self, receipt: dict[str, Any]) -> None:
        """Put the event of a receipt on the bus. An event may be put twice, with one event_id."""
        detail = {"event_id": receipt["event"]} | {name: receipt[name] for name in _SAID if name in receipt}
        self.bus.put(DETAIL_TYPE, [detail])
