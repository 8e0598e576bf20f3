"""The function's entry: `hl7_ingest.handler.handler`, behind an SQS queue, FIFO or standard."""

from healthcare import aws
from healthcare.audit import AuditTable
from healthcare.event_bus import EventBus
from healthcare.logs import function_logger
from healthcare.queues import BatchAnswer, each_message

from hl7_ingest.acknowledgements import Acknowledgements
from hl7_ingest.announcements import SOURCE, Announcements
from hl7_ingest.events import Rules
from hl7_ingest.ingest import Ingest
from hl7_ingest.originals import Originals
from hl7_ingest.settings import Settings
from hl7_ingest.store import PatientEvents


def build(settings: Settings) -> Ingest:
    """The function with its clients: SQS's only where acknowledgements are sent."""
    audit = AuditTable(aws.dynamodb(), settings.audit_table)
    sqs = aws.sqs() if settings.ack_queue_url else None
    return Ingest(
        originals=Originals(aws.s3(), settings.bucket, settings.maximum_bytes),
        store=PatientEvents(aws.dynamodb(), settings.table, audit, settings.control_id_days),
        announcements=Announcements(EventBus(aws.events(), settings.event_bus, SOURCE)),
        acknowledgements=Acknowledgements(sqs, settings.ack_queue_url),
        rules=Rules(settings.identifier, settings.processing_ids, settings.time_zone),
        logger=function_logger(),
    )


_ingest = build(Settings.from_environment())


def handler(event: object, context: object) -> BatchAnswer:
    """A batch of SQS in, the ids of the messages that must come again out."""
    return each_message(event, context, _ingest.process, _ingest.logger)
