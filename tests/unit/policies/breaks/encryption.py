"""Breaks of encryption."""

from __future__ import annotations

from hipaa_policies.facts import Listing
from hipaa_policies.facts.functions import SuspectedSecret
from hipaa_policies.facts.keys import Key
from hipaa_policies.facts.stores import Replica

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    DATABASE,
    DOMAIN,
    EVERYONE,
    SECRET,
    Break,
    added,
    both,
    changed,
    fn,
    one,
    role_says,
)

SPARE = Key(
    arn=c.arn("kms", "key/spare"),
    id="spare",
    state="PendingDeletion",
    spec="SYMMETRIC_DEFAULT",
    origin="AWS_KMS",
    customer_managed=True,
    aliases=("alias/spare",),
)

_GRANTED = Listing(("rds.us-east-1.amazonaws.com", f"arn:aws:iam::{c.FOREIGN}:role/reader"))

ENCRYPTION = (
    one(
        "KMS-02",
        "a grant for a stranger",
        "keys",
        c.KEY,
        f"a grant lets the account {c.FOREIGN}",
        grantees=_GRANTED,
    ),
    one(
        "S3-03",
        "reads only",
        "buckets",
        c.BUCKET,
        "does not refuse",
        policy=c.policy(c.TLS_ONLY | {"Action": "s3:Get*"}),
    ),
    fn("LAM-02", "no key", "key that AWS owns", environment_key=None),
    Break(
        "LAM-02",
        "disabled key",
        c.FUNCTION,
        "is Disabled",
        changed("keys", c.KEY, state="Disabled"),
        (c.OTHER_FUNCTION,),
    ),
    fn("LAM-05", "a secret", "API_KEY", suspected_secrets=(SuspectedSecret("API_KEY", "its name says so"),)),
    one("KMS-01", "off", "keys", c.KEY, "rotation is off", rotation=False),
    one(
        "KMS-02",
        "public",
        "keys",
        c.KEY,
        "anybody",
        policy=c.policy(c.allow("kms:Decrypt", "*", Principal=EVERYONE)),
    ),
    one(
        "KMS-02",
        "a service",
        "keys",
        c.KEY,
        "administer",
        policy=c.policy(c.allow("kms:P*", "*", Principal={"Service": "logs.amazonaws.com"})),
    ),
    one("KMS-03", "pending", "keys", c.KEY, "is used by", state="PendingDeletion"),
    Break(
        "KMS-03",
        "pending, of a secret",
        SPARE.arn,
        "secret:db",
        both(added("keys", SPARE), changed("secrets", SECRET, key=SPARE.arn)),
    ),
    Break(
        "KMS-03",
        "pending, of a database",
        SPARE.arn,
        "db:records",
        both(added("keys", SPARE), changed("databases", DATABASE, key=SPARE.arn)),
    ),
    Break(
        "KMS-03",
        "pending, by its alias",
        SPARE.arn,
        "dead-letters",
        both(added("keys", SPARE), changed("queues", c.QUEUE, key="alias/spare")),
    ),
    one("API-03", "TLS 1.0", "domain_names", DOMAIN, "TLS_1_0", security_policy="TLS_1_0"),
    one("S3-03", "no policy", "buckets", c.BUCKET, "no policy", policy=None),
    one(
        "S3-03",
        "writes only",
        "buckets",
        c.BUCKET,
        "does not refuse",
        policy=c.policy(c.TLS_ONLY | {"Action": "s3:PutObject"}),
    ),
    one("SEC-01", "no key", "secrets", SECRET, "AWS manages", key=None),
    one("SEC-02", "off", "secrets", SECRET, "rotation is off", rotation=False),
    one("DDB-01", "no key", "tables", c.PATIENTS, "AWS owns", key=None),
    *(
        one(
            "DDB-01",
            f"a replica, {key}",
            "tables",
            c.PATIENTS,
            "its replica in eu-west-1",
            replicas=(Replica("us-west-2", c.KEY), Replica("eu-west-1", key)),
        )
        for key in (None, "arn:aws:kms:eu-west-1:1:alias/aws/dynamodb")
    ),
    one("DDB-02", "off", "tables", c.PATIENTS, "is off", recovery=False),
    one("DDB-03", "off", "tables", c.PATIENTS, "is off", deletion_protection=False),
    one("S3-04", "off", "buckets", c.BUCKET, "is off", versioning=False),
    one("S3-05", "SSE-S3", "buckets", c.BUCKET, "AES256", algorithm="AES256"),
    one("S3-05", "AWS's key", "buckets", c.BUCKET, "AWS manages", key=None),
    one("S3-05", "AWS's alias", "buckets", c.BUCKET, "AWS manages", key=c.arn("kms", "alias/aws/s3")),
    one("SQS-01", "SSE-SQS", "queues", c.QUEUE, "no customer key", key=None),
    one("SNS-01", "no key", "topics", c.TOPIC, "no customer key", key=None),
    Break(
        "SNS-01",
        "e-mail",
        c.TOPIC,
        "may publish PHI",
        role_says(c.allow("sns:Publish", c.TOPIC)),
    ),
    one("RDS-01", "off", "databases", DATABASE, "not encrypted", encrypted=False),
    one("RDS-01", "AWS's key", "databases", DATABASE, "AWS manages", key=c.arn("kms", "alias/aws/rds")),
)
