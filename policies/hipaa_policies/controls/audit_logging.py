"""Audit logging: logs exist, are encrypted and kept; trails record data events; PHI access is recorded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hipaa_policies.catalogue import control, whole_account
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, known
from hipaa_policies.facts.apis import Stage, WebAcl
from hipaa_policies.facts.functions import Function
from hipaa_policies.facts.logs import DataEvents, LogGroup, Trail
from hipaa_policies.facts.stores import Table
from hipaa_policies.iam import could_allow
from hipaa_policies.iam.analysis import ResourceKind
from hipaa_policies.joins import boundary, documents, first_names, role_that_runs, with_customer_key
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import (
    ADDRESSABLE,
    REQUIRED,
    Verdict,
    failed,
    judged,
    not_applicable,
    passed,
    unknown,
)

# 6 years in CloudWatch's steps: 45 CFR 164.316(b)(2)(i). The checklist's 7 years are the modules' default.
RETENTION_DAYS = 2192
# What names a patient in an access log: paths and queries hold ids, claims hold names and addresses.
_PHI_VARIABLES = re.compile(
    r"\$context\.(path\b|identity\.(user|userArn|caller)\b|authorizer\.claims\.(cognito:username"
    r"|preferred_username|nickname|email|name|given_name|middle_name|family_name|phone_number|birthdate|gender"
    r"|address)|requestOverride)"
)


@control(
    "LOG-01",
    "Log groups are encrypted with a customer key",
    of=lambda account: account.log_groups,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.LOGS_KEPT,
    blind="Events written before the key was set.",
    satisfied_by="modules/function",
    remedy="Associate your own KMS key with the group.",
)
def log_group_is_encrypted(group: LogGroup, account: Account, _: Settings) -> Verdict:
    return with_customer_key(group.key, account, "is encrypted with the key that AWS owns")


@control(
    "LOG-02",
    "Log groups keep events for 6 years or more",
    of=lambda account: account.log_groups,
    cite="164.316(b)(2)(i)",
    requirement=REQUIRED,
    checklist=Line.LOGS_KEPT,
    blind="Groups that were deleted. HHS has not said that log content must be kept so long.",
    satisfied_by="modules/function",
    remedy="Set the retention to 2557 days (7 years), or never.",
)
def log_group_keeps(group: LogGroup, _: Account, __: Settings) -> Verdict:
    if group.retention is None:
        return passed("keeps events forever")
    text = f"keeps events for {group.retention} days"
    return judged(group.retention >= RETENTION_DAYS, text, f"{text}, less than {RETENTION_DAYS}")


@control(
    "LOG-04",
    "Every function's log group exists",
    of=lambda account: account.functions,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.LOGS_ON,
    blind="What the function writes into it.",
    satisfied_by="modules/function",
    remedy="Create the group, encrypted and with its retention, before the function.",
)
def log_group_exists(function: Function, account: Account, _: Settings) -> Verdict:
    if any(group.name == function.log_group for group in account.log_groups.items):
        return passed(f"logs to {function.log_group}")
    account.log_groups.complete()
    return failed(f"{function.log_group} does not exist: Lambda would make it, unencrypted")


@control(
    "LAM-09",
    "Functions are traced",
    of=lambda account: account.functions,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.LOGS_ON,
    blind="PHI in traces.",
    satisfied_by="modules/function",
    remedy="Set tracing to Active.",
)
def function_is_traced(function: Function, _: Account, __: Settings) -> Verdict:
    return judged(function.tracing == "Active", "tracing is active", f"tracing is {function.tracing}")


@control(
    "API-02",
    "Stages of APIs write access logs without PHI, and no data traces",
    of=lambda account: account.stages,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.LOGS_ON,
    blind="PHI in fields that the format takes from the authorizer under names of its own.",
    satisfied_by="modules/api",
    remedy="Log to a group, with $context.resourcePath instead of the path; turn data tracing off.",
)
def stage_logs_access(stage: Stage, _: Account, __: Settings) -> Verdict:
    if not stage.access_log_arn:
        return failed("writes no access log")
    if stage.data_trace:
        return failed("traces whole requests and answers into its execution log")
    named = sorted({match.group() for match in _PHI_VARIABLES.finditer(stage.access_log_format or "")})
    return judged(not named, "writes an access log without PHI", f"its access log names {first_names(named)}")


@control(
    "API-04",
    "Stages of APIs are traced",
    of=lambda account: account.stages,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.LOGS_ON,
    blind="PHI in traces.",
    satisfied_by="modules/api",
    remedy="Enable X-Ray tracing of the stage.",
)
def stage_is_traced(stage: Stage, _: Account, __: Settings) -> Verdict:
    return judged(stage.tracing, "tracing is on", "tracing is off")


@control(
    "WAF-02",
    "Web ACLs write logs, without the authorisation header",
    of=lambda account: account.web_acls,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.LOGS_ON,
    blind="PHI in paths, where they are not redacted.",
    satisfied_by="modules/api",
    remedy="Log to a group, and redact the header authorization.",
)
def web_acl_logs(acl: WebAcl, _: Account, __: Settings) -> Verdict:
    if not known(acl.log_destinations):
        return failed("writes no log")
    redacted = "authorization" in known(acl.redacted_headers)
    return judged(redacted, "logs without tokens", "its log holds the header authorization")


_DATA_EVENTS = ("AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table")


@control(
    "TRL-01",
    "A trail records data events of S3, Lambda and DynamoDB",
    of=whole_account,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.DATA_EVENTS,
    blind="Trails of the organisation that this account cannot see.",
    satisfied_by="modules/audit",
    remedy="Select data events, reads and writes, of the three types.",
)
def data_events_are_recorded(account: Account, _: Account, __: Settings) -> Iterator[Verdict]:
    trails = [trail for trail in account.trails.complete() if known(trail.logging)]
    selected = [events for trail in trails for events in known(trail.data_events)]
    own_buckets = _log_buckets(account)
    for kind in _DATA_EVENTS:
        missed = [
            arn
            for arn in _arns_of(kind, account)
            if arn not in own_buckets and not _records(selected, kind, arn)
        ]
        if not any(e.resource_type == kind for e in selected):
            yield failed(f"no trail that is logging, and delivers, records {kind}")
        else:
            yield judged(not missed, f"{kind} is recorded", f"{kind} misses {first_names(missed)}")


def _log_buckets(account: Account) -> set[str]:
    """Where trails and their access logs are kept: recording those would record itself, without end."""
    kept = {trail.bucket for trail in account.trails.complete()}
    kept |= {known(b.log_target) or b.name for b in account.buckets.complete() if b.name in kept}
    return {f"arn:{account.partition}:s3:::{name}/" for name in kept}


def _arns_of(kind: str, account: Account) -> list[str]:
    if kind == "AWS::S3::Object":
        return [f"{bucket.arn}/" for bucket in account.buckets.complete()]
    if kind == "AWS::Lambda::Function":
        return [function.arn for function in account.functions.complete()]
    return [table.arn for table in account.tables.complete()]


def _records(selected: list[DataEvents], kind: str, arn: str) -> bool:
    """Whether reads and writes of one resource are recorded, together if need be."""
    matching = [
        events
        for events in selected
        if events.resource_type == kind
        and (
            not (events.arn_prefixes or events.arns)
            or (arn in events.arns and not arn.endswith("/"))  # a bucket is no object of itself
            or any(arn.startswith(prefix) for prefix in events.arn_prefixes)
        )
        # What leaves out a folder of a bucket does not record the bucket.
        and not any(arn.startswith(prefix) or prefix.startswith(arn) for prefix in events.left_out)
    ]
    return any(events.reads for events in matching) and any(events.writes for events in matching)


@control(
    "TRL-02",
    "Trails validate their files",
    of=lambda account: account.trails,
    cite="164.312(c)(2)",
    requirement=ADDRESSABLE,
    checklist=Line.DATA_EVENTS,
    blind="That the validation is ever run.",
    satisfied_by="modules/audit",
    remedy="Enable log file validation.",
)
def trail_validates(trail: Trail, _: Account, __: Settings) -> Verdict:
    return judged(trail.validation, "log file validation is on", "log file validation is off")


@control(
    "TRL-03",
    "Trails are encrypted with a customer key",
    of=lambda account: account.trails,
    cite="164.312(a)(2)(iv)",
    requirement=ADDRESSABLE,
    checklist=Line.LOGS_KEPT,
    blind="Files written before the key was set.",
    satisfied_by="modules/audit",
    remedy="Set the trail's KMS key.",
)
def trail_is_encrypted(trail: Trail, account: Account, _: Settings) -> Verdict:
    return with_customer_key(trail.key, account, "its files are not encrypted with a customer key")


@control(
    "TRL-04",
    "A trail of all regions is logging management events",
    of=whole_account,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.DATA_EVENTS,
    blind="Trails of the organisation that this account cannot see.",
    satisfied_by="modules/audit",
    remedy="Create a multi-region trail, and start it.",
)
def account_has_a_trail(account: Account, _: Account, __: Settings) -> Verdict:
    wide = [trail for trail in account.trails.complete() if trail.multi_region]
    working = [trail.name for trail in wide if known(trail.logging) and known(trail.management_events)]
    return judged(
        bool(working),
        f"{first_names(working)} is logging in all regions",
        "no multi-region trail is logging management events, and delivers them",
    )


@control(
    "TRL-05",
    "Buckets of trails are locked for 6 years or more",
    of=lambda account: account.trails,
    cite="164.316(b)(2)(i)",
    requirement=REQUIRED,
    checklist=Line.LOGS_KEPT,
    blind="Who may bypass a governance lock.",
    satisfied_by="modules/audit",
    remedy="Set Object Lock with a default retention of 2557 days.",
)
def trail_bucket_is_locked(trail: Trail, account: Account, _: Settings) -> Verdict:
    bucket = next((b for b in account.buckets.items if b.name == trail.bucket), None)
    if bucket is None:
        account.buckets.complete()
        return unknown(f"its bucket {trail.bucket} is in another account")
    lock = known(bucket.lock)
    if lock is None or lock.mode is None:
        return failed(f"{bucket.name} has no default lock")
    text = f"{bucket.name} is locked ({lock.mode}) for {lock.days} days"
    return judged(lock.days >= RETENTION_DAYS, text, f"{text}, less than {RETENTION_DAYS}")


_READS = (
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "dynamodb:BatchGetItem",
    "dynamodb:PartiQLSelect",
)
_CHANGES = (
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:BatchWriteItem",
    "dynamodb:PartiQLUpdate",
    "dynamodb:PartiQLDelete",
    "dynamodb:DeleteTable",
    "dynamodb:UpdateTimeToLive",  # by which items go away by themselves
)


@control(
    "AUD-01",
    "Functions that read tables can append to an audit table, and cannot change it",
    of=lambda account: account.functions,
    cite="164.312(b)",
    requirement=REQUIRED,
    checklist=Line.PHI_AUDIT,
    blind="That the code writes the record before it discloses, and never over another one.",
    satisfied_by="modules/table, lambda_src/healthcare",
    remedy="Give the role PutItem on an audit table, and neither update nor delete.",
)
def phi_reads_are_audited(function: Function, account: Account, _: Settings) -> Verdict:
    role = role_that_runs(function, account)
    policies, limit = documents(role), boundary(role)

    def may(action: str, table: Table) -> bool:
        return could_allow(policies, action, boundary=limit, resource=table.arn)

    def may_read(table: Table) -> bool:
        """The table, or what is below it: an index has all that is projected into it."""
        below = (ResourceKind("dynamodb", f"table/{table.name}/index/"),)
        return any(
            may(action, table) or could_allow(policies, action, boundary=limit, kinds=below)
            for action in _READS
        )

    tables = account.tables.complete()
    appended = [
        t for t in tables if may("dynamodb:PutItem", t) and not any(may(action, t) for action in _CHANGES)
    ]
    read = [table for table in tables if may_read(table)]
    if not read:
        return not_applicable("reads no table")
    if not appended:
        return failed(
            f"reads {first_names([t.name for t in read])} and has no table that it can only append to"
        )
    return passed(f"appends to {first_names([t.name for t in appended])}, and cannot change it")
