"""Mutations of encryption, and of what keeps data from being lost."""

from __future__ import annotations

import json
from typing import Any

from tests.mutation.cloud import FOREIGN, PUBLIC, Cloud, allow, with_statement
from tests.mutation.model import MENDED, Broken, Pair, Steps, mutation
from tests.mutation.watch import database

AWS_KEYS = "alias/aws/"


@mutation("LAM-02", "no key")
def no_environment_key(cloud: Cloud) -> Steps:
    cloud.configure(KMSKeyArn="")
    yield Broken(cloud.function.arn)
    cloud.configure(KMSKeyArn=cloud.function.environment_key)


@mutation("LAM-02", "a key that is disabled")
def disabled_environment_key(cloud: Cloud) -> Steps:
    kms, key = cloud.client("kms"), cloud.spare_key
    cloud.configure(KMSKeyArn=key.arn)
    kms.disable_key(KeyId=key.id)
    yield Broken(cloud.function.arn)
    kms.enable_key(KeyId=key.id)
    cloud.configure(KMSKeyArn=cloud.function.environment_key)


def _variable(cloud: Cloud, name: str, value: str) -> Steps:
    configuration = cloud.client("lambda").get_function_configuration(FunctionName=cloud.function.name)
    before = configuration["Environment"]["Variables"]
    cloud.configure(Environment={"Variables": {**before, name: value}})
    yield Broken(cloud.function.arn)
    cloud.configure(Environment={"Variables": before})


@mutation("LAM-05", "a variable that is called a password")
def secret_by_name(cloud: Cloud) -> Steps:
    yield from _variable(cloud, "DATABASE_PASSWORD", "correct-horse-battery-staple")


@mutation("LAM-05", "a value that is an access key")
def secret_by_value(cloud: Cloud) -> Steps:
    yield from _variable(cloud, "UPLOADER", "AKIA" + "IOSFODNN7QX4MPLE")


@mutation("KMS-01", "rotation off")
def no_rotation(cloud: Cloud) -> Steps:
    kms, key = cloud.client("kms"), cloud.key("-phi").arn
    kms.disable_key_rotation(KeyId=key)
    yield Broken(key)
    kms.enable_key_rotation(KeyId=key)


@mutation("KMS-01", "a new key without rotation")
def new_key_without_rotation(cloud: Cloud) -> Steps:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]
    yield Broken(key["Arn"])
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)


def _key_policy(cloud: Cloud, statement: dict[str, Any]) -> Steps:
    kms, key = cloud.client("kms"), cloud.key("-phi")
    before = str(key.policy)
    kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=with_statement(before, statement))
    yield Broken(key.arn)
    kms.put_key_policy(KeyId=key.id, PolicyName="default", Policy=before)


@mutation("KMS-02", "anybody may decrypt")
def public_key(cloud: Cloud) -> Steps:
    yield from _key_policy(cloud, allow("kms:Decrypt", "*", **PUBLIC))


@mutation("KMS-02", "a service has kms:*")
def service_administers(cloud: Cloud) -> Steps:
    yield from _key_policy(cloud, allow("kms:*", "*", Principal={"Service": "logs.amazonaws.com"}))


@mutation("KMS-02", "a grant for a stranger")
def granted_key(cloud: Cloud) -> Steps:
    kms, key = cloud.client("kms"), cloud.spare_key
    stranger = f"arn:aws:iam::{FOREIGN}:role/reader"
    grant = kms.create_grant(KeyId=key.id, GranteePrincipal=stranger, Operations=["Decrypt"])["GrantId"]
    yield Broken(key.arn)
    kms.revoke_grant(KeyId=key.id, GrantId=grant)


def _pending(cloud: Cloud, *also: tuple[str, str]) -> Steps:
    """The spare key awaits its deletion: KMS-01 judges it no more."""
    kms, key = cloud.client("kms"), cloud.spare_key
    kms.schedule_key_deletion(KeyId=key.id, PendingWindowInDays=7)
    yield Broken(key.arn, also=(("KMS-01", key.arn), *also))
    kms.cancel_key_deletion(KeyId=key.id)
    kms.enable_key(KeyId=key.id)


