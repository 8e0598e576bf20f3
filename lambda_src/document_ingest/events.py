"""Whatever calls the function: a rule of EventBridge, S3 itself, or either by way of an SQS queue.

What is none of these is refused aloud: an answer would lose it.
"""

from collections.abc import Callable
from typing import Any

from healthcare.logs import describe
from healthcare.queues import BatchAnswer, each_message
from healthcare.requests import event_kind

from document_ingest.ingest import Ingest
from document_ingest.notices import message_in, notices_of


class IngestFailedError(Exception):
    """The event comes again, and then goes to the dead letters, where this text stands: a constant."""

    def __init__(self) -> None:
        super().__init__("the event could not be handled")


def handle(ingest: Ingest, event: object, context: object) -> BatchAnswer | None:
    """Everything that an event tells, stored or in quarantine; IngestFailedError where it must come again."""
    if event_kind(event) == "sqs":

        def process(record: dict[str, Any], _out_of_time: Callable[[], bool]) -> None:
            _each(ingest, message_in(str(record["body"])))

        return each_message(event, context, process, ingest.logger)
    try:
        _each(ingest, event)
    except Exception as error:  # noqa: BLE001 - Lambda writes an exception's text into the log and the dead letter
        ingest.logger.error("event failed", extra={"event_kind": event_kind(event), **describe(error)})
        raise IngestFailedError from None
    return None


def _each(ingest: Ingest, message: object) -> None:
    for notice in notices_of(message):
        ingest.process(notice)
