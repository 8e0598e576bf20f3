"""Breaks of who signs in, who comes from outside, and who comes in emergencies."""

from __future__ import annotations

from datetime import date, timedelta

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, alarm_with, both, changed, listed, one, without_alarm

_FILTER = c.arn("logs", "log-group:/trail:metric-filter:break-glass")
_JUST_TOO_OLD = c.TODAY - timedelta(days=91)
_NO_ROLE = changed("roles", c.BREAK_GLASS, arn=c.arn("iam", "role/unnamed", ""), name="unnamed")

SIGN_IN = (
    one("IAM-08", "no MFA", "users", c.USER, "no MFA", mfa=False),
    one("IAM-08", "root without MFA", "users", c.ACCOUNT, "no MFA", mfa=False),
    one("IAM-08", "root's key", "users", c.ACCOUNT, "is the root user", keys=(date(2026, 11, 1),)),
    one(
        "IAM-08",
        "an old key beside a new one",
        "users",
        c.USER,
        "of 91 days",
        keys=(_JUST_TOO_OLD, c.TODAY),
    ),
    Break("IAM-09", "none", c.ACCOUNT, "no analyzer", listed("analyzers")),
    Break(
        "IAM-09",
        "unused access only",
        c.ACCOUNT,
        "no analyzer",
        changed("analyzers", c.ANALYZER, external=False),
    ),
    Break("IAM-09", "disabled", c.ACCOUNT, "no analyzer", changed("analyzers", c.ANALYZER, active=False)),
    one("IAM-09", "a finding", "analyzers", c.ANALYZER, c.BUCKET, findings=(c.BUCKET,)),
    Break("IAM-10", "no alarm", c.BREAK_GLASS, "no alarm", without_alarm("break-glass")),
    Break("IAM-10", "unheard", c.BREAK_GLASS, "no action", alarm_with("break-glass", actions=())),
    Break(
        "IAM-10",
        "another role's use",
        c.BREAK_GLASS,
        "no alarm",
        changed("metric_filters", _FILTER, pattern='{ $.requestParameters.roleArn = "*:role/another" }'),
    ),
    Break(
        "IAM-10",
        "neither role nor application",
        c.ACCOUNT,
        "no role is",
        both(_NO_ROLE, without_alarm("break-glass")),
    ),
)
