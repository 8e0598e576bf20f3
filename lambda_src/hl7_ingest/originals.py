"""The message bucket: what was received, what was refused, and the documents that messages carried.

Keys and metadata hold days, ids of SQS and of events, places and codes: S3 shows them in access logs and to
whoever may list. The bucket encrypts with the deployment's key by default, and refuses every other.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from healthcare.aws import error_code, problem_for
from healthcare.objects import put_once

from hl7_ingest.faults import Rejected
from hl7_ingest.observations import Document

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MEDIA_TYPE: Final = "application/hl7-v2"
_MEDIA_TYPES: Final = {"pdf": "application/pdf"}
_GONE: Final = frozenset(
    {"NoSuchKey", "NoSuchVersion", "404", "InvalidArgument", "KeyTooLongError", "MethodNotAllowed"}
)


@dataclass(frozen=True, slots=True)
class Originals:
    """The bucket; `maximum_bytes` is the largest object that is read."""

    client: "S3Client"
    bucket: str
    maximum_bytes: int

    def keep(self, path: str, content: bytes | str) -> str:
        """Keep what was received, and return its key. `transport` says whether the sender had decoded it."""
        return self._put(f"received/{path}.hl7", content, {})

    def quarantine(self, path: str, content: bytes | str, rejected: Rejected, received: str) -> str:
        """Keep what was refused beside why, and return its key. `received` is the key of the whole
        delivery.
        """
        reason = {
            "error-code": rejected.code,
            "segment": rejected.segment or "none",
            "field": str(rejected.field),
            "received": received,
        }
        return self._put(f"quarantine/{path}.hl7", content, reason)

    def documents(self, event_id: str, documents: list[Document]) -> list[str]:
        """Keep an event's documents, and return their keys: documents/hl7/<event id>/<number>.<extension>."""
        keys = []
        for number, document in enumerate(documents, start=1):
            key = f"documents/hl7/{event_id}/{number}.{document.extension}"
            media_type = _MEDIA_TYPES.get(document.extension, "application/octet-stream")
            self._write(key, document.content, media_type, {"event-id": event_id})
            keys.append(key)
        return keys

    def read(self, key: str, version_id: str | None) -> bytes | str:
        """The object as it was received; Rejected where it is not there, or larger than is taken."""
        version: Any = {} if version_id is None else {"VersionId": version_id}
        try:
            found = self.client.get_object(Bucket=self.bucket, Key=key, **version)
            if found["ContentLength"] > self.maximum_bytes:
                found["Body"].close()
                raise Rejected("too_large")
            content = found["Body"].read()
        except (ClientError, BotoCoreError) as error:
            if error_code(error) in _GONE:
                raise Rejected("object_missing") from None
            raise problem_for(error_code(error)) from None
        if found["Metadata"].get("transport") == "text":
            return content.decode("utf-8", errors="replace")
        return content

    def _put(self, key: str, content: bytes | str, metadata: dict[str, str]) -> str:
        transport = "text" if isinstance(content, str) else "bytes"
        data = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
        self._write(key, data, MEDIA_TYPE, {**metadata, "transport": transport})
        return key

    def _write(self, key: str, content: bytes, media_type: str, metadata: dict[str, str]) -> None:
        put_once(self.client, self.bucket, key, content, media_type, Metadata=metadata)
