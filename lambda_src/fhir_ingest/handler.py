"""The entry of fhir-ingest: `fhir_ingest.handler.handler`, behind an SQS queue."""

from healthcare import aws
from healthcare.audit import AuditTable
from healthcare.event_bus import EventBus
from healthcare.logs import function_logger
from healthcare.queues import BatchAnswer, each_message
from healthcare.ssn import SsnCipher

from fhir_ingest.announcements import SOURCE, Announcements
from fhir_ingest.ingest import Ingest
from fhir_ingest.messages import Messages
from fhir_ingest.originals import Originals
from fhir_ingest.planning import Planner
from fhir_ingest.settings import IngestSettings
from fhir_ingest.store import Resources
from fhir_ingest.transactions import Transactions


def build(settings: IngestSettings) -> Ingest:
    """The function with its clients. KMS's client is made for the first number to seal."""
    dynamodb = aws.dynamodb()
    return Ingest(
        originals=Originals(aws.s3(), settings.message_bucket),
        messages=Messages(dynamodb, settings.message_table),
        planner=Planner(
            resources=Resources(dynamodb, settings.resource_table),
            master=settings.identifier,
            seal=SsnCipher(aws.kms, settings.kms_key_id),
        ),
        transactions=Transactions(
            dynamodb,
            settings.resource_table,
            settings.message_table,
            AuditTable(dynamodb, settings.audit_table),
        ),
        announcements=Announcements(EventBus(aws.events(), settings.event_bus, SOURCE)),
        logger=function_logger(),
    )


_ingest = build(IngestSettings.from_environment())


def handler(event: object, context: object) -> BatchAnswer:
    """A batch of SQS in, the ids of the messages that must come again out."""
    return each_message(event, context, _ingest.process, _ingest.logger)
