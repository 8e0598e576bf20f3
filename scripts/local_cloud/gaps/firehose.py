"""Firehose: where in a bucket a stream writes, and how long what it writes is locked."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from moto.firehose.models import FirehoseBackend
from moto.s3.models import s3_backends

from scripts.local_cloud.gaps.patching import Method, wrap

# The parts of Java's patterns that a prefix is made of:
# https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
_TIMES = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}


def expanded(prefix: str, now: datetime) -> str:
    """A prefix with its ``!{timestamp:...}`` filled in; one without any gets AWS's hours."""

    def filled(match: re.Match[str]) -> str:
        return now.strftime(re.sub("|".join(_TIMES), lambda part: _TIMES[part[0]], match[1]))

    found = re.sub(r"!\{timestamp:([^}]*)\}", filled, prefix)
    return found if found != prefix else f"{prefix}{now:%Y/%m/%d/%H/}"


@wrap(FirehoseBackend, "put_s3_records")
def put_s3_records(
    _original: Method,
    backend: Any,
    stream: str,
    version: str,
    destination: Mapping[str, Any],
    records: Sequence[Mapping[str, bytes]],
) -> list[dict[str, str]]:
    """moto knows no expressions in a prefix and no file extension, and forgets the bucket's default lock."""
    now = datetime.now(UTC)
    name = destination["BucketARN"].rpartition(":")[2]
    store = s3_backends[backend.account_id][backend.partition]
    bucket = store.get_bucket(name)
    lock = {}
    if bucket.object_lock_enabled and bucket.has_default_lock:
        lock = {"lock_mode": bucket.default_lock_mode, "lock_until": bucket.default_retention()}
    key = "".join(
        (
            expanded(destination.get("Prefix") or "", now),
            f"{stream}-{version}-{now:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}",
            destination.get("FileExtension") or "",
        )
    )
    store.put_object(name, key, b"".join(record["Data"] for record in records), **lock)
    return [{"RecordId": str(uuid.uuid4())} for _ in records]
