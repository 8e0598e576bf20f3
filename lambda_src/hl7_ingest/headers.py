"""MSH: who sent what kind of message, and whether this deployment takes it."""

import hashlib
import re
from dataclasses import dataclass
from typing import Final

from hl7_ingest.er7 import Message, Segment
from hl7_ingest.faults import Rejected

ADT_EVENTS: Final = frozenset({"A01", "A02", "A03", "A04", "A05", "A08", "A11", "A13", "A28", "A31", "A40"})
EVENTS: Final = {"ADT": ADT_EVENTS, "ORU": frozenset({"R01"})}
_VERSION: Final = re.compile(r"2\.[1-8](\.[0-9]{1,2})?", re.ASCII)
_WITHOUT_EVENT_IN_MSH_9: Final = ("2.1", "2.2")


@dataclass(frozen=True, slots=True)
class Header:
    """MSH, with its fields' names as the specification has them."""

    sending_application: str
    sending_facility: str
    receiving_application: str
    receiving_facility: str
    date_time: str
    message_code: str
    trigger_event: str
    message_control_id: str
    processing_id: str
    version_id: str
    accept_acknowledgment_type: str
    application_acknowledgment_type: str

    @property
    def identity(self) -> str:
        """What makes two messages the same: application, facility and control id, as an opaque digest."""
        parts = (self.sending_application, self.sending_facility, self.message_control_id)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def header_of(message: Message) -> Header:
    """What MSH says, judged by nothing yet: an acknowledgement needs it for refused messages, too."""
    msh = message.one("MSH")
    return Header(
        sending_application=_designator(msh, 3),
        sending_facility=_designator(msh, 4),
        receiving_application=_designator(msh, 5),
        receiving_facility=_designator(msh, 6),
        date_time=msh.text(7),
        message_code=msh.text(9, 1),
        trigger_event=msh.text(9, 2) or _event_of_old_versions(message, msh),
        message_control_id=msh.text(10),
        processing_id=msh.text(11),
        version_id=msh.text(12),
        accept_acknowledgment_type=msh.text(15),
        application_acknowledgment_type=msh.text(16),
    )


def check(header: Header, processing_ids: frozenset[str]) -> None:
    """Rejected where the message is none that is stored here."""
    for number, value in ((9, header.message_code), (10, header.message_control_id), (12, header.version_id)):
        if not value:
            raise Rejected("required", "MSH", number)
    if not _VERSION.fullmatch(header.version_id):
        raise Rejected("unsupported_version_id", "MSH", 12)
    if header.processing_id not in processing_ids:
        raise Rejected("unsupported_processing_id", "MSH", 11)
    if header.message_code not in EVENTS:
        raise Rejected("unsupported_message_type", "MSH", 9)
    if header.trigger_event not in EVENTS[header.message_code]:
        raise Rejected("unsupported_event_code", "MSH", 9)


def _designator(msh: Segment, number: int) -> str:
    """An HD as one text: "LAB", or "LAB^1.2.3^ISO"."""
    parts = [msh.text(number, component) for component in (1, 2, 3)]
    return "^".join(parts).rstrip("^")


def _event_of_old_versions(message: Message, msh: Segment) -> str:
    # In 2.1 and 2.2 MSH-9 may hold the message type alone, and the event then stands in EVN-1 only. Where
    # MSH-9 has an event, in whatever version, EVN-1 counts for nothing.
    if not msh.text(12).startswith(_WITHOUT_EVENT_IN_MSH_9):
        return ""
    if msh.text(9) == "ORU":
        return "R01"
    evn = message.first("EVN")
    return "" if evn is None else evn.text(1)
