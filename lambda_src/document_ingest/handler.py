"""The function's entry: `document_ingest.handler.handler`, behind a rule of EventBridge.

S3 may as well call it itself, or by way of an SQS queue. What is none of these is refused aloud: an answer
would lose it.
"""

from typing import Any

from healthcare import aws
from healthcare.logs import describe, function_logger
from healthcare.queues import BatchAnswer, each_message
from healthcare.requests import event_kind

from document_ingest.announcements import Announcements
from document_ingest.child import Reader
from document_ingest.derived import Derived
from document_ingest.ingest import Ingest
from document_ingest.notices import message_in, notices_of
from document_ingest.settings import INCOMING, Settings
from document_ingest.store import Documents


class IngestFailedError(Exception):
    """The event comes again, and then goes to the dead letters, where this text stands: a constant."""

    def __init__(self) -> None:
        super().__init__("the event could not be handled")


def build(settings: Settings) -> Ingest:
    """The function with its clients."""
    return Ingest(
        client=aws.s3(),
        sources={settings.bucket: INCOMING},
        documents=Documents(aws.dynamodb(), settings.table),
        derived=Derived(aws.s3(), settings.bucket),
        announcements=Announcements(aws.events(), settings.event_bus),
        rules=settings.rules,
        reader=Reader(settings.reader_megabytes, settings.reader_seconds),
        logger=function_logger(),
    )


def handle(ingest: Ingest, event: object, context: object) -> BatchAnswer | None:
    """Everything that an event tells, stored or in quarantine; IngestFailedError where it must come again."""
    if event_kind(event) == "sqs":

        def process(record: dict[str, Any]) -> None:
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


_ingest = build(Settings.from_environment())


def handler(event: object, context: object) -> BatchAnswer | None:
    """An event of EventBridge, S3 or SQS in; for SQS, the ids of the messages that must come again out."""
    return handle(_ingest, event, context)
