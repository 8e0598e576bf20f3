"""How a store is copied and restored, by kind. What AWS Backup asks of the role is asked of it here, too.

The actions are those of AWS's managed policies for AWS Backup:
https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html
"""

from __future__ import annotations

import copy
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from moto.dynamodb.models.table import Backup, RestoredTable

from scripts.local_cloud.administrator import ACCOUNT_ID
from scripts.local_cloud.backends import arn_of, backend_of, one_at_a_time
from scripts.local_cloud.backup.role import JobFailedError, Role

Metadata = Mapping[str, str]
# Aurora PostgreSQL's. The local cloud's own PostgreSQL answers for one cluster, which a restored one is not.
RESTORED_PORT = 5432


class Kind(Protocol):
    """``name`` is AWS Backup's ResourceType. Whatever ``copy`` returns is handed to ``restore``."""

    name: str

    def owns(self, arn: str) -> bool: ...
    def exists(self, arn: str, region: str) -> bool: ...
    def key_of(self, arn: str, region: str) -> str | None: ...
    def copy(self, arn: str, role: Role) -> Any: ...
    def metadata(self, content: Any) -> dict[str, str]: ...
    def restore(self, content: Any, metadata: Metadata, role: Role) -> str: ...
    def discard(self, content: Any, region: str) -> None: ...


def key_arn_of(region: str, key: str | None) -> str | None:
    if not key:
        return None
    keys = backend_of("kms", region)
    found = keys.keys.get(keys.any_id_to_key_id(key))
    return None if found is None else str(found.arn)


def needed(metadata: Metadata, name: str) -> str:
    value = {key.lower(): value for key, value in metadata.items()}.get(name.lower())
    if not value:
        raise JobFailedError(f"Metadata {name} is missing")
    return value


class Tables:
    name = "DynamoDB"

    def owns(self, arn: str) -> bool:
        return arn.split(":")[2] == "dynamodb"

    def exists(self, arn: str, region: str) -> bool:
        return arn.rpartition("/")[2] in backend_of("dynamodb", region).tables

    def key_of(self, arn: str, region: str) -> str | None:
        table = backend_of("dynamodb", region).tables[arn.rpartition("/")[2]]
        return key_arn_of(region, (table.sse_specification or {}).get("KMSMasterKeyId"))

    def copy(self, arn: str, role: Role) -> Any:
        for action in ("DescribeTable", "ListTagsOfResource", "StartAwsBackupJob"):
            role.require(f"dynamodb:{action}", arn)
        role.require_key(self.key_of(arn, role.region), "dynamodb", "Decrypt", "DescribeKey")
        with one_at_a_time("dynamodb"):
            return copy.deepcopy(backend_of("dynamodb", role.region).tables[arn.rpartition("/")[2]])

    def metadata(self, content: Any) -> dict[str, str]:
        return {"originalTableName": content.name}

    def restore(self, content: Any, metadata: Metadata, role: Role) -> str:
        """A table without tags, stream, expiry, point-in-time recovery and protection, as DynamoDB makes it.

        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CreateBackup.html
        """
        name = needed(metadata, "targetTableName")
        arn = arn_of("dynamodb", role.region, f"table/{name}")
        for action in ("RestoreTableFromAwsBackup", "BatchWriteItem", "PutItem", "DescribeTable", "Scan"):
            role.require(f"dynamodb:{action}", arn)
        key = None
        if metadata.get("encryptionType") == "KMS":
            key = needed(metadata, "kmsMasterKeyArn")
            role.require_key(key, "dynamodb", "Decrypt", "DescribeKey", "GenerateDataKey")
        tables = backend_of("dynamodb", role.region)
        with one_at_a_time("dynamodb"):
            if name in tables.tables:
                raise JobFailedError(f"Table already exists: {name}")
            backup = Backup(ACCOUNT_ID, role.region, "aws-backup", content)
            table = RestoredTable(name, ACCOUNT_ID, role.region, backup)
            table.billing_mode = content.billing_mode
            table.sse_specification = (
                {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key} if key else None
            )
            tables.tables[name] = table
        return arn

    def discard(self, content: Any, region: str) -> None:
        """The copy goes with its recovery point."""


@dataclass(frozen=True)
class CopiedObject:
    name: str
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class CopiedBucket:
    name: str
    objects: tuple[CopiedObject, ...]


