"""One SQS record as a delivery: the bytes that an EHR has sent, and where they came from.

SQS takes text only, without most control characters and up to a limit in size, so there are three shapes of
body (docs/hl7.md): the message itself; `{"hl7v2": {"base64": "..."}}` for bytes as they came from the wire;
and `{"hl7v2": {"key": "incoming/...", "version_id": "..."}}` for an object of the message bucket.
"""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from hl7_ingest.faults import Rejected
from hl7_ingest.originals import Originals

POINTED_TO: Final = ("incoming/", "received/", "quarantine/")


@dataclass(frozen=True, slots=True)
class Delivery:
    """`message_id` is SQS's, the same whenever the message is delivered again; `content` is text where the
    sender has decoded the bytes already.
    """

    message_id: str
    sent_at: datetime
    content: bytes | str

    @property
    def path(self) -> str:
        """The part that all keys of this delivery have: the day it was sent, and SQS's id of it."""
        return f"{self.sent_at:%Y/%m/%d}/{self.message_id}"


def delivery_of(record: dict[str, Any]) -> Delivery:
    """The record as it is, its body not yet looked into."""
    sent_at = datetime.fromtimestamp(int(record["attributes"]["SentTimestamp"]) / 1000, UTC)
    return Delivery(record["messageId"], sent_at, record["body"])


def content_of(body: str, originals: Originals) -> bytes | str:
    """What the body holds or points to; Rejected where it is none of the three shapes."""
    if not body.lstrip("\ufeff \t\r\n").startswith("{"):
        return body
    try:
        envelope = json.loads(body)["hl7v2"]
        keys = set(envelope)
        if keys == {"base64"}:
            return base64.b64decode(envelope["base64"], validate=True)
        if "key" in keys <= {"key", "version_id"}:
            key, version_id = envelope["key"], envelope.get("version_id")
            if key.startswith(POINTED_TO) and isinstance(version_id, str | None):
                return originals.read(key, version_id)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Rejected("envelope") from None
    raise Rejected("envelope")
