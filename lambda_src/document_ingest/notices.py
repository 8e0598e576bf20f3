"""What S3 has to say: an object came or went. Three ways of saying it, and a fourth that says nothing.

EventBridge's event has the key as it is and a detail-type; S3's own notification has the key URL-encoded (a
space is "+") and an event name; SQS carries either as its body; and S3 tests a new notification with
`s3:TestEvent`, which is no object's.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import unquote_plus

from healthcare.requests import UnsupportedEventError

NULL_VERSION: Final = "null"
"""The version of an object that was there before versioning was."""

_SEQUENCER: Final = re.compile(r"[0-9A-Fa-f]{1,64}", re.ASCII)
# Opaque, as S3 says, with "+" and "/" in its own examples. It becomes part of keys, which have
# 1,024 bytes: no way up, and room for what stands around it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
_VERSION: Final = re.compile(r"(?!.*\.\./)[A-Za-z0-9._~+/=-]{1,900}", re.ASCII)
_EVENTBRIDGE: Final = {
    ("Object Created", None): "created",
    ("Object Deleted", "Delete Marker Created"): "marked",
    ("Object Deleted", "Permanently Deleted"): "deleted",
}
_NOTIFICATIONS: Final = (
    ("ObjectCreated:", "created"),
    ("ObjectRemoved:DeleteMarkerCreated", "marked"),
    ("LifecycleExpiration:DeleteMarkerCreated", "marked"),
    ("ObjectRemoved:Delete", "deleted"),
    ("LifecycleExpiration:Delete", "deleted"),
)


@dataclass(frozen=True, slots=True)
class Notice:
    """`what` is "created", "marked" (a delete marker is the current version) or "deleted" (this version is
    gone for good). `sequencer` orders notices of one key, and of nothing else; "" where there is none.
    """

    what: str
    bucket: str
    key: str
    version_id: str
    sequencer: str


def is_test(message: object) -> bool:
    """Whether S3 only tries whether a notification arrives."""
    return isinstance(message, dict) and message.get("Event") == "s3:TestEvent"


def notices_of(message: object) -> list[Notice]:
    """The notices of an event of EventBridge or S3; none in a test. UnsupportedEventError for all else."""
    if is_test(message):
        return []
    try:
        if isinstance(message, dict) and message.get("source") == "aws.s3":
            return [_from_eventbridge(message["detail-type"], message["detail"])]
        if isinstance(message, dict) and message.get("Records"):
            return [_from_notification(record) for record in message["Records"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise UnsupportedEventError from None
    raise UnsupportedEventError


def message_in(body: str) -> object:
    """What an SQS message carries; UnsupportedEventError where it is no JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UnsupportedEventError from None


def is_later(sequencer: str, than: str) -> bool:
    """Whether a notice came after another of the same key.

    Sequencers are compared as text, the shorter one filled up with zeros at its right. A notice without one
    is taken for later: what it says is then checked against the bucket.
    """
    if not sequencer or not than:
        return True
    width = max(len(sequencer), len(than))
    return sequencer.upper().ljust(width, "0") > than.upper().ljust(width, "0")


def _from_eventbridge(kind: str, detail: Mapping[str, Any]) -> Notice:
    found = detail["object"]
    what = _EVENTBRIDGE.get((kind, detail.get("deletion-type")))
    return _notice(what, detail["bucket"]["name"], found["key"], found.get("version-id"), found)


def _from_notification(record: Mapping[str, Any]) -> Notice:
    name, found = record["eventName"].removeprefix("s3:"), record["s3"]["object"]
    what = next((what for prefix, what in _NOTIFICATIONS if name.startswith(prefix)), None)
    key = unquote_plus(found["key"], errors="strict")
    return _notice(what, record["s3"]["bucket"]["name"], key, found.get("versionId"), found)


def _notice(what: str | None, bucket: str, key: str, version: str | None, found: Mapping[str, Any]) -> Notice:
    version_id, sequencer = version or NULL_VERSION, found.get("sequencer") or ""
    usable = isinstance(bucket, str) and isinstance(key, str) and bool(bucket) and bool(key)
    if what is None or not usable or not _VERSION.fullmatch(version_id):
        raise ValueError
    if sequencer and not _SEQUENCER.fullmatch(sequencer):
        raise ValueError
    return Notice(what, bucket, key, version_id, sequencer)
