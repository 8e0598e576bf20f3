"""DynamoDB transactions, and what stopped one: item by item, without the items' values."""

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from healthcare.aws import aws_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONDITION_FAILED: Final = "ConditionalCheckFailed"
UNHARMED: Final = "None"
"""The reason of an item that stopped nothing."""

CONTENDED: Final = "TransactionConflict"
# Another transaction held an item: usually gone after milliseconds. The SDK does not repeat these.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
_PAUSES: Final = (0.05, 0.2)


def transact(client: "DynamoDBClient", items: Sequence[Any]) -> list[str] | None:
    """Carry out all of `items` or none: None where it went through, otherwise one reason an item, in order.

    Tried again where nothing but another transaction stood in the way. Problem 500 or 503 for AWS's errors.
    """
    for pause in (*_PAUSES, None):
        reasons = attempt(client, items)
        if reasons is None or pause is None or not _was_only_contended(reasons):
            return reasons
        # Spread out: those who met here would otherwise meet again.
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - a pause, no secret
    raise AssertionError("the last attempt returns")


def attempt(client: "DynamoDBClient", items: Sequence[Any]) -> list[str] | None:
    """The same, tried once: for items that have to be made anew where another transaction was quicker."""
    with aws_errors():
        try:
            client.transact_write_items(TransactItems=items)
        except client.exceptions.TransactionCanceledException as error:
            # moto and AWS leave Code out or say "None" for the items in order.
            reasons: Any = error.response.get("CancellationReasons", [])
            codes = [str(reason.get("Code", UNHARMED)) for reason in reasons]
            return [*codes, *["Unknown"] * (len(items) - len(codes))]
    return None


def _was_only_contended(reasons: list[str]) -> bool:
    return CONTENDED in reasons and CONDITION_FAILED not in reasons
