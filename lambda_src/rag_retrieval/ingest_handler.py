"""The entry of the function that follows the documents: `rag_retrieval.ingest_handler.handler`."""

from healthcare import aws
from healthcare.logs import function_logger
from healthcare.queues import BatchAnswer, each_message

from rag_retrieval.embeddings import embeddings_of
from rag_retrieval.ingest import Ingest
from rag_retrieval.ingest_documents import Documents
from rag_retrieval.settings import IngestSettings
from rag_retrieval.stores import store_of


def build(settings: IngestSettings) -> Ingest:
    """The function with its clients."""
    # Nobody waits, and a document is thousands of texts: side by side, and patient with throttling.
    embeddings = embeddings_of(settings.embeddings, at_once=8, attempts=6)
    return Ingest(
        documents=Documents(aws.dynamodb(), settings.document_table, aws.s3()),
        embeddings=embeddings,
        store=store_of(settings.store, embeddings.model),
        logger=function_logger(),
    )


_ingest = build(IngestSettings.from_environment())


def handler(event: object, context: object) -> BatchAnswer:
    """A batch of the queue in, the ids of the messages that must come again out."""
    return each_message(event, context, _ingest.process, _ingest.logger)
