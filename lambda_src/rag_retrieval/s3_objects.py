"""Objects that several writers change: each writes only over what it has read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import ClientError
from healthcare.aws import aws_errors, error_code
from healthcare.problems import RETRY_SOON, unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ATTEMPTS: Final = 8
"""Tries of one change. Each lost try means that another writer has won, so the line moves on."""

_LONGEST_PAUSE: Final = 0.4
_ABSENT: Final = frozenset({"404", "NoSuchKey"})
# Written meanwhile, being written now, and gone: all three mean that it is not as it was read.
_CHANGED: Final = frozenset({"ConditionalRequestConflict", "NoSuchKey", "PreconditionFailed", "404", "412"})


class StoredObject(NamedTuple):
    """What is at a key. `etag` is None where nothing is, and content b""."""

    content: bytes
    etag: str | None


@dataclass(frozen=True, slots=True)
class Objects:
    """A bucket. Problem (503) where it does not answer."""

    client: "S3Client"
    bucket: str

    def read(self, key: str) -> StoredObject:
        with aws_errors():
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=key)
                return StoredObject(answer["Body"].read(), answer["ETag"])
            except ClientError as error:
                if error_code(error) not in _ABSENT:
                    raise
        return StoredObject(b"", None)

    def write(self, key: str, content: bytes, etag: str | None) -> bool:
        """Put it where the object still is as it was read (`etag`); False, and nothing written, otherwise."""
        as_read: Any = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        with aws_errors():
            try:
                self.client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=content,
                    ContentType="application/octet-stream",
                    **as_read,
                )
            except ClientError as error:
                if error_code(error) not in _CHANGED:
                    raise
                return False
        return True


def attempts() -> Iterator[None]:
    """Go round until the body returns; Problem (503) where other writers were always first."""
    for attempt in range(ATTEMPTS):
        yield
        time.sleep(random.uniform(0, _LONGEST_PAUSE * (attempt + 1) / ATTEMPTS))  # noqa: S311 - no secret
    raise unavailable("ObjectContended", RETRY_SOON)
