"""Application acknowledgements: AA where the message is stored, AE or AR where it never will be (HL7 v2,
2.9).

They say what the sender has sent as MSH-10, and of an error the place and the code: no value.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors

from hl7_ingest.faults import Rejected
from hl7_ingest.headers import Header

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

ALWAYS, NEVER, ON_ERROR, ON_SUCCESS = "AL", "NE", "ER", "SU"
"""Table 0155, for MSH-15 and MSH-16."""

_ESCAPES: Final = str.maketrans(
    {"\\": "\\E\\", "|": "\\F\\", "^": "\\S\\", "&": "\\T\\", "~": "\\R\\", "\r": " ", "\n": " "}
)
_WITH_OLD_ERR: Final = re.compile(r"2\.[1-4](\.|$)")
_UNSENDABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_wanted(header: Header, rejected: Rejected | None) -> bool:
    """Whether the sender wants to hear of it: always in original mode, by MSH-16 in enhanced mode."""
    if not header.accept_acknowledgment_type and not header.application_acknowledgment_type:
        return True
    wanted = {ALWAYS, ON_SUCCESS if rejected is None else ON_ERROR}
    return header.application_acknowledgment_type in wanted


def acknowledgement_of(header: Header, acknowledgement_id: str, rejected: Rejected | None) -> str:
    """The ACK message; MSA-1 is AA, AE or AR. Sender and receiver are swapped, MSH-2 is the usual one."""
    now = f"{datetime.now(UTC):%Y%m%d%H%M%S}+0000"
    event = f"^{_said(header.trigger_event)}" if header.trigger_event else ""
    msh = [
        "MSH",
        "^~\\&",
        _designator(header.receiving_application),
        _designator(header.receiving_facility),
        _designator(header.sending_application),
        _designator(header.sending_facility),
        now,
        "",
        f"ACK{event}",
        _control_id(acknowledgement_id),
        _said(header.processing_id),
        _said(header.version_id),
    ]
    code = "AA" if rejected is None else rejected.acknowledgement
    segments = ["|".join(msh), f"MSA|{code}|{_said(header.message_control_id)}"]
    if rejected is not None:
        segments.append(_err(rejected, header.version_id))
    return _UNSENDABLE.sub("?", "\r".join(segments) + "\r")


@dataclass(frozen=True, slots=True)
class Acknowledgements:
    """The queue that senders read their acknowledgements from; no queue, none are sent."""

    client: "SQSClient | None"
    queue_url: str | None

    def send(self, header: Header, acknowledgement_id: str, rejected: Rejected | None = None) -> None:
        """Send what the sender wants; a delivery that is repeated is acknowledged again."""
        if self.client is None or self.queue_url is None or not header.message_control_id:
            return
        if not is_wanted(header, rejected):
            return
        body = acknowledgement_of(header, acknowledgement_id, rejected)
        order: Any = {}
        if self.queue_url.endswith(".fifo"):
            order = {"MessageGroupId": header.identity, "MessageDeduplicationId": acknowledgement_id}
        with aws_errors():
            self.client.send_message(QueueUrl=self.queue_url, MessageBody=body, **order)


def _control_id(acknowledgement_id: str) -> str:
    """Of one delivery always the same. Until 2.6, MSH-10 has at most 20 characters (HL7 v2.5.1, 2.14.9)."""
    return hashlib.sha256(acknowledgement_id.encode()).hexdigest()[:20]


def _err(rejected: Rejected, version_id: str) -> str:
    # Until 2.4 ERR-1 holds place and code; from 2.5 on ERR-2 the place, ERR-3 the code, ERR-4 how bad it is.
    place = f"{rejected.segment}^1^{rejected.field or ''}".rstrip("^") if rejected.segment else ""
    if _WITH_OLD_ERR.match(version_id):
        return f"ERR|{rejected.segment}^1^{rejected.field or ''}^{rejected.condition}&{rejected.text}&HL70357"
    return f"ERR||{place}|{rejected.condition}^{rejected.text}^HL70357|E"


def _said(value: str) -> str:
    return value.translate(_ESCAPES)


def _designator(value: str) -> str:
    return "^".join(_said(part) for part in value.split("^"))
