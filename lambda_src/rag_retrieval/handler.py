"""The entry of the function that rag_orchestrator asks for evidence: `rag_retrieval.handler.handler`."""

from healthcare import aws
from healthcare.logs import function_logger
from healthcare.relationships import Relationships

from rag_retrieval.access import Judge
from rag_retrieval.embeddings import embeddings_of
from rag_retrieval.retrieval import Answer, Retrieval
from rag_retrieval.settings import RetrievalSettings
from rag_retrieval.stores import store_of


def build(settings: RetrievalSettings) -> Retrieval:
    """The function with its clients."""
    # Somebody waits for the answer: one text, and little patience. Of the function's 15 seconds the search
    # needs some, too.
    embeddings = embeddings_of(settings.embeddings, at_once=1, attempts=2, seconds=10)
    return Retrieval(
        judge=Judge(Relationships(aws.dynamodb(), settings.relationship_table), settings.access_labels),
        embeddings=embeddings,
        store=store_of(settings.store, embeddings.model),
        logger=function_logger(),
    )


_retrieval = build(RetrievalSettings.from_environment())


def handler(event: object, context: object) -> Answer:
    """A question about one patient in, evidence with its places out, or a problem."""
    return _retrieval.answer(event, context)
