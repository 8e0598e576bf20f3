"""Access control, within databases: who signs in, and which rows they see."""

from __future__ import annotations

from hipaa_policies.alarms import NO_ALARM, why_unheard
from hipaa_policies.catalogue import control
from hipaa_policies.checklist import Line
from hipaa_policies.facts import Account, known
from hipaa_policies.facts.monitoring import ROW_LEVEL_SECURITY, Alarm
from hipaa_policies.facts.stores import Database
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import (
    REQUIRED,
    Verdict,
    attested,
    failed,
    judged,
    not_applicable,
    passed,
    unknown,
)

_POSTGRESQL = ("aurora-postgresql", "postgres")


@control(
    "RDS-04",
    "Users of databases can sign in with IAM's short-lived tokens",
    of=lambda account: account.databases,
    cite="164.312(d)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="Users that were made with a password in the database itself.",
    satisfied_by="modules/database",
    remedy="Turn on IAM database authentication, and grant rds_iam to the users of functions.",
)
def signs_in_by_iam(database: Database, _: Account, __: Settings) -> Verdict:
    possible = known(database.iam_sign_in)
    if possible is None:
        return not_applicable(f"{database.engine} knows no sign-in by IAM")
    return judged(
        possible,
        "users may sign in with IAM's tokens",
        "takes passwords alone: each is a secret that somebody keeps, and nobody's role",
    )


@control(
    "RDS-05",
    "Which rows a user of a database sees is enforced by the database, and watched",
    of=lambda account: account.databases,
    cite="164.312(a)(1)",
    requirement=REQUIRED,
    checklist=Line.ROLE_BASED,
    blind="The database itself: no API of AWS shows its policies. What is read is the state of an alarm on "
    f"the metric {ROW_LEVEL_SECURITY} (1 or 0), which something that can look inside must publish; of which "
    "of several databases it tells is not seen.",
    satisfied_by="rag.tf (the function rag-migrations looks and publishes)",
    remedy="Force row-level security on tables of patients, publish "
    f"{ROW_LEVEL_SECURITY} regularly from what PostgreSQL's catalogue says, and set an alarm on less than 1; "
    "or attest RDS-05.",
)
def rows_are_enforced(database: Database, account: Account, settings: Settings) -> Verdict:
    if database.engine not in _POSTGRESQL:
        return not_applicable(f"{database.engine} has no row-level security of PostgreSQL's kind")
    watching = [alarm for alarm in account.alarms.complete() if _watches_rows(alarm)]
    if not watching:
        given = settings.attestations.get("RDS-05")
        if given is None:
            return unknown(f"nothing watches it: {NO_ALARM} on less than 1 of {ROW_LEVEL_SECURITY}")
        if given.expires < settings.today:
            return failed(f"the attestation of {given.by} expired on {given.expires}")
        return attested(f"{given.statement} ({given.by}, {given.dated}; evidence: {given.evidence})")
    unheard = [problem for alarm in watching if (problem := why_unheard(alarm, account))]
    if len(unheard) == len(watching):
        return failed(f"{watching[0].name} would go off unheard: {unheard[0]}")
    if not any(alarm.missing_data == "breaching" for alarm in watching):
        return failed(
            f"{watching[0].name} is quiet, too, where nothing looks: missing data must be breaching"
        )
    states = {alarm.name: known(alarm.state) for alarm in watching}
    alarmed = [name for name, state in states.items() if state == "ALARM"]
    if alarmed:
        return failed(f"{alarmed[0]} says that row-level security is not as it must be, or was not looked at")
    if "OK" not in states.values():
        return unknown(f"{watching[0].name} has no datapoint yet")
    return passed(f"{next(name for name, state in states.items() if state == 'OK')} watches it, and is quiet")


def _watches_rows(alarm: Alarm) -> bool:
    """Goes off for a single 0, and not for a 1. The average of a 0 and many a 1 is just below 1."""
    if alarm.expression or alarm.threshold is None or len(alarm.metrics) != 1:
        return False
    (metric,) = alarm.metrics
    if metric.name != ROW_LEVEL_SECURITY or metric.statistic not in ("Minimum", "Average"):
        return False
    if alarm.comparison == "LessThanOrEqualToThreshold":
        return metric.statistic == "Minimum" and 0 <= alarm.threshold < 1
    lowest = 1.0 if metric.statistic == "Average" else 0.0
    below = lowest <= alarm.threshold <= 1 and alarm.threshold > 0
    return alarm.comparison == "LessThanThreshold" and below