@mutation("KMS-03", "pending, and a function uses it")
def pending_key_of_a_function(cloud: Cloud) -> Steps:
    cloud.configure(KMSKeyArn=cloud.spare_key.arn)
    yield from _pending(cloud, ("LAM-02", cloud.function.arn))
    cloud.configure(KMSKeyArn=cloud.function.environment_key)


@mutation("KMS-03", "pending, and a queue uses it by its alias")
def pending_key_by_alias(cloud: Cloud) -> Steps:
    queue = next(q for q in cloud.account.queues.items if q.arn == cloud.function.dead_letter_arn)
    sqs = cloud.client("sqs")
    alias = "alias/healthcare-mutation-spare"
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes={"KmsMasterKeyId": alias})
    yield from _pending(cloud, ("SQS-01", queue.arn))
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes={"KmsMasterKeyId": str(queue.key)})


@mutation("KMS-03", "pending, and a secret uses it")
def pending_key_of_a_secret(cloud: Cloud) -> Steps:
    secrets = cloud.client("secretsmanager")
    arn = secrets.create_secret(Name="mutation", KmsKeyId=cloud.spare_key.arn, SecretString="x")["ARN"]
    yield from _pending(cloud, ("SEC-01", arn), ("SEC-02", arn))
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@mutation("SEC-01", "a secret with AWS's key")
def secret_without_key(cloud: Cloud) -> Steps:
    secrets = cloud.client("secretsmanager")
    arn = secrets.create_secret(Name="mutation", SecretString="x")["ARN"]
    yield Broken(arn, also=(("SEC-02", arn),))
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@mutation("SEC-01", "a secret with AWS's key by its alias")
def secret_with_aws_alias(cloud: Cloud) -> Steps:
    secrets = cloud.client("secretsmanager")
    key = f"{AWS_KEYS}secretsmanager"
    arn = secrets.create_secret(Name="mutation", KmsKeyId=key, SecretString="x")["ARN"]
    yield Broken(arn, also=(("SEC-02", arn),))
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@mutation("SEC-02", "a secret that never rotates")
def secret_without_rotation(cloud: Cloud) -> Steps:
    secrets = cloud.client("secretsmanager")
    arn = secrets.create_secret(Name="mutation", KmsKeyId=cloud.spare_key.arn, SecretString="x")["ARN"]
    yield Broken(arn)
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


@mutation("SEC-02", "one secret of two does not rotate")
def one_secret_without_rotation(cloud: Cloud) -> Steps:
    """The other rotates without a function, as secrets of services do: moto would run one in Docker."""
    secrets = cloud.client("secretsmanager")
    named = {"KmsKeyId": cloud.spare_key.arn, "SecretString": "x"}
    rotating = secrets.create_secret(Name="mutation-rotating", **named)["ARN"]
    secrets.rotate_secret(SecretId=rotating, RotationRules={"AutomaticallyAfterDays": 30})
    yield MENDED
    arn = secrets.create_secret(Name="mutation", **named)["ARN"]
    yield Broken(arn)
    for secret in (arn, rotating):
        secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def _archive_policy(cloud: Cloud, effect_of_denial: str | None) -> Steps:
    """The bucket's policy without its refusal of plain HTTP, or with a weaker one."""
    s3, bucket = cloud.client("s3"), cloud.archive
    before = str(bucket.policy)
    document = json.loads(before)
    rest = [s for s in document["Statement"] if "aws:SecureTransport" not in json.dumps(s)]
    if effect_of_denial:
        tls = [s for s in document["Statement"] if "aws:SecureTransport" in json.dumps(s)]
        rest += [{**statement, "Action": effect_of_denial} for statement in tls]
    s3.put_bucket_policy(Bucket=bucket.name, Policy=json.dumps({**document, "Statement": rest}))
    yield Broken(bucket.arn)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=before)


