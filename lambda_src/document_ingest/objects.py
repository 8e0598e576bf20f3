"""One version of an object, read piece by piece: never more of it in memory than what was asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from botocore.exceptions import BotoCoreError, ClientError
from healthcare.aws import aws_errors, error_code, problem_for

from document_ingest.faults import Rejected
from document_ingest.notices import NULL_VERSION

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FIRST_BYTES: Final = 65_536
"""What is asked for at first. The header of a DICOM image, and all of most text, is in it."""

_GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404", "MethodNotAllowed"})
_NO_SUCH_RANGE: Final = frozenset({"InvalidRange", "416"})


class ObjectGoneError(Exception):
    """The version is not there any more: another notice tells of that. Its text is a constant."""

    def __init__(self) -> None:
        super().__init__("the version is gone")


@dataclass(slots=True)
class StoredObject:
    """A version as its first request showed it: `size` in bytes, and `head`, its first 64 KB.

    `metadata` is what the uploader has written beside it (x-amz-meta-...). `requests` and `bytes_read` count.
    """

    client: "S3Client"
    bucket: str
    key: str
    version_id: str
    size: int
    head: bytes
    content_type: str
    metadata: dict[str, str]
    requests: int = 1
    bytes_read: int = 0

    def range(self, start: int, length: int) -> bytes:
        """Exactly `length` bytes from `start`, which the caller knows to be within the object."""
        if start + length <= len(self.head):
            return self.head[start : start + length]
        with _reading():
            answer = self.client.get_object(**self._name(), Range=f"bytes={start}-{start + length - 1}")
            found = answer["Body"].read()
        self.requests += 1
        self.bytes_read += len(found)
        return found

    def copy_to(self, file: BinaryIO) -> None:
        """Write the whole version to a file, in pieces."""
        if self.size == len(self.head):
            file.write(self.head)
            return
        with _reading():
            answer = self.client.get_object(**self._name())
            for piece in answer["Body"].iter_chunks(1_048_576):
                self.bytes_read += len(piece)
                file.write(piece)
        self.requests += 1

    def _name(self) -> Any:
        return _name(self.bucket, self.key, self.version_id)


def open_object(client: "S3Client", bucket: str, key: str, version_id: str) -> StoredObject:
    """The version, by one request for its first 64 KB; ObjectGoneError, or Rejected where it is empty."""
    with _reading():
        answer = client.get_object(**_name(bucket, key, version_id), Range=f"bytes=0-{FIRST_BYTES - 1}")
        head = answer["Body"].read()
    # "bytes 0-65535/209715200"
    size = int(answer["ContentRange"].rpartition("/")[2]) if "ContentRange" in answer else len(head)
    if size == 0:
        raise Rejected("empty")
    return StoredObject(
        client=client,
        bucket=bucket,
        key=key,
        version_id=version_id,
        size=size,
        head=head,
        content_type=answer.get("ContentType", ""),
        metadata={name.lower(): value for name, value in answer.get("Metadata", {}).items()},
        bytes_read=len(head),
    )


def current_version(client: "S3Client", bucket: str, key: str) -> str | None:
    """The version that the key shows now; None where it shows nothing."""
    with aws_errors():
        try:
            return client.head_object(Bucket=bucket, Key=key).get("VersionId", NULL_VERSION)
        except ClientError as error:
            if error_code(error) in _GONE:
                return None
            raise


def _name(bucket: str, key: str, version_id: str) -> Any:
    return {"Bucket": bucket, "Key": key, "VersionId": version_id}


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        code = error_code(error)
        if code in _GONE:
            raise ObjectGoneError from None
        if code in _NO_SUCH_RANGE:
            raise Rejected("empty") from None
        raise problem_for(code) from None
