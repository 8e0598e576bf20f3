"""Which messages are done, so that one which comes again does nothing again.

SQS delivers at least once, with one message id. A row is written in the transaction that stores the message's
resources, so there is either both or neither. It says what was stored, until that is on the bus.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from healthcare.attributes import from_item, to_item
from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

STORED: Final = "stored"
QUARANTINED: Final = "quarantined"
KEPT_SECONDS: Final = (
    30 * 86_400
)  # beyond the 14 days that a message can wait, twice: in the queue and dead-lettered


class Done(NamedTuple):
    """What came of a message; `changes` as they go on the bus."""

    body_hash: str
    outcome: str
    announced: bool
    changes: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Messages:
    """The table of messages, keyed by SQS's message id, with "#<n>" for an entry of a batch Bundle."""

    client: "DynamoDBClient"
    table: str

    def done(self, message_id: str) -> Done | None:
        with aws_errors():
            item = self.client.get_item(
                TableName=self.table, Key={"message_id": {"S": message_id}}, ConsistentRead=True
            ).get("Item")
        if item is None:
            return None
        row = from_item(item)
        return Done(row["body_hash"], row["outcome"], row["announced"], row["changes"])

    def row(
        self, message_id: str, body_hash: str, outcome: str, changes: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "message_id": message_id,
            "body_hash": body_hash,
            "outcome": outcome,
            "announced": not changes,
            "changes": changes,
            "expires_at": int(time.time()) + KEPT_SECONDS,
        }

    def add(self, row: dict[str, Any]) -> None:
        """A row by itself, for what was refused: it may be written again."""
        with aws_errors():
            self.client.put_item(TableName=self.table, Item=to_item(row))

    def announced(self, message_id: str) -> None:
        with aws_errors():
            self.client.update_item(
                TableName=self.table,
                Key={"message_id": {"S": message_id}},
                UpdateExpression="SET announced = :yes",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
            )