@mutation("S3-03", "plain HTTP is not refused")
def plain_http(cloud: Cloud) -> Steps:
    yield from _archive_policy(cloud, None)


@mutation("S3-03", "plain HTTP is refused for writes alone")
def plain_reads(cloud: Cloud) -> Steps:
    yield from _archive_policy(cloud, "s3:PutObject")


@mutation("S3-04", "versioning suspended")
def no_versions(cloud: Cloud) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.archive
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})
    yield Broken(bucket.arn)
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def _bucket_encryption(cloud: Cloud, default: dict[str, str]) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.archive
    before = s3.get_bucket_encryption(Bucket=bucket.name)["ServerSideEncryptionConfiguration"]
    broken = {"Rules": [{"ApplyServerSideEncryptionByDefault": default}]}
    s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=broken)
    yield Broken(bucket.arn)
    s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=before)


@mutation("S3-05", "SSE-S3")
def sse_s3(cloud: Cloud) -> Steps:
    yield from _bucket_encryption(cloud, {"SSEAlgorithm": "AES256"})


@mutation("S3-05", "AWS's key")
def sse_kms_without_key(cloud: Cloud) -> Steps:
    yield from _bucket_encryption(cloud, {"SSEAlgorithm": "aws:kms"})


def _table(cloud: Cloud, broken: dict[str, Any], mended: dict[str, Any]) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("-patients")
    dynamodb.update_table(TableName=table.name, **broken)
    yield Broken(table.arn)
    dynamodb.update_table(TableName=table.name, **mended)


@mutation("DDB-01", "the key that AWS owns")
def table_without_key(cloud: Cloud) -> Steps:
    key = str(cloud.table("-patients").key)
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    yield from _table(cloud, {"SSESpecification": {"Enabled": False}}, {"SSESpecification": encrypted})


@mutation("DDB-01", "a new table")
def new_table(cloud: Cloud) -> Steps:
    dynamodb = cloud.client("dynamodb")
    arn = dynamodb.create_table(
        TableName="mutation",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=False,
    )["TableDescription"]["TableArn"]
    yield Broken(arn, also=(("DDB-02", arn), ("DDB-03", arn), ("BKP-01", arn)))
    dynamodb.delete_table(TableName="mutation")


def _made_table(cloud: Cloud, *also: str, protected: bool, recovered: bool) -> Steps:
    """A new table with a customer key. No backup plan has it."""
    dynamodb = cloud.client("dynamodb")
    arn = dynamodb.create_table(
        TableName="mutation",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=protected,
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": cloud.spare_key.arn},
    )["TableDescription"]["TableArn"]
    if recovered:
        on = {"PointInTimeRecoveryEnabled": True}
        dynamodb.update_continuous_backups(TableName="mutation", PointInTimeRecoverySpecification=on)
    yield Broken(arn, also=tuple((control, arn) for control in also))
    if protected:
        dynamodb.update_table(TableName="mutation", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="mutation")


@mutation("DDB-02", "a new table, as DynamoDB makes one")
def new_table_without_recovery(cloud: Cloud) -> Steps:
    yield from _made_table(cloud, "BKP-01", protected=True, recovered=False)


@mutation("DDB-03", "a new table, as DynamoDB makes one")
def new_table_without_protection(cloud: Cloud) -> Steps:
    yield from _made_table(cloud, "BKP-01", protected=False, recovered=True)


@mutation("DDB-02", "recovery off")
def no_recovery(cloud: Cloud) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("-patients")

    def recovery(enabled: bool) -> None:
        dynamodb.update_continuous_backups(
            TableName=table.name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled},
        )

    recovery(enabled=False)
    yield Broken(table.arn)
    recovery(enabled=True)


