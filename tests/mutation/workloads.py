"""Mutations of what the workloads keep and pass on, and of signed code."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.mutation.cloud import PUBLIC, STRANGER, Cloud, allow, with_statement
from tests.mutation.model import MENDED, Broken, Steps, mutation

QUEUES = {"hl7": "-hl7-ingest", "fhir": "-fhir-ingest"}
BUCKETS = ("hl7-messages", "fhir-messages", "evidence")
TABLES = ("-patient-events", "-fhir-resources", "-appointments")


def _attributes(cloud: Cloud, name: str, broken: dict[str, str], mended: dict[str, str]) -> Steps:
    sqs, queue = cloud.client("sqs"), cloud.queue(f"-{name}")
    url = cloud.queue_url(queue)
    sqs.set_queue_attributes(QueueUrl=url, Attributes=broken)
    yield Broken(queue.arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes=mended)


def _sse_sqs(cloud: Cloud, name: str) -> Steps:
    broken = {"KmsMasterKeyId": "", "SqsManagedSseEnabled": "true"}
    yield from _attributes(cloud, name, broken, {"KmsMasterKeyId": str(cloud.queue(f"-{name}").key)})


def _senders(cloud: Cloud, name: str, principal: dict[str, Any]) -> Steps:
    queue = cloud.queue(f"-{name}")
    broken = with_statement(str(queue.policy), allow("sqs:SendMessage", queue.arn, **principal))
    yield from _attributes(cloud, name, {"Policy": broken}, {"Policy": str(queue.policy)})


def _no_redrive(cloud: Cloud, name: str, function: str) -> Steps:
    """It is the function whose messages are lost."""
    sqs, url = cloud.client("sqs"), cloud.queue_url(cloud.queue(f"-{name}"))
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})
    yield Broken(cloud.function_named(function).arn)
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


for _name, _function in QUEUES.items():
    mutation("SQS-01", f"{_name}: SSE-SQS")(partial(_sse_sqs, name=_name))
    mutation("SQS-02", f"{_name}: anybody may send")(partial(_senders, name=_name, principal=PUBLIC))
    mutation("SQS-02", f"{_name}: another account may send")(
        partial(_senders, name=_name, principal=STRANGER)
    )
    mutation("LAM-03", f"{_name}: its queue loses its dead-letter queue")(
        partial(_no_redrive, name=_name, function=_function)
    )


@mutation("LAM-03", "records of a stream that it fails to handle are lost")
def stream_without_way_out(cloud: Cloud) -> Steps:
    client, function = cloud.client("lambda"), cloud.function_named("-appointment-notifications")
    listed = client.list_event_source_mappings()["EventSourceMappings"]
    source = next(
        s for s in listed if ":dynamodb:" in s["EventSourceArn"] and function.name in s["FunctionArn"]
    )
    client.update_event_source_mapping(UUID=source["UUID"], DestinationConfig={"OnFailure": {}})
    yield Broken(function.arn)
    client.update_event_source_mapping(UUID=source["UUID"], DestinationConfig=source["DestinationConfig"])


def _bus(cloud: Cloud, principal: str) -> Steps:
    events, bus = cloud.client("events"), cloud.bus("-clinical-events")
    events.put_permission(
        EventBusName=bus.name, Action="events:PutEvents", Principal=principal, StatementId="mutation"
    )
    yield Broken(bus.arn)
    events.remove_permission(EventBusName=bus.name, StatementId="mutation")


mutation("EVB-01", "clinical events: anybody may put them")(partial(_bus, principal="*"))
mutation("EVB-01", "clinical events: another account may put them")(partial(_bus, principal="999999999999"))


def _no_public_block(cloud: Cloud, name: str) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.bucket(name)
    before = s3.get_public_access_block(Bucket=bucket.name)["PublicAccessBlockConfiguration"]
    s3.delete_public_access_block(Bucket=bucket.name)
    yield Broken(bucket.arn)
    s3.put_public_access_block(Bucket=bucket.name, PublicAccessBlockConfiguration=before)


def _policy(cloud: Cloud, name: str, change: Callable[[str, str], str]) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.bucket(name)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=change(str(bucket.policy), bucket.arn))
    yield Broken(bucket.arn)
    s3.put_bucket_policy(Bucket=bucket.name, Policy=str(bucket.policy))


def _for_a_stranger(policy: str, arn: str) -> str:
    return with_statement(policy, allow("s3:GetObject", f"{arn}/*", **STRANGER))


def _without_tls(policy: str, _: str) -> str:
    document = json.loads(policy)
    kept = [s for s in document["Statement"] if "aws:SecureTransport" not in json.dumps(s)]
    return json.dumps({**document, "Statement": kept})


def _no_versions(cloud: Cloud, name: str) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.bucket(name)
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Suspended"})
    yield Broken(bucket.arn)
    s3.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})


def _sse_s3(cloud: Cloud, name: str) -> Steps:
    s3, bucket = cloud.client("s3"), cloud.bucket(name)
    before = s3.get_bucket_encryption(Bucket=bucket.name)["ServerSideEncryptionConfiguration"]
    broken = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=broken)
    yield Broken(bucket.arn)
    s3.put_bucket_encryption(Bucket=bucket.name, ServerSideEncryptionConfiguration=before)


for _name in BUCKETS:
    mutation("S3-01", f"{_name}: none of the switches")(partial(_no_public_block, name=_name))
    mutation("S3-02", f"{_name}: another account may read")(
        partial(_policy, name=_name, change=_for_a_stranger)
    )
    mutation("S3-03", f"{_name}: plain HTTP is not refused")(
        partial(_policy, name=_name, change=_without_tls)
    )
    mutation("S3-04", f"{_name}: versioning suspended")(partial(_no_versions, name=_name))
    mutation("S3-05", f"{_name}: SSE-S3")(partial(_sse_s3, name=_name))


def _table_key(cloud: Cloud, name: str) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table(name)
    encrypted = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": str(table.key)}
    dynamodb.update_table(TableName=table.name, SSESpecification={"Enabled": False})
    yield Broken(table.arn)
    dynamodb.update_table(TableName=table.name, SSESpecification=encrypted)


def _no_recovery(cloud: Cloud, name: str) -> Steps:
    dynamodb, table = cloud.client("dynamodb"), cloud.table(name)
    for enabled in (False, True):
        dynamodb.update_continuous_backups(
            TableName=table.name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
        )
        if not enabled:
            yield Broken(table.arn)


for _name in TABLES:
    mutation("DDB-01", f"{_name[1:]}: the key that AWS owns")(partial(_table_key, name=_name))
    mutation("DDB-02", f"{_name[1:]}: recovery off")(partial(_no_recovery, name=_name))


def _signed(cloud: Cloud, change: Callable[[Any, str, str], None]) -> Steps:
    """environments/local signs nothing: a function first refuses what is not signed."""
    client, function = cloud.client("lambda"), cloud.function_named("-hl7-ingest")
    publisher = (
        f"arn:aws:signer:{cloud.account.region}:{cloud.account.id}:/signing-profiles/mutation/abcdef1234"
    )
    config = client.create_code_signing_config(
        AllowedPublishers={"SigningProfileVersionArns": [publisher]},
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
    )["CodeSigningConfig"]["CodeSigningConfigArn"]
    client.put_function_code_signing_config(CodeSigningConfigArn=config, FunctionName=function.name)
    yield MENDED
    change(client, function.name, config)
    yield Broken(function.arn)
    client.delete_function_code_signing_config(FunctionName=function.name)
    client.delete_code_signing_config(CodeSigningConfigArn=config)


@mutation("LAM-10", "unsigned code only warns")
def unsigned_code_warns(cloud: Cloud) -> Steps:
    def warn(client: Any, _: str, config: str) -> None:
        policy = {"UntrustedArtifactOnDeployment": "Warn"}
        client.update_code_signing_config(CodeSigningConfigArn=config, CodeSigningPolicies=policy)

    yield from _signed(cloud, warn)


@mutation("LAM-10", "the configuration taken away")
def signing_taken_away(cloud: Cloud) -> Steps:
    def take(client: Any, function: str, _: str) -> None:
        client.delete_function_code_signing_config(FunctionName=function)

    yield from _signed(cloud, take)
