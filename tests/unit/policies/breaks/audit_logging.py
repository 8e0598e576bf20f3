"""Breaks of audit logging."""

from __future__ import annotations

from hipaa_policies.facts.logs import DataEvents
from hipaa_policies.facts.stores import ObjectLock

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import ACL, GROUP, Break, changed, fn, listed, one, role_says

AUDIT = (
    one("LOG-01", "no key", "log_groups", GROUP, "AWS owns", key=None),
    one("LOG-02", "a month", "log_groups", GROUP, "30 days", retention=30),
    Break("LOG-04", "gone", c.FUNCTION, "does not exist", listed("log_groups"), (c.OTHER_FUNCTION,)),
    fn("LAM-09", "off", "PassThrough", tracing="PassThrough"),
    one("API-02", "none", "stages", c.STAGE, "no access log", access_log_arn=None),
    one("API-02", "data trace", "stages", c.STAGE, "whole requests", data_trace=True),
    one("API-02", "paths", "stages", c.STAGE, "$context.path", access_log_format="$context.path"),
    one("API-04", "off", "stages", c.STAGE, "off", tracing=False),
    one("WAF-02", "none", "web_acls", ACL, "no log", log_destinations=()),
    one("WAF-02", "tokens", "web_acls", ACL, "authorization", redacted_headers=("cookie",)),
    Break("TRL-01", "no trail", c.ACCOUNT, "no trail", listed("trails")),
    one("TRL-02", "off", "trails", c.TRAIL, "is off", validation=False),
    Break(
        "TRL-01", "stopped", c.ACCOUNT, "no trail that is logging", changed("trails", c.TRAIL, logging=False)
    ),
    Break(
        "TRL-01",
        "another table",
        c.ACCOUNT,
        c.PATIENTS,
        changed(
            "trails",
            c.TRAIL,
            data_events=tuple(
                DataEvents(kind, (c.AUDIT,) if "DynamoDB" in kind else (), (), True, True)
                for kind in ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")
            ),
        ),
    ),
    Break(
        "TRL-01",
        "writes only",
        c.ACCOUNT,
        "AWS::Lambda::Function",
        changed("trails", c.TRAIL, data_events=(DataEvents("AWS::Lambda::Function", (), (), False, True),)),
    ),
    one("TRL-03", "no key", "trails", c.TRAIL, "not encrypted", key=None),
    Break(
        "TRL-04", "one region", c.ACCOUNT, "no multi-region", changed("trails", c.TRAIL, multi_region=False)
    ),
    Break("TRL-04", "stopped", c.ACCOUNT, "no multi-region", changed("trails", c.TRAIL, logging=False)),
    Break("TRL-05", "no lock", c.TRAIL, "no default lock", changed("buckets", c.BUCKET, lock=None)),
    Break(
        "TRL-05", "short", c.TRAIL, "90 days", changed("buckets", c.BUCKET, lock=ObjectLock("COMPLIANCE", 90))
    ),
    Break(
        "AUD-01",
        "no audit table",
        c.FUNCTION,
        "patients",
        role_says(c.allow("dynamodb:GetItem", c.PATIENTS)),
    ),
    Break(
        "AUD-01",
        "audit can be changed",
        c.FUNCTION,
        "only append",
        role_says(
            c.allow("dynamodb:GetItem", c.PATIENTS),
            c.allow(["dynamodb:PutItem", "dynamodb:DeleteItem"], c.AUDIT),
        ),
    ),
)