@mutation("DDB-03", "protection off")
def no_protection(cloud: Cloud) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table("-patients")
    dynamodb.update_table(TableName=table.name, DeletionProtectionEnabled=True)
    yield MENDED
    dynamodb.update_table(TableName=table.name, DeletionProtectionEnabled=False)
    yield Broken(table.arn)


def _queue_attributes(cloud: Cloud, broken: dict[str, str]) -> Steps:
    sqs = cloud.client("sqs")
    queue = next(q for q in cloud.account.queues.items if q.arn == cloud.function.dead_letter_arn)
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes=broken)
    yield Broken(queue.arn)
    sqs.set_queue_attributes(QueueUrl=cloud.dead_letters, Attributes={"KmsMasterKeyId": str(queue.key)})


@mutation("SQS-01", "SSE-SQS")
def sse_sqs(cloud: Cloud) -> Steps:
    yield from _queue_attributes(cloud, {"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"})


@mutation("SQS-01", "AWS's key")
def queue_with_aws_key(cloud: Cloud) -> Steps:
    yield from _queue_attributes(cloud, {"KmsMasterKeyId": f"{AWS_KEYS}sqs"})


def _topic_key(cloud: Cloud, key: str, also: tuple[Pair, ...] = ()) -> Steps:
    sns, topic = cloud.client("sns"), cloud.topic
    named = {"TopicArn": topic.arn, "AttributeName": "KmsMasterKeyId"}
    sns.set_topic_attributes(**named, AttributeValue=key)
    yield Broken(topic.arn, also)
    sns.set_topic_attributes(**named, AttributeValue=topic.key)


@mutation("SNS-01", "no key")
def topic_without_key(cloud: Cloud) -> Steps:
    yield from _topic_key(cloud, "")


@mutation("SNS-01", "AWS's key")
def topic_with_aws_key(cloud: Cloud) -> Steps:
    """Which CloudWatch may not use: no alarm reaches the topic any more."""
    yield from _topic_key(cloud, f"{AWS_KEYS}sns", cloud.alarmed())


@mutation("SNS-01", "a function may publish to what is sent by e-mail")
def phi_by_mail(cloud: Cloud) -> Steps:
    cloud.permit(cloud.role, "mutation", allow("sns:Publish", cloud.topic.arn))
    yield Broken(cloud.topic.arn, also=(("NET-04", cloud.function.arn),))
    cloud.forbid(cloud.role, "mutation")


def _database(cloud: Cloud, **settings: Any) -> Steps:
    with database(cloud, **settings) as arn:
        yield Broken(arn, also=(("BKP-01", arn),))  # which it is in no plan of


@mutation("RDS-01", "not encrypted")
def plain_database(cloud: Cloud) -> Steps:
    yield from _database(cloud, StorageEncrypted=False, KmsKeyId=None)


@mutation("RDS-01", "AWS's key")
def database_with_aws_key(cloud: Cloud) -> Steps:
    yield from _database(cloud, KmsKeyId=f"{AWS_KEYS}rds")


@mutation("RDS-02", "public")
def public_database(cloud: Cloud) -> Steps:
    yield from _database(cloud, PubliclyAccessible=True)


@mutation("RDS-02", "made public later")
def opened_database(cloud: Cloud) -> Steps:
    with database(cloud) as arn:
        yield MENDED
        cloud.client("rds").modify_db_instance(DBInstanceIdentifier="mutation", PubliclyAccessible=True)
        yield Broken(arn)


@mutation("API-03", "a domain with TLS 1.0")
def old_tls(cloud: Cloud) -> Steps:
    apigateway = cloud.client("apigateway")
    name = "mutation.example.org"
    apigateway.create_domain_name(
        domainName=name,
        securityPolicy="TLS_1_0",
        regionalCertificateArn=f"arn:aws:acm:{cloud.account.region}:{cloud.account.id}:certificate/1",
        endpointConfiguration={"types": ["REGIONAL"]},
    )
    yield Broken(f"arn:aws:apigateway:{cloud.account.region}::/domainnames/{name}")
    apigateway.delete_domain_name(domainName=name)
