"""The documents workload, read: a document's current row, and the chunks that it points to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from healthcare.attributes import from_item, to_item
from healthcare.aws import aws_errors, error_code

from rag_retrieval.ingest_chunks import chunk_of
from rag_retrieval.ingest_faults import NotIndexedError
from rag_retrieval.store import Chunk

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

MOST_CHUNKS: Final = 20_000
MOST_BYTES: Final = 67_108_864
"""Of chunks.jsonl. document_ingest stops at 5 million characters."""

_GONE: Final = frozenset({"NoSuchKey", "404", "MethodNotAllowed"})
READ: Final = ("bucket", "chunks", "document_id", "folder", "patient_id", "revision", "status", "version_id")
"""Of a row. The function's role may read nothing else: `key` is what an uploader has called it."""


class ChunksGoneError(Exception):
    """The folder is not there: a later revision should have taken its place. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("the folder is gone")


@dataclass(frozen=True, slots=True)
class Document:
    """What a document is now. `folder` is "" where it has no text: removed, quarantined, a scan, an image."""

    document_id: str
    revision: int
    patient_id: str = ""
    version_id: str = ""
    bucket: str = ""
    folder: str = ""
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Documents:
    """The table `documents`, and the bucket's derived/."""

    dynamodb: "DynamoDBClient"
    table: str
    s3: "S3Client"

    def current(self, document_id: str) -> Document:
        """The document's current row, by a consistent read: an event is sent after its row was written.

        NotIndexedError where there is none. Rows are never deleted, so either the event is none of the
        documents workload's, or somebody has deleted the row: nothing is done without a person looking.
        """
        with aws_errors():
            item = self.dynamodb.get_item(
                TableName=self.table,
                Key=to_item({"document_id": document_id, "entry": "current"}),
                ConsistentRead=True,
                ProjectionExpression=", ".join(f"#{name}" for name in READ),
                ExpressionAttributeNames={f"#{name}": name for name in READ},
            ).get("Item")
        if item is None:
            raise NotIndexedError("no_such_document")
        try:
            return _document(from_item(item))
        except (KeyError, TypeError, ValueError):
            raise NotIndexedError("row_malformed") from None

    def chunks(self, document: Document) -> list[Chunk]:
        """The document's chunks, line by line; ChunksGoneError, or NotIndexedError for what is no chunk."""
        with aws_errors():
            try:
                answer = self.s3.get_object(Bucket=document.bucket, Key=f"{document.folder}chunks.jsonl")
            except ClientError as error:
                if error_code(error) in _GONE:
                    raise ChunksGoneError from None
                raise
            if answer["ContentLength"] > MOST_BYTES or document.chunks > MOST_CHUNKS:
                raise NotIndexedError("too_many_chunks")
            chunks = [
                chunk_of(line, document.document_id, document.version_id, document.patient_id)
                for line in answer["Body"].iter_lines(65_536)
            ]
        if len({chunk.chunk_id for chunk in chunks}) != len(chunks):
            raise NotIndexedError("chunk_malformed")
        if len(chunks) != document.chunks:
            raise NotIndexedError("chunks_incomplete")
        return chunks


def _document(row: dict[str, Any]) -> Document:
    document_id, revision = str(row["document_id"]), int(row["revision"])
    if row["status"] != "stored" or "folder" not in row:
        return Document(document_id, revision)
    return Document(
        document_id=document_id,
        revision=revision,
        patient_id=str(row["patient_id"]),
        version_id=str(row["version_id"]),
        bucket=str(row["bucket"]),
        folder=str(row["folder"]),
        chunks=int(row["chunks"]),
    )
