"""S3: bucket policies, which are judged before moto is asked, and one that it cannot read."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import BucketNeedsToBeNew
from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(FakeBucket, "get_permission")
def get_permission(_original: Method, _bucket: Any, _action: str, _resource: str) -> Any:
    """moto refuses everything in a bucket whose policy has a condition that it does not know.

    The local cloud's own judgement has read the policy before, conditions included.
    """
    return PermissionResult.NEUTRAL


def dispose(_marker: Any) -> None:
    """moto lets go of all versions of a key of a bucket whose versioning is suspended, and forgets that some
    are delete markers: Terraform's destroy suspends versioning before it empties a bucket.
    """


FakeDeleteMarker.dispose = dispose


def log_permissions_enabled(target_bucket: Any, target_prefix: str | None) -> bool:
    """moto fails on a statement whose Principal is the text "*"."""
    policy = target_bucket.policy
    if policy:
        document = json.loads(policy.decode())
        named = [s for s in document["Statement"] if isinstance(s.get("Principal"), dict)]
        readable = type("Target", (), {"policy": json.dumps({**document, "Statement": named}).encode()})()
        readable.partition, readable.name = target_bucket.partition, target_bucket.name
        target_bucket = readable
    return bool(_moto_log_permissions(target_bucket, target_prefix))


_moto_log_permissions = FakeBucket._log_permissions_enabled_policy
FakeBucket._log_permissions_enabled_policy = staticmethod(log_permissions_enabled)


@wrap(S3Response, "get_bucket_notification")
def get_bucket_notification(original: Method, response: Any) -> Any:
    """moto keeps EventBridgeConfiguration, but does not give it back."""
    answer = original(response)
    notification = response.backend.get_bucket(response.bucket_name).notification_configuration
    if notification is None or notification.event_bridge is None:
        return answer
    status, headers, body = answer if isinstance(answer, tuple) else (200, {}, answer)
    text = body.decode() if isinstance(body, bytes) else body
    end = "</NotificationConfiguration>"
    if end not in text:
        text = f'<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{end}'
    kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
    return status, kept, text.replace(end, f"<EventBridgeConfiguration/>{end}")


@wrap(S3Backend, "put_object_lock_configuration")
def put_object_lock_configuration(
    original: Method,
    backend: Any,
    bucket_name: str,
    lock_enabled: bool,
    mode: str | None = None,
    days: int | None = None,
    years: int | None = None,
) -> None:
    """moto changes the default lock of empty buckets alone; S3 changes it for what comes after.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
    """
    try:
        original(backend, bucket_name, lock_enabled, mode, days, years)
    except BucketNeedsToBeNew:
        bucket = backend.get_bucket(bucket_name)
        bucket.object_lock_enabled = bucket.object_lock_enabled or lock_enabled
        bucket.default_lock_mode = mode
        bucket.default_lock_days = days
        bucket.default_lock_years = years
