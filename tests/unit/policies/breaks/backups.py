"""Breaks of backups, and of databases that are reached and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hipaa_policies.facts.backups import RestoreJob, Selection

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, changed, listed, one

_OLD = RestoreJob(c.arn("backup", "restore-job:1"), "DynamoDB", datetime(2025, 10, 1, tzinfo=UTC))
_RESTORED = RestoreJob(
    c.arn("backup", "restore-job:2"), "DynamoDB", datetime(2026, 10, 1, tzinfo=UTC), "arn:table", "SUCCESSFUL"
)
_WRONG = replace(_RESTORED, completed=datetime(2026, 10, 2, tzinfo=UTC), validation="FAILED")
_STORES = (c.PATIENTS, c.AUDIT, c.DATABASE)


def _selecting(*selections: Selection, name: str, about: str) -> Break:
    change = changed("backup_plans", c.PLAN, selections=selections)
    return Break("BKP-01", name, about, "no backup plan", change)


BACKUPS = (
    one("RDS-03", "plain", "databases", c.DATABASE, "accepts plain", forces_tls=False),
    one("RDS-03", "a day", "databases", c.DATABASE, "for 1 days", backup_days=1),
    Break("BKP-01", "no plan", c.PATIENTS, "no backup plan", listed("backup_plans"), (c.AUDIT, c.DATABASE)),
    _selecting(Selection(_STORES[1:], (), None), name="not named", about=c.PATIENTS),
    _selecting(Selection(("*",), (c.AUDIT,), None), name="left out", about=c.AUDIT),
    _selecting(Selection((), (), _STORES[:2]), name="not tagged", about=c.DATABASE),
    Break(
        "BKP-01",
        "a plan without rules",
        c.PATIENTS,
        "no backup plan",
        changed("backup_plans", c.PLAN, vaults=()),
        (c.AUDIT, c.DATABASE),
    ),
    one("BKP-02", "open", "backup_vaults", c.VAULT, "not locked", locked=False),
    Break("BKP-03", "none", c.ACCOUNT, "no completed restore", listed("restore_jobs")),
    Break("BKP-03", "wrong", c.ACCOUNT, "1 stores was found", listed("restore_jobs", _WRONG, _RESTORED)),
    Break("BKP-03", "old", c.ACCOUNT, "2025-10-01, more than a year", listed("restore_jobs", _OLD)),
)
