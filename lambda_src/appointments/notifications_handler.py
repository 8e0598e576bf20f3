"""The notifying function, at the outbox's stream: `appointments.notifications_handler.handler`."""

from typing import Any

from aws_lambda_powertools import Logger
from healthcare import aws
from healthcare.audit import AuditTable
from healthcare.logs import describe, function_logger
from healthcare.metrics import Signals
from healthcare.requests import UnsupportedEventError, event_kind

from appointments.bookings import Bookings
from appointments.notifications import Email, Notifier
from appointments.settings import NotificationSettings


def build(settings: NotificationSettings) -> Notifier:
    """The notifier with its clients."""
    dynamodb = aws.dynamodb()
    return Notifier(
        client=dynamodb,
        outbox=settings.outbox_table,
        patients=settings.patient_table,
        bookings=Bookings(dynamodb, settings.appointment_table),
        audit=AuditTable(dynamodb, settings.audit_table),
        email=Email(aws.sesv2(), settings.sender, settings.configuration_set, settings.portal_url),
    )


def each_record(event: object, notifier: Notifier, logger: Logger, signals: Signals) -> dict[str, Any]:
    """Deliver every new message. Those that fail are named: Lambda goes on from the first of them, again.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    if event_kind(event) != "dynamodb_stream" or not isinstance(event, dict):
        logger.error("event refused", extra={"event_kind": event_kind(event)})
        raise UnsupportedEventError
    failed = []
    for record in event["Records"]:
        if record["eventName"] != "INSERT":
            continue  # our own notes on messages, and those whose time is over
        change = record["dynamodb"]
        try:
            outcome = notifier.deliver(change["Keys"]["message_id"]["S"])
        except Exception as error:  # noqa: BLE001 - whatever it is: the stream brings it again, then it is a dead letter
            logger.error("message failed", extra={"event_id": record["eventID"], **describe(error)})
            signals.count("NotificationFailed")
            failed.append(change["SequenceNumber"])
            continue
        logger.info("message delivered", extra={"event_id": record["eventID"], "outcome": outcome})
        if outcome == "no_channel":
            signals.count("NotificationWithoutChannel")
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


_notifier = build(NotificationSettings.from_environment())
_logger = function_logger()
_signals = Signals()


def handler(event: object, _context: object) -> dict[str, Any]:
    """A batch of the outbox's stream in, the sequence numbers of what failed out."""
    return each_record(event, _notifier, _logger, _signals)
