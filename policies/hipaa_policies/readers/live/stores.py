"""Tables, buckets and secrets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.functions import ResourcePolicy
from hipaa_policies.facts.stores import Bucket, ObjectLock, PublicAccessBlock, Replica, Secret, Table
from hipaa_policies.readers.live.aws import Aws
from hipaa_policies.readers.live.registry import Facts, Where, reader

_YEAR_DAYS = 365
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html
_NO_POLICY = ("PolicyNotFoundException",)


@reader(
    "tables",
    operations={
        "dynamodb": ("DescribeContinuousBackups", "DescribeTable", "GetResourcePolicy", "ListTables"),
    },
)
def read_tables(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("dynamodb", "ListTables", "TableNames")
    return {"tables": Listing(aws.each(listed.items, lambda n: _table(aws, n, where)), listed.problem)}


def _table(aws: Aws, name: str, where: Where) -> Table:
    described = aws.optional("dynamodb", "DescribeTable", [], TableName=name)
    backups = aws.optional("dynamodb", "DescribeContinuousBackups", [], TableName=name)
    arn = where.arn("dynamodb", f"table/{name}")
    policies = _policies(aws.optional("dynamodb", "GetResourcePolicy", _NO_POLICY, ResourceArn=arn))
    recovery: bool | Unreadable
    if isinstance(backups, Unreadable):
        recovery = backups
    else:
        description = (backups or {}).get("ContinuousBackupsDescription") or {}
        point = description.get("PointInTimeRecoveryDescription") or {}
        recovery = point.get("PointInTimeRecoveryStatus") == "ENABLED"
    if isinstance(described, Unreadable):
        return Table(arn, name, described, described, recovery, described, policies)
    table = (described or {})["Table"]
    encryption = table.get("SSEDescription") or {}
    # KMS without a key ARN, or with the alias, is alias/aws/dynamodb: a key that AWS manages.
    key = encryption.get("KMSMasterKeyArn") if encryption.get("SSEType") == "KMS" else None
    replicas = tuple(
        Replica(replica["RegionName"], replica.get("KMSMasterKeyId") or None)
        for replica in table.get("Replicas") or ()
        if replica["RegionName"] != where.region
    )
    protected = bool(table.get("DeletionProtectionEnabled"))
    return Table(arn, name, key, protected, recovery, replicas, policies)


def _policies(answer: Mapping[str, Any] | Unreadable | None) -> Listing[ResourcePolicy]:
    if isinstance(answer, Unreadable):
        return Listing((), answer)
    return Listing((ResourcePolicy(answer["Policy"]),) if answer else ())


@reader(
    "buckets",
    operations={
        "s3": (
            "GetBucketEncryption",
            "GetBucketLogging",
            "GetBucketPolicy",
            "GetBucketVersioning",
            "GetObjectLockConfiguration",
            "GetPublicAccessBlock",
            "ListBuckets",
        ),
        "s3control": ("GetPublicAccessBlock",),
    },
)
def read_buckets(aws: Aws, where: Where) -> Facts:
    listed = aws.pages("s3", "ListBuckets", "Buckets")
    account = aws.optional(
        "s3control",
        "GetPublicAccessBlock",
        ["NoSuchPublicAccessBlockConfiguration"],
        AccountId=where.account,
    )
    buckets = aws.each(listed.items, lambda answer: _bucket(aws, answer["Name"], account, where))
    return {"buckets": Listing(buckets, listed.problem)}


def _bucket(aws: Aws, name: str, account: Mapping[str, Any] | Unreadable | None, where: Where) -> Bucket:
    def ask(operation: str, *absent: str) -> Mapping[str, Any] | Unreadable | None:
        return aws.optional("s3", operation, absent, Bucket=name)

    policy = ask("GetBucketPolicy", "NoSuchBucketPolicy")
    versioning = ask("GetBucketVersioning")
    encryption = ask("GetBucketEncryption", "ServerSideEncryptionConfigurationNotFoundError")
    logging = ask("GetBucketLogging")
    algorithm, key = _encryption(encryption)
    return Bucket(
        arn=f"arn:{where.partition}:s3:::{name}",
        name=name,
        public_access_block=_block(
            ask("GetPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"), account
        ),
        policy=policy if isinstance(policy, Unreadable) else (policy or {}).get("Policy"),
        versioning=versioning
        if isinstance(versioning, Unreadable)
        else (versioning or {}).get("Status") == "Enabled",
        algorithm=algorithm,
        key=key,
        lock=_lock(ask("GetObjectLockConfiguration", "ObjectLockConfigurationNotFoundError")),
        log_target=logging
        if isinstance(logging, Unreadable)
        else ((logging or {}).get("LoggingEnabled") or {}).get("TargetBucket"),
    )


def _block(
    bucket: Mapping[str, Any] | Unreadable | None, account: Mapping[str, Any] | Unreadable | None
) -> PublicAccessBlock | Unreadable:
    if isinstance(bucket, Unreadable):
        return bucket
    own = _switches(bucket)
    if own.complete:
        return own
    return account if isinstance(account, Unreadable) else own.merged(_switches(account))


def _switches(answer: Mapping[str, Any] | None) -> PublicAccessBlock:
    block = (answer or {}).get("PublicAccessBlockConfiguration") or {}
    return PublicAccessBlock(
        bool(block.get("BlockPublicAcls")),
        bool(block.get("IgnorePublicAcls")),
        bool(block.get("BlockPublicPolicy")),
        bool(block.get("RestrictPublicBuckets")),
    )


def _encryption(
    answer: Mapping[str, Any] | Unreadable | None,
) -> tuple[str | Unreadable | None, str | Unreadable | None]:
    if isinstance(answer, Unreadable):
        return answer, answer
    rules = ((answer or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or [{}]
    default = rules[0].get("ApplyServerSideEncryptionByDefault") or {}
    return default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")


def _lock(answer: Mapping[str, Any] | Unreadable | None) -> ObjectLock | Unreadable | None:
    if isinstance(answer, Unreadable) or answer is None:
        return answer
    configuration = answer.get("ObjectLockConfiguration") or {}
    if configuration.get("ObjectLockEnabled") != "Enabled":
        return None
    rule = (configuration.get("Rule") or {}).get("DefaultRetention") or {}
    days = rule.get("Days") or (rule.get("Years") or 0) * _YEAR_DAYS
    return ObjectLock(rule.get("Mode"), days)


@reader("secrets", operations={"secretsmanager": ("GetResourcePolicy", "ListSecrets")})
def read_secrets(aws: Aws, _: Where) -> Facts:
    listed = aws.pages("secretsmanager", "ListSecrets", "SecretList")
    return {"secrets": Listing(aws.each(listed.items, lambda s: _secret(aws, s)), listed.problem)}


def _secret(aws: Aws, listed: Mapping[str, Any]) -> Secret:
    attached = aws.optional("secretsmanager", "GetResourcePolicy", [], SecretId=listed["ARN"]) or {}
    # A name with an exclamation mark is for secrets that a service of AWS keeps.
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/service-linked-secrets.html
    service, mark, _ = listed["Name"].partition("!")
    return Secret(
        arn=listed["ARN"],
        name=listed["Name"],
        key=listed.get("KmsKeyId") or None,
        rotation=bool(listed.get("RotationEnabled")),
        policy=attached if isinstance(attached, Unreadable) else attached.get("ResourcePolicy") or None,
        keeper=listed.get("OwningService") or (service if mark else None),
    )
