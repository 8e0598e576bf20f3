"""S3: buckets and objects, and the actions whose names are not the operations'.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from moto.s3.models import FakeDeleteMarker

from scripts.local_cloud.authorization.access import Access
from scripts.local_cloud.authorization.services.kms import via_service
from scripts.local_cloud.backends import backend_of
from scripts.local_cloud.protocol.requests import AwsRequest

ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "DeleteObjects": "DeleteObject",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "GetBucketReplication": "GetReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "ListParts": "ListMultipartUploadParts",
    "PutBucketCors": "PutBucketCORS",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "PutBucketReplication": "PutReplicationConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
}
# Of an object's version there are actions apart.
VERSIONED = {"GetObject", "DeleteObject", "GetObjectTagging", "GetObjectAcl"}
# Condition key -> the parameter that it is about.
CONTEXT_PARAMETERS = {
    "s3:prefix": "Prefix",
    "s3:delimiter": "Delimiter",
    "s3:if-none-match": "IfNoneMatch",
    "s3:VersionId": "VersionId",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-server-side-encryption": "ServerSideEncryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id": "SSEKMSKeyId",
    "s3:object-lock-mode": "ObjectLockMode",
}


def accesses(call: AwsRequest) -> list[Access]:
    given = call.parameters
    operation = str(call.operation)
    action = ACTIONS.get(operation, operation)
    bucket, key = given.get("Bucket"), given.get("Key")
    if given.get("VersionId") and action in VERSIONED:
        action = action.replace("Object", "ObjectVersion")
    context = {name: str(given[of]) for name, of in CONTEXT_PARAMETERS.items() if given.get(of)}
    if not bucket or operation == "ListBuckets":
        return [Access(f"s3:{action}", "*", context)]
    arn = f"arn:aws:s3:::{bucket}"
    if operation == "DeleteObjects":
        keys = [item["Key"] for item in (given.get("Delete") or {}).get("Objects") or []]
        return [Access("s3:DeleteObject", f"{arn}/{name}", context) for name in keys]
    found = [Access(f"s3:{action}", f"{arn}/{key}" if key else arn, context)]
    if given.get("CopySource"):
        source = unquote(str(given["CopySource"])).lstrip("/").partition("?")[0]
        found.append(Access("s3:GetObject", f"arn:aws:s3:::{source}"))
    if given.get("BypassGovernanceRetention") in (True, "true"):
        found.append(Access("s3:BypassGovernanceRetention", f"{arn}/{key}", context))
    if action == "GetObject" and key and not is_there(call, str(bucket), str(key)):
        found.append(Access("s3:ListBucket", arn))
    return [*found, *object_key_accesses(call, str(bucket), key, action)]


def is_there(call: AwsRequest, bucket_name: str, key: str) -> bool:
    """Whoever may not list is not told that a key does not exist: 403 instead of 404.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    bucket = backend_of("s3", call.region).buckets.get(bucket_name)
    stored = bucket.keys.get(key) if bucket else None
    return bucket is None or not (stored is None or isinstance(stored, FakeDeleteMarker))


def object_key_accesses(call: AwsRequest, bucket_name: str, key: str | None, action: str) -> list[Access]:
    """The customer key that the object is, or will be, encrypted with is used on the caller's behalf.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    bucket = backend_of("s3", call.region).buckets.get(bucket_name)
    if bucket is None or not key:
        return []
    if action == "PutObject":
        key_id, uses = key_of_upload(call.parameters, bucket), ["GenerateDataKey"]
        if "Multipart" in str(call.operation) or "Part" in str(call.operation):
            uses = ["GenerateDataKey", "Decrypt"]
    elif action in ("GetObject", "GetObjectVersion"):
        stored = bucket.keys.get(key)
        key_id, uses = getattr(stored, "kms_key_id", None), ["Decrypt"]
    else:
        return []
    if not key_id:
        return []
    return via_service(call, "s3", key_id, uses, {"aws:s3:arn": f"arn:aws:s3:::{bucket_name}/{key}"})


def key_of_upload(given: Mapping[str, Any], bucket: Any) -> str | None:
    if given.get("SSEKMSKeyId"):
        return str(given["SSEKMSKeyId"])
    rule = (bucket.encryption or {}).get("Rule") or {}
    default = rule.get("ApplyServerSideEncryptionByDefault") or {}
    key: str | None = default.get("KMSMasterKeyID")
    return key


def account_accesses(call: AwsRequest) -> list[Access]:
    """S3 Control: the account's own settings."""
    action = str(call.operation).replace("PublicAccessBlock", "AccountPublicAccessBlock")
    # Deletion has no action of its own: it is a Put.
    return [Access(f"s3:{action.replace('DeleteAccount', 'PutAccount')}")]
