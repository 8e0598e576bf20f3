"""The bucket of messages: what came, byte by byte, and beside it why something was refused.

Keys hold days, SQS's message ids and positions: S3 shows keys in access logs and to whoever may list. The
bucket encrypts with the deployment's key and refuses every other.
"""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from healthcare.objects import put_once

from fhir_ingest.outcome import Issue, operation_outcome

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MEDIA_TYPE: Final = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Originals:
    """The bucket."""

    client: "S3Client"
    bucket: str

    def keep(self, path: str, content: bytes) -> str:
        """Keep what came, and return its key."""
        key = f"received/{path}.json"
        self._write(key, content)
        return key

    def quarantine(self, path: str, issues: tuple[Issue, ...], original: str) -> None:
        """Keep why it was refused, beside the key of the original: an OperationOutcome without a value."""
        found: dict[str, Any] = {"original": original, "outcome": operation_outcome(issues)}
        self._write(f"quarantine/{path}.json", json.dumps(found).encode("utf-8"))

    def _write(self, key: str, content: bytes) -> None:
        put_once(self.client, self.bucket, key, content, _MEDIA_TYPE)
