"""Encryption, data at rest: tables, buckets, queues, topics, databases, and that nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator

from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, known
from hipaa_policies.facts.messaging import Queue, Topic
from hipaa_policies.facts.stores import Bucket, Database, Table
from hipaa_policies.iam import could_allow
from hipaa_policies.joins import boundary, documents, first_names, role_that_runs, with_customer_key
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import ADDRESSABLE, REQUIRED, Status, Verdict, failed, judged, not_applicable


@control(
    "DDB-01",
    "Tables are encrypted with a customer key",
    of=lambda account: account.tables,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Which fields are encrypted a second time by the application. The keys of replicas are only named "
    "here: an audit of their region looks at them.",
    satisfied_by="modules/table",
    remedy="Set server-side encryption with your own KMS key, and name one for each replica.",
)
def table_is_encrypted(table: Table, account: Account, _: Settings) -> Verdict:
    own = with_customer_key(known(table.key), account, "is encrypted with the key that AWS owns")
    plain = [replica.region for replica in known(table.replicas) if _is_of_aws(replica.key)]
    if own.status is Status.PASS and plain:
        return failed(f"its replica in {first_names(plain)} is encrypted with a key of AWS")
    return own


def _is_of_aws(key: str | None) -> bool:
    return key is None or key.split(":")[-1].startswith("alias/aws/")


@control(
    "DDB-02",
    "Tables can be recovered to any point in time",
    of=lambda account: account.tables,
    cite="164.308(a)(7)(ii)(A)",
    requirement=REQUIRED,
    checklist=Line.AT_REST,
    blind="Whether a restore works.",
    satisfied_by="modules/table",
    remedy="Enable point-in-time recovery.",
)
def table_can_be_recovered(table: Table, _: Account, __: Settings) -> Verdict:
    return judged(known(table.recovery), "point-in-time recovery is on", "point-in-time recovery is off")


@control(
    "DDB-03",
    "Tables are protected from deletion",
    of=lambda account: account.tables,
    cite="164.312(c)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Deletion of items.",
    satisfied_by="modules/table",
    remedy="Enable deletion protection.",
)
def table_stays(table: Table, _: Account, __: Settings) -> Verdict:
    return judged(known(table.deletion_protection), "deletion protection is on", "deletion protection is off")


@control(
    "S3-04",
    "Buckets keep versions",
    of=lambda account: account.buckets,
    cite="164.312(c)(1)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="How long old versions are kept.",
    satisfied_by="modules/audit",
    remedy="Enable versioning.",
)
def bucket_keeps_versions(bucket: Bucket, _: Account, __: Settings) -> Verdict:
    return judged(known(bucket.versioning), "versioning is on", "versioning is off")


@control(
    "S3-05",
    "Buckets are encrypted with a customer key",
    of=lambda account: account.buckets,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Objects that were written before, or with another key.",
    satisfied_by="modules/audit",
    remedy="Set default encryption to SSE-KMS with your own key.",
)
def bucket_is_encrypted(bucket: Bucket, account: Account, _: Settings) -> Verdict:
    algorithm = known(bucket.algorithm)
    if algorithm == "AES256" and _takes_access_logs(bucket, account):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        return not_applicable("takes access logs, which S3 delivers to no bucket with a KMS key")
    if algorithm not in ("aws:kms", "aws:kms:dsse"):
        return failed(f"is encrypted with {algorithm or 'nothing'}, not with a customer key")
    return with_customer_key(known(bucket.key), account, "is encrypted with the key that AWS manages")


def _takes_access_logs(bucket: Bucket, account: Account) -> bool:
    others = (other for other in account.buckets.complete() if other.arn != bucket.arn)
    return any(known(other.log_target) == bucket.name for other in others)


@control(
    "SQS-01",
    "Queues are encrypted with a customer key",
    of=lambda account: account.queues,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="What the messages hold.",
    satisfied_by="modules/function",
    remedy="Set the queue's KMS key: SSE-SQS is not a customer key.",
)
def queue_is_encrypted(queue: Queue, account: Account, _: Settings) -> Verdict:
    return with_customer_key(known(queue.key), account, "has no customer key (SSE-SQS is not one)")


@control(
    "SNS-01",
    "Topics are encrypted with a customer key, and those that functions publish to have no e-mail or SMS",
    of=lambda account: account.topics,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="What the messages hold.",
    satisfied_by="modules/observability",
    remedy="Set the topic's KMS key; deliver what functions publish to queues or functions only.",
)
def topic_is_encrypted(topic: Topic, account: Account, _: Settings) -> Iterator[Verdict]:
    yield with_customer_key(known(topic.key), account, "has no customer key")
    plain = [
        s.protocol
        for s in account.subscriptions.complete()
        if s.topic_arn == topic.arn and s.protocol in ("email", "email-json", "sms", "http")
    ]
    if plain and (publishers := _publishers(topic, account)):
        yield failed(f"{first_names(publishers)} may publish PHI to it, and it delivers by {plain[0]}")


def _publishers(topic: Topic, account: Account) -> list[str]:
    found = []
    for function in account.functions.complete():
        role = role_that_runs(function, account)
        if could_allow(documents(role), "sns:Publish", boundary=boundary(role), resource=topic.arn):
            found.append(function.name)
    return found


@control(
    "RDS-01",
    "Databases are encrypted with a customer key",
    of=lambda account: account.databases,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.AT_REST,
    blind="Exports and copies elsewhere.",
    satisfied_by="modules/database",
    remedy="Restore an encrypted copy of the database from a snapshot.",
)
def database_is_encrypted(database: Database, account: Account, _: Settings) -> Verdict:
    if not database.encrypted:
        return failed("is not encrypted")
    return with_customer_key(database.key, account, "is encrypted with the key that AWS manages")
