"""The function's entry: `document_ingest.handler.handler`, behind a rule of EventBridge."""

from healthcare import aws
from healthcare.audit import AuditTable
from healthcare.event_bus import EventBus
from healthcare.logs import function_logger
from healthcare.queues import BatchAnswer

from document_ingest.announcements import SOURCE, Announcements
from document_ingest.child import Reader, close_to_children
from document_ingest.derived import Derived
from document_ingest.events import handle
from document_ingest.ingest import Ingest
from document_ingest.settings import INCOMING, Settings
from document_ingest.store import Documents


def build(settings: Settings) -> Ingest:
    """The function with its clients."""
    return Ingest(
        client=aws.s3(),
        sources={settings.bucket: INCOMING},
        documents=Documents(aws.dynamodb(), settings.table, AuditTable(aws.dynamodb(), settings.audit_table)),
        derived=Derived(aws.s3(), settings.bucket),
        announcements=Announcements(EventBus(aws.events(), settings.event_bus, SOURCE)),
        rules=settings.rules,
        reader=Reader(settings.reader_megabytes, settings.reader_seconds),
        logger=function_logger(),
    )


close_to_children()
_ingest = build(Settings.from_environment())


def handler(event: object, context: object) -> BatchAnswer | None:
    """An event of EventBridge, S3 or SQS in; for SQS, the ids of the messages that must come again out."""
    return handle(_ingest, event, context)
