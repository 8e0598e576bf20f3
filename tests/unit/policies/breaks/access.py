"""Breaks of access control."""

from __future__ import annotations

from datetime import date

from hipaa_policies.facts.apis import Method
from hipaa_policies.facts.functions import FunctionUrl
from hipaa_policies.facts.stores import PublicAccessBlock
from hipaa_policies.facts.user_pools import PasswordPolicy, UserPoolClient

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import (
    ACL,
    BUS,
    DATABASE,
    PUBLIC,
    SECRET,
    STRANGERS,
    UNPINNED,
    Break,
    alarm_with,
    both,
    changed,
    fn,
    one,
    told,
    without_alarm,
)

WHOLE = c.policy(
    c.allow(
        "dynamodb:GetItem",
        "*",
        Principal="*",
        Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}},
    )
)
OWN = c.policy(c.allow("lambda:InvokeFunction", "*", Principal={"AWS": c.ID}))

ACCESS = (
    fn("LAM-04", "open URL", "answers anybody", urls=(FunctionUrl("https://x", "NONE"),)),
    fn("LAM-07", "public", "public", policies=c.resource_policies(PUBLIC)),
    fn("LAM-07", "any topic", "sns.amazonaws.com", policies=c.resource_policies(UNPINNED)),
    fn("LAM-07", "a stranger", c.FOREIGN, policies=c.resource_policies(STRANGERS)),
    fn("LAM-07", "public alias", "alias live is public", policies=c.resource_policies(OWN, live=PUBLIC)),
    fn("LAM-07", "public version", "version 7 is public", policies=c.resource_policies(OWN, **{"7": PUBLIC})),
    one(
        "API-01",
        "open method",
        "rest_apis",
        c.API,
        "GET /open",
        methods=(Method("/open", "GET", "NONE", None, "AWS_PROXY"),),
    ),
    one("API-01", "lost authorizer", "rest_apis", c.API, "GET /patients", authorizer_ids=()),
    one(
        "API-01",
        "OPTIONS that calls",
        "rest_apis",
        c.API,
        "OPTIONS /open",
        methods=(Method("/open", "OPTIONS", "NONE", None, "AWS_PROXY"),),
    ),
    Break(
        "WAF-01",
        "none",
        c.STAGE,
        "no web ACL",
        both(changed("stages", c.STAGE, web_acl_arn=None), changed("web_acls", ACL, protects=())),
    ),
    Break("WAF-01", "only counts", c.STAGE, "stops nothing", changed("web_acls", ACL, stops=False)),
    Break(
        "WAF-01",
        "only counts, and is known by what it protects",
        c.STAGE,
        "stops nothing",
        both(changed("stages", c.STAGE, web_acl_arn=None), changed("web_acls", ACL, stops=False)),
    ),
    one("COG-01", "off", "user_pools", c.POOL, "off", mfa="OFF"),
    one("COG-01", "optional", "user_pools", c.POOL, "optional", mfa="OPTIONAL"),
    one(
        "COG-02",
        "short",
        "user_pools",
        c.POOL,
        "8 characters",
        password=PasswordPolicy(8, True, True, True, True),
    ),
    one(
        "COG-02",
        "plain",
        "user_pools",
        c.POOL,
        "3 of four",
        password=PasswordPolicy(14, True, True, True, False),
    ),
    one(
        "COG-03",
        "long token",
        "user_pools",
        c.POOL,
        "portal",
        clients=(UserPoolClient("portal", 7200, 60, 60),),
    ),
    one(
        "COG-03",
        "long session",
        "user_pools",
        c.POOL,
        "portal",
        clients=(UserPoolClient("portal", 60, 60, 30 * 86400),),
    ),
    one("COG-04", "none", "user_pools", c.POOL, "no groups", groups=()),
    one(
        "S3-01",
        "three of four",
        "buckets",
        c.BUCKET,
        "not all",
        public_access_block=PublicAccessBlock(True, True, True),
    ),
    one("S3-02", "public", "buckets", c.BUCKET, "public", policy=PUBLIC),
    one("S3-02", "a stranger", "buckets", c.BUCKET, c.FOREIGN, policy=STRANGERS),
    one("SQS-02", "public", "queues", c.QUEUE, "public", policy=PUBLIC),
    one("SQS-02", "any topic", "queues", c.QUEUE, "sns.amazonaws.com", policy=UNPINNED),
    one("SEC-03", "public", "secrets", SECRET, "public", policy=PUBLIC),
    one("SEC-03", "a stranger", "secrets", SECRET, c.FOREIGN, policy=STRANGERS),
    one("DDB-04", "public", "tables", c.PATIENTS, "public", policies=c.resource_policies(PUBLIC)),
    one("DDB-04", "a stranger", "tables", c.PATIENTS, c.FOREIGN, policies=c.resource_policies(STRANGERS)),
    one(
        "DDB-04",
        "an organisation",
        "tables",
        c.PATIENTS,
        "every account of",
        policies=c.resource_policies(WHOLE),
    ),
    one("SNS-02", "public", "topics", c.TOPIC, "public", policy=PUBLIC),
    one("SNS-02", "any topic", "topics", c.TOPIC, "sns.amazonaws.com", policy=UNPINNED),
    one("EVB-01", "public", "event_buses", BUS, "public", policy=PUBLIC),
    one("RDS-02", "public", "databases", DATABASE, "public", public=True),
    one("RDS-04", "passwords", "databases", DATABASE, "takes passwords alone", iam_sign_in=False),
    Break("RDS-05", "alarm", DATABASE, "not as it must be", alarm_with("rows", state="ALARM")),
    Break(
        "RDS-05", "silence", DATABASE, "where nothing looks", alarm_with("rows", missing_data="notBreaching")
    ),
    Break(
        "RDS-05",
        "expired",
        DATABASE,
        "expired on",
        both(
            without_alarm("rows"),
            told(attestations={"RDS-05": c.attestation("RDS-05", expires=date(2026, 1, 1))}),
        ),
    ),
    Break("RDS-05", "unheard", DATABASE, "unheard: it has no action", alarm_with("rows", actions=())),
)
