"""Idempotency-Key: the same request sent again is answered as at first, and books nothing.

A row holds no health information: its key is a hash of the caller and of what the header says, and the body
is there as a code that only who knows the header's value could try bodies against (an HMAC with it as the
key). Nothing of the answer is kept: it is made again of the appointment.
https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.attributes import from_item, to_item
from healthcare.aws import aws_errors
from healthcare.problems import FieldError, unprocessable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HEADER: Final = "header.Idempotency-Key"
KEPT_SECONDS: Final = 86_400


@dataclass(frozen=True, slots=True)
class Identified:
    """A request that its caller has named."""

    request_id: str
    body_code: str


def identify(subject: str, idempotency_key: str, body: Mapping[str, Any]) -> Identified:
    """Two callers who choose the same key do not meet, and neither do two bodies."""
    plain = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    return Identified(
        request_id=hashlib.sha256(f"{subject}\0{idempotency_key}".encode()).hexdigest(),
        body_code=hmac.new(idempotency_key.encode(), plain, hashlib.sha256).hexdigest(),
    )


@dataclass(frozen=True, slots=True)
class Requests:
    """The table of requests that were carried out within the last day."""

    client: "DynamoDBClient"
    table: str

    def appointment_of(self, identified: Identified) -> str | None:
        """What the request has booked, None where it is new; Problem 422 where it had another body."""
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table, Key=to_item({"request_id": identified.request_id}), ConsistentRead=True
            ).get("Item")
        if item is None:
            return None
        row = from_item(item)
        # Time to live deletes rows days after their time.
        if row["expires_at"] <= time.time():
            return None
        if not hmac.compare_digest(row["body_code"], identified.body_code):
            raise unprocessable(FieldError(HEADER, "reused"))
        return str(row["appointment_id"])

    def remember(self, identified: Identified, appointment_id: str) -> Any:
        """A transaction's item, on the condition that nothing is known of the request."""
        now = int(time.time())
        row = {
            "request_id": identified.request_id,
            "body_code": identified.body_code,
            "appointment_id": appointment_id,
            "expires_at": now + KEPT_SECONDS,
        }
        return {
            "Put": {
                "TableName": self.table,
                "Item": to_item(row),
                "ConditionExpression": "attribute_not_exists(request_id) OR expires_at <= :now",
                "ExpressionAttributeValues": to_item({":now": now}),
            }
        }
