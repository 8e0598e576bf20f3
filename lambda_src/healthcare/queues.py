"""A batch of SQS messages, each on its own: what fails is returned by its id, and never takes the rest along.

The loop is ours and not Powertools' BatchProcessor, whose exceptions carry the record's body, and which on
FIFO queues needs another class.
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from aws_lambda_powertools import Logger

from healthcare.logs import describe
from healthcare.requests import UnsupportedEventError, event_kind

TIME_TO_ANSWER_MS: Final = 5_000
"""What is not begun with this much time left is returned to the queue: a timeout would return it all."""

BatchAnswer = dict[str, list[dict[str, str]]]
"""{"batchItemFailures": [{"itemIdentifier": message id}]}"""


def each_message(
    event: object,
    context: object,
    process: Callable[[dict[str, Any], Callable[[], bool]], None],
    logger: Logger,
) -> BatchAnswer:
    """Give every SQS record to `process`; those for which it raises come back, and are delivered again.

    `process` is given as well what to ask whether time is up: one record may hold thousands of messages.

    On a FIFO queue, whatever follows a failure in its message group comes back untouched, so that order is
    kept. UnsupportedEventError where the event is no batch of SQS.
    """
    if event_kind(event) != "sqs" or not isinstance(event, dict):
        logger.error("event refused", extra={"event_kind": event_kind(event)})
        raise UnsupportedEventError
    out_of_time = partial(_out_of_time, context)
    failed: list[str] = []
    stopped: set[str] = set()
    for record in event["Records"]:
        group = _fifo_group(record)
        if group in stopped or out_of_time():
            failed.append(record["messageId"])
            continue
        try:
            process(record, out_of_time)
        except Exception as error:  # noqa: BLE001 - whatever it is: the message is delivered again, and then a dead letter
            logger.error("message failed", extra={"message_id": record["messageId"], **describe(error)})
            failed.append(record["messageId"])
            if group is not None:
                stopped.add(group)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _fifo_group(record: dict[str, Any]) -> str | None:
    # Standard queues carry a MessageGroupId as well (fair queues), and it means no order there.
    is_fifo = str(record.get("eventSourceARN", "")).endswith(".fifo")
    return str(record["attributes"]["MessageGroupId"]) if is_fifo else None


def _out_of_time(context: object) -> bool:
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    return remaining is not None and remaining() < TIME_TO_ANSWER_MS
