"""The store of chunks follows the documents: each event is news of one, and its current row says what to do.

    whose event? -> the document's row -> its chunks, embedded, take the place of all that it had; or none do

Events come twice, late and in any order. What an event says of its document is not believed: the row is read,
and whatever it says now is done, under its revision. The store refuses a revision that is older than what it
has, so two at once end with the later one. What can't be done raises: the message comes again, and after that
it is in the dead letters, with a code in the log.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aws_lambda_powertools import Logger
from healthcare.metrics import Signal, Signals
from healthcare.problems import Problem
from healthcare.requests import UnsupportedEventError

from rag_retrieval.embeddings import Embeddings
from rag_retrieval.ingest_chunks import EmbeddedChunks
from rag_retrieval.ingest_documents import ChunksGoneError, Document, Documents
from rag_retrieval.ingest_faults import NotIndexedError
from rag_retrieval.store import DIMENSIONS, Chunk, ChunkStore

SOURCE: Final = "healthcare.documents"
AT_ONCE: Final = 64
"""Chunks embedded together: some 100,000 characters, a third of what OpenAI takes in one request."""

_DOCUMENT_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_ATTEMPTS: Final = 3


@dataclass(slots=True)
class Ingest:
    """The documents, the embeddings and the store."""

    documents: Documents
    embeddings: Embeddings
    store: ChunkStore
    logger: Logger
    signals: Signals = field(default_factory=Signals)

    def process(self, record: dict[str, Any], out_of_time: Callable[[], bool]) -> None:
        """One message of the queue. NotIndexedError, Problem or UnsupportedEventError: it must come again."""
        document_id = document_in(str(record["body"]))
        line = {"document_id": document_id, "message_id": str(record["messageId"])}
        try:
            outcome = self.follow(document_id, out_of_time)
        except (NotIndexedError, Problem) as fault:
            # What is not there now comes back by itself, and if not, the dead letters' alarm says so.
            if not isinstance(fault, Problem) or fault.status != 503:
                self.signals.count("DocumentNotIndexed")
            self.logger.error("document not indexed", extra={**line, "code": fault.code})
            raise
        signal, message = _SAID[outcome]
        if signal is not None:
            self.signals.count(signal)
        self.logger.info(message, extra=line)

    def follow(self, document_id: str, out_of_time: Callable[[], bool]) -> str:
        """Bring the store to what the document is now: "indexed", "removed", or "known" where it is there
        already, or further.
        """
        for _ in range(_ATTEMPTS):
            document = self.documents.current(document_id)
            if not document.folder:
                return "removed" if self.store.remove(document_id, document.revision) else "known"
            try:
                chunks = self.documents.chunks(document)
            except ChunksGoneError:
                continue  # a later revision has hidden them, and has written its row before
            return "indexed" if self._replace(document, chunks, out_of_time) else "known"
        raise NotIndexedError("chunks_missing")

    def _replace(self, document: Document, chunks: list[Chunk], out_of_time: Callable[[], bool]) -> bool:
        embedded = EmbeddedChunks(DIMENSIONS)
        for start in range(0, len(chunks), AT_ONCE):
            if out_of_time():
                raise NotIndexedError("out_of_time")
            some = chunks[start : start + AT_ONCE]
            embeddings = self.embeddings.embed([_read_as(chunk) for chunk in some])
            for chunk, embedding in zip(some, embeddings, strict=True):
                embedded.add(chunk, embedding)
        return self.store.replace(document.document_id, document.revision, document.patient_id, embedded)


def _read_as(chunk: Chunk) -> str:
    """With its heading the rest of a list, too, answers "Which medications were stopped?"."""
    return f"{chunk.heading}\n{chunk.text}" if chunk.heading else chunk.text


_SAID: Final[dict[str, tuple[Signal | None, str]]] = {
    "indexed": ("DocumentIndexed", "document indexed"),
    "known": (None, "document known"),
    "removed": ("DocumentUnindexed", "document removed"),
}


def document_in(body: str) -> str:
    """Which document a message is about: an event of the documents workload, or {"reindex": {"document_id"}}.

    UnsupportedEventError for all else. Nothing more is taken from it.
    """
    try:
        message = json.loads(body)
        if set(message) == {"reindex"}:
            document_id = message["reindex"]["document_id"]
        elif message["source"] == SOURCE:
            document_id = message["detail"]["document_id"]
        else:
            raise UnsupportedEventError
        if not _DOCUMENT_ID.fullmatch(document_id):
            raise UnsupportedEventError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise UnsupportedEventError from None
    return str(document_id)