class Buckets:
    """Current versions alone."""

    name = "S3"

    def owns(self, arn: str) -> bool:
        return arn.split(":")[2] == "s3"

    def exists(self, arn: str, region: str) -> bool:
        return arn.rpartition(":")[2] in backend_of("s3", region).buckets

    def key_of(self, arn: str, region: str) -> str | None:
        encryption = backend_of("s3", region).buckets[arn.rpartition(":")[2]].encryption or {}
        default = (encryption.get("Rule") or {}).get("ApplyServerSideEncryptionByDefault") or {}
        return key_arn_of(region, default.get("KMSMasterKeyID"))

    def copy(self, arn: str, role: Role) -> Any:
        name = arn.rpartition(":")[2]
        bucket = backend_of("s3", role.region).buckets[name]
        if bucket.versioning_status != "Enabled":
            raise JobFailedError(f"Bucket {name} does not have versioning enabled")
        for action in (
            "GetBucketVersioning",
            "GetBucketNotification",
            "PutBucketNotification",
            "ListBucketVersions",
        ):
            role.require(f"s3:{action}", arn)
        role.require("s3:GetObjectVersion", f"{arn}/*")
        role.require_key(self.key_of(arn, role.region), "s3", "Decrypt", "DescribeKey")
        with one_at_a_time("s3"):
            current = [key for key in bucket.keys.values() if hasattr(key, "value")]
            return CopiedBucket(
                name,
                tuple(CopiedObject(key.name, key.value, {**key.metadata}) for key in current),
            )

    def metadata(self, content: Any) -> dict[str, str]:
        return {"aws:backup:s3:bucket": content.name}

    def restore(self, content: Any, metadata: Metadata, role: Role) -> str:
        """Into a new bucket, which S3 closes to the public."""
        name = needed(metadata, "DestinationBucketName")
        arn = f"arn:aws:s3:::{name}"
        if metadata.get("NewBucket", "").lower() != "true":
            raise JobFailedError("The local cloud restores into new buckets alone: NewBucket = true")
        for action in ("CreateBucket", "PutBucketOwnershipControls", "PutBucketVersioning"):
            role.require(f"s3:{action}", arn)
        role.require("s3:PutObject", f"{arn}/*")
        key = metadata.get("KMSKey")
        role.require_key(key, "s3", "DescribeKey", "GenerateDataKey")
        store = backend_of("s3", role.region)
        with one_at_a_time("s3"):
            if name in store.buckets:
                raise JobFailedError(f"Bucket {name} exists")
            bucket = store.create_bucket(name, role.region)
            store.put_bucket_versioning(name, "Enabled")
            closed = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            store.put_public_access_block(name, dict.fromkeys(closed, "True"))
            bucket.ownership_rule = {"Rule": {"ObjectOwnership": "BucketOwnerEnforced"}}
            for copied in content.objects:
                encryption = {"encryption": "aws:kms", "kms_key_id": key} if key else {}
                put = store.put_object(
                    name, copied.name, copied.body, disable_notification=True, **encryption
                )
                put.set_metadata(dict(copied.headers), replace=True)
        return arn

    def discard(self, content: Any, region: str) -> None:
        """The copy goes with its recovery point."""


class Clusters:
    """Aurora's snapshots. What PostgreSQL holds is not in them: the local cloud has one PostgreSQL."""

    name = "Aurora"

    def owns(self, arn: str) -> bool:
        return arn.split(":")[2] == "rds" and arn.split(":")[5] == "cluster"

    def exists(self, arn: str, region: str) -> bool:
        return arn.rpartition(":")[2] in backend_of("rds", region).clusters

    def key_of(self, arn: str, region: str) -> str | None:
        return key_arn_of(region, backend_of("rds", region).clusters[arn.rpartition(":")[2]].kms_key_id)

    def copy(self, arn: str, role: Role) -> Any:
        snapshot = f"awsbackup:job-{uuid.uuid4()}"
        for action in ("CreateDBClusterSnapshot", "DescribeDBClusters", "ListTagsForResource"):
            role.require(f"rds:{action}", arn)
        role.require(
            "rds:CreateDBClusterSnapshot", arn_of("rds", role.region, f"cluster-snapshot:{snapshot}")
        )
        rds = backend_of("rds", role.region)
        rds.create_db_cluster_snapshot(arn.rpartition(":")[2], snapshot, snapshot_type="awsbackup")
        return snapshot

    def metadata(self, content: Any) -> dict[str, str]:
        return {"Engine": "aurora-postgresql", "SnapshotIdentifier": content}

    def restore(self, content: Any, metadata: Metadata, role: Role) -> str:
        name = needed(metadata, "DBClusterIdentifier")
        arn = arn_of("rds", role.region, f"cluster:{name}")
        for resource in (arn, arn_of("rds", role.region, f"cluster-snapshot:{content}")):
            role.require("rds:RestoreDBClusterFromSnapshot", resource)
        rds = backend_of("rds", role.region)
        if name in rds.clusters:
            raise JobFailedError(f"DB Cluster already exists: {name}")
        # moto's own restore finds no snapshots of AWS Backup's, and fails where RDS manages the password.
        source = rds.get_db_cluster_snapshot(content).cluster
        kept = (
            "database_name",
            "engine",
            "engine_version",
            "kms_key_id",
            "master_username",
            "storage_encrypted",
        )
        wanted = {
            "db_subnet_group_name": metadata.get("DBSubnetGroupName"),
            "kms_key_id": metadata.get("KmsKeyId"),
        }
        cluster = rds.create_db_cluster(
            {name: getattr(source, name) for name in kept}
            | {key: value for key, value in wanted.items() if value}
            | {"db_cluster_identifier": name, "port": RESTORED_PORT}
            | {"master_user_password": secrets.token_urlsafe(21)}  # RDS manages no secret of a restored one
        )
        cluster.status = "available"  # a job is over when it is
        cluster.deletion_protection = False
        return arn

    def discard(self, content: Any, region: str) -> None:
        backend_of("rds", region).delete_db_cluster_snapshot(content)


KINDS: Sequence[Kind] = (Tables(), Buckets(), Clusters())


def kind_of(arn: str) -> Kind | None:
    return next((kind for kind in KINDS if kind.owns(arn)), None)
