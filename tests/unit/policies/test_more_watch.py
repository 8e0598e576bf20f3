"""Of the controls on backups, detection, sign-in and logs: other good ways, and what they cannot tell."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies import cli
from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.facts.backups import BackupPlan, RestoreJob, Selection
from hipaa_policies.facts.logs import LogExport
from hipaa_policies.facts.monitoring import Metric
from hipaa_policies.verdicts import Status

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Change, added, both, changed, listed
from tests.unit.policies.plan import compliant as planned
from tests.unit.policies.plan.documents import changing, document
from tests.unit.policies.test_controls import REFUSED, findings

NO_ROLE = changed("roles", c.BREAK_GLASS, arn=c.arn("iam", "role/unnamed", ""), name="unnamed")
BREAKS_THE_GLASS = c.alarm("app", Metric("Healthcare/Security", "BreakGlass", (), "Sum", 60))
PASS, FAIL, UNKNOWN = {Status.PASS}, {Status.FAIL}, {Status.UNKNOWN}
CASES: dict[str, tuple[Change, set[Status]]] = {
    "IAM-08 a user with neither password nor key": (
        changed("users", c.USER, password=False, mfa=False, keys=()),
        PASS,
    ),
    "IAM-10 an application's own way in": (both(NO_ROLE, added("alarms", BREAKS_THE_GLASS)), PASS),
    "IAM-10 the session's name in the filter": (
        changed(
            "metric_filters",
            c.arn("logs", "log-group:/trail:metric-filter:break-glass"),
            pattern='{ $.userIdentity.sessionContext.sessionIssuer.userName = "break-glass" }',
        ),
        PASS,
    ),
    "LOG-03 to another account": (changed("log_exports", c.EXPORT, bucket=None), UNKNOWN),
    "LOG-03 to another account's bucket": (changed("log_exports", c.EXPORT, bucket="theirs"), UNKNOWN),
    "LOG-03 to another account, and to ours": (
        added("log_exports", LogExport(c.arn("logs", "second"), None, (), "", None)),
        PASS,
    ),
    "RDS-03 an engine without such a parameter": (
        changed("databases", c.DATABASE, forces_tls=None),
        UNKNOWN,
    ),
    "BKP-01 all by a pattern": (
        changed("backup_plans", c.PLAN, selections=(Selection(("arn:aws:*",), (), None),)),
        PASS,
    ),
    "BKP-01 another plan, where one cannot be read": (
        added("backup_plans", BackupPlan(c.arn("backup", "backup-plan:p2"), "second", REFUSED, REFUSED)),
        PASS,
    ),
    "BKP-03 wrong once, and right since": (
        listed(
            "restore_jobs",
            RestoreJob("arn:1", "DynamoDB", datetime(2026, 9, 1, tzinfo=UTC), "arn:table", "FAILED"),
            RestoreJob("arn:2", "DynamoDB", datetime(2026, 9, 2, tzinfo=UTC), "arn:table", "SUCCESSFUL"),
        ),
        PASS,
    ),
    "BKP-03 nothing to restore": (both(listed("tables"), listed("databases")), {Status.NOT_APPLICABLE}),
    "DET-02 nothing to scan": (listed("functions"), {Status.NOT_APPLICABLE}),
}


@pytest.mark.parametrize("name", CASES)
def test_verdicts(name: str) -> None:
    change, wanted = CASES[name]
    account, settings = change(c.account(), c.settings())
    assert {f.status for f in findings(account, settings, name.split()[0])} == wanted


def test_a_store_is_unknown_where_the_only_plan_cannot_be_read() -> None:
    account, settings = changed("backup_plans", c.PLAN, selections=REFUSED)(c.account(), c.settings())
    assert {f.status for f in findings(account, settings, "BKP-01")} == UNKNOWN


def test_a_report_that_is_not_ready_says_what_to_do() -> None:
    problem = Unreadable("iam:GenerateCredentialReport", "ReportInProgress", "run the audit again")
    (finding,) = findings(c.account(users=Listing((), problem)), control="IAM-08")
    assert finding.status is Status.UNKNOWN
    assert "iam:GenerateCredentialReport answered ReportInProgress" in finding.message


def plan_statuses(tmp_path: Path, *options: str) -> dict[str, set[str]]:
    resources = planned.resources()
    changing("aws_config_configuration_recorder_status.main", is_enabled=False)(resources)
    file, report = tmp_path / "plan.json", tmp_path / "report.json"
    file.write_text(json.dumps(document(resources)))
    cli.main(["plan", str(file), "--quiet", "--output", str(report), *options])
    found: dict[str, set[str]] = {}
    told: list[dict[str, Any]] = json.loads(report.read_text())["findings"]
    for finding in told:
        found.setdefault(finding["control_id"], set()).add(finding["status"])
    return found


def test_the_proposed_rule_is_judged_by_an_option(tmp_path: Path) -> None:
    assert plan_statuses(tmp_path)["INV-01"] == {"NOT_APPLICABLE"}
    assert plan_statuses(tmp_path, "--proposed-rule")["INV-01"] == {"FAIL"}


def test_what_no_plan_shows_is_not_applicable_to_one(tmp_path: Path) -> None:
    statuses = plan_statuses(tmp_path)
    assert statuses["IAM-08"] == statuses["BKP-03"] == {"NOT_APPLICABLE"}
    assert statuses["IAM-09"] == {"PASS", "NOT_APPLICABLE"}
