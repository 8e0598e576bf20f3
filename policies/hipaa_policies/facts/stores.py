"""Tables, buckets, databases and secrets: where PHI rests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from hipaa_policies.facts.base import Listing, Unreadable
from hipaa_policies.facts.functions import ResourcePolicy


@dataclass(frozen=True)
class Replica:
    """A table's copy in another region. ``key`` is ``None`` for one of AWS's keys."""

    region: str
    key: str | None


@dataclass(frozen=True)
class Table:
    """``key`` is the KMS key's ARN; ``None`` for the key that AWS owns."""

    TYPE: ClassVar[str] = "AWS::DynamoDB::Table"

    arn: str
    name: str
    key: str | Unreadable | None
    deletion_protection: bool | Unreadable
    recovery: bool | Unreadable
    replicas: tuple[Replica, ...] | Unreadable = ()
    policies: Listing[ResourcePolicy] = field(default_factory=Listing)


@dataclass(frozen=True)
class PublicAccessBlock:
    """The four switches of S3's public access block."""

    block_acls: bool = False
    ignore_acls: bool = False
    block_policy: bool = False
    restrict_buckets: bool = False

    @property
    def complete(self) -> bool:
        return self.block_acls and self.ignore_acls and self.block_policy and self.restrict_buckets

    def merged(self, other: PublicAccessBlock) -> PublicAccessBlock:
        """What holds where both the account and the bucket have one: the stricter of each switch."""
        return PublicAccessBlock(
            self.block_acls or other.block_acls,
            self.ignore_acls or other.ignore_acls,
            self.block_policy or other.block_policy,
            self.restrict_buckets or other.restrict_buckets,
        )


@dataclass(frozen=True)
class ObjectLock:
    """``mode`` is GOVERNANCE or COMPLIANCE, ``days`` the default retention; ``None`` and 0 without one."""

    mode: str | None
    days: int


@dataclass(frozen=True)
class Bucket:
    """``algorithm`` is AES256, aws:kms or aws:kms:dsse; ``key`` as the bucket names it (id, ARN or alias).
    ``log_target`` is the bucket that its access logs go to."""

    TYPE: ClassVar[str] = "AWS::S3::Bucket"

    arn: str
    name: str
    public_access_block: PublicAccessBlock | Unreadable
    policy: str | Unreadable | None
    versioning: bool | Unreadable
    algorithm: str | Unreadable | None
    key: str | Unreadable | None
    lock: ObjectLock | Unreadable | None
    log_target: str | Unreadable | None = None


@dataclass(frozen=True)
class Database:
    """``forces_tls`` is ``None`` for engines without a parameter that refuses plain connections.

    ``iam_sign_in`` tells that users may sign in with IAM's tokens; ``None`` where the engine can't.
    ``cluster_arn`` is set for Aurora's instances: encryption, backups and users are their cluster's.
    """

    TYPE: ClassVar[str] = "AWS::RDS::DBInstance"

    arn: str
    name: str
    key: str | None
    encrypted: bool
    public: bool
    backup_days: int = 0
    forces_tls: bool | Unreadable | None = None
    engine: str = ""
    iam_sign_in: bool | Unreadable | None = None
    cluster_arn: str | None = None


@dataclass(frozen=True)
class Secret:
    """``keeper`` is the service of AWS that made it and rotates it (rds); ``None`` for one of your own."""

    TYPE: ClassVar[str] = "AWS::SecretsManager::Secret"

    arn: str
    name: str
    key: str | None
    rotation: bool
    policy: str | Unreadable | None = None
    keeper: str | None = None
