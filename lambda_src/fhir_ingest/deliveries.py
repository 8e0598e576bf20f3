"""One SQS record as a delivery: the JSON text that a system has sent, and where it is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """`message_id` is SQS's, the same whenever it is delivered again; `receives` counts the deliveries."""

    message_id: str
    sent_at: datetime
    receives: int
    content: bytes

    @property
    def path(self) -> str:
        """The part that all keys of this message have: the day it was sent, and SQS's id of it."""
        return f"{self.sent_at:%Y/%m/%d}/{self.message_id}"


def delivery_of(record: dict[str, Any]) -> Delivery:
    attributes = record["attributes"]
    return Delivery(
        message_id=record["messageId"],
        sent_at=datetime.fromtimestamp(int(attributes["SentTimestamp"]) / 1000, UTC),
        receives=int(attributes["ApproximateReceiveCount"]),
        # A lone surrogate is no character: it stays what it is, and is refused as no JSON.
        content=record["body"].encode("utf-8", errors="surrogatepass"),
    )
