"""What S3 tells EventBridge and functions of its objects.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

from __future__ import annotations

import itertools
import json
import logging
import secrets
import string
import time
from typing import Any

from moto.s3 import notifications
from moto.s3.models import S3Backend

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.authorization.service_principals import service_may
from scripts.local_cloud.event_sources.rules import Rules, complete
from scripts.local_cloud.event_sources.targets import Accept
from scripts.local_cloud.front_door import CURRENT_CALL
from scripts.local_cloud.functions.credentials import new_request_id
from scripts.local_cloud.functions.deployed import find_function
from scripts.local_cloud.protocol.errors import AwsError

logger = logging.getLogger(__name__)
SERVICE = "s3.amazonaws.com"
REASONS = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}
# moto makes these of every upload as well, which writes tags and a list of grants on the way.
ONLY_WHEN_ASKED = {
    "s3:ObjectTagging:Put": "PutObjectTagging",
    "s3:ObjectTagging:Delete": "DeleteObjectTagging",
    "s3:ObjectAcl:Put": "PutObjectAcl",
}
EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
_moto_delete_object = S3Backend.delete_object
_sequence = itertools.count(time.time_ns())


def route_bucket_events(rules: Rules, accept: Accept) -> None:
    """Replace what moto sends by what S3 sends; functions are invoked while the uploader goes on."""

    def send_event_bridge_message(_account_id: str, bucket: Any, event_name: Any, key: Any) -> None:
        if not is_told(event_name.value):
            return
        name = event_name.value
        described = {"key": key.name, "size": key.size, "etag": key.etag.replace('"', "")}
        if bucket.is_versioned:
            described["version-id"] = key.version_id
        reason = {"reason": REASONS[name]} if name in REASONS else {}
        rules.publish(event_of(bucket, notifications._detail_type(event_name), described, reason))

    def invoke_function(_account_id: str, event: Any, function_arn: str, region: str) -> None:
        try:
            function = find_function(region, function_arn, None)
        except AwsError:
            return
        event["Records"][0]["userIdentity"] = {"principalId": ACCOUNT_ID}
        source = {
            "aws:SourceArn": event["Records"][0]["s3"]["bucket"]["arn"],
            "aws:SourceAccount": ACCOUNT_ID,
        }
        if service_may(SERVICE, "lambda:InvokeFunction", function_arn, source):
            accept(function, json.dumps(event).encode(), new_request_id())
        else:
            logger.warning("a bucket may not invoke %s", function_arn)

    notifications._send_event_bridge_message = send_event_bridge_message
    notifications._invoke_awslambda = invoke_function

    def delete_object(
        backend: Any, bucket_name: str, key_name: str, version_id: str | None = None, bypass: bool = False
    ) -> Any:
        """moto tells of no delete marker, and of a version only when it was the last."""
        deleted, answer = _moto_delete_object(backend, bucket_name, key_name, version_id, bypass)
        bucket = backend.get_bucket(bucket_name)
        configuration = bucket.notification_configuration
        if deleted and configuration is not None and configuration.event_bridge is not None:
            marker = bucket.is_versioned and version_id is None
            described = {"key": key_name} | ({"etag": EMPTY_ETAG} if marker else {})
            if answer.get("version-id"):
                described["version-id"] = answer["version-id"]
            how = "Delete Marker Created" if marker else "Permanently Deleted"
            rest = {"reason": "DeleteObject", "deletion-type": how}
            rules.publish(event_of(bucket, "Object Deleted", described, rest))
        return deleted, answer

    S3Backend.delete_object = delete_object


def is_told(name: str) -> bool:
    """moto makes more of some calls than S3 does; deletions are told of by ``delete_object``."""
    call = CURRENT_CALL.get()
    operation = call.operation if call else None
    if name == "s3:ObjectCreated:Put" and operation == "CompleteMultipartUpload":
        return False
    asked = ONLY_WHEN_ASKED.get(name)
    return not name.startswith("s3:ObjectRemoved") and asked in (None, operation)


def event_of(bucket: Any, kind: str, described: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    call = CURRENT_CALL.get()
    letters = string.ascii_uppercase + string.digits
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {**described, "sequencer": f"{next(_sequence):016X}"},
        "request-id": "".join(secrets.choice(letters) for _ in range(16)),
        "requester": ACCOUNT_ID,
        "source-ip-address": (call.http.remote_addr if call else None) or "127.0.0.1",
        **rest,
    }
    event = {"detail-type": kind, "source": "aws.s3", "resources": [bucket.arn], "detail": detail}
    return complete(event, bucket.region_name)
