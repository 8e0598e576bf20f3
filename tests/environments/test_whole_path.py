"""An environment from an empty account to drift and back, by the commands of docs/environments.md, whole.

tests/bootstrap, tests/plan and tests/unit/environments try each command's every turn on something small;
this one sees the whole environment go through all of them once. What it can't see: docs/environments.md.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.local_deployment import LocalDeployment
from tests.environments.user import User, new_user

Run = subprocess.CompletedProcess[str]
# What nobody has done yet on the first day: `make restore-test` comes after the first backup.
FIRST_DAY = {"BKP-03"}


@pytest.fixture(params=["dev"])
def user(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[User]:
    cloud = LocalDeployment(tmp_path / "cloud")
    cloud.start()
    try:
        yield new_user(cloud, tmp_path / "repository", request.param)
    finally:
        cloud.stop()


def done(run: Run) -> str:
    """What it printed, once it has come to a good end."""
    assert run.returncode == 0, f"{run.args}: {run.returncode}\n{run.stdout[-8000:]}\n{run.stderr[-8000:]}"
    return run.stdout


def test_from_an_empty_account_to_drift_and_back(user: User) -> None:
    """One story: each step stands on the one before it, and one apply takes minutes."""
    refused = user.run("plan")
    assert refused.returncode == 2
    assert f"make bootstrap ENV={user.name}" in refused.stderr

    assert f"make plan ENV={user.name}" in done(user.bootstrap())
    done(user.run("sign"))
    done(user.run("plan"))
    applied = re.search(r"Apply complete! Resources: (\d+) added", done(user.run("apply")))
    assert applied
    assert int(applied[1]) > 400

    # Neither Terraform nor the catalogue sees a difference between the code and what was made of it.
    assert f"No drift: {user.name} is as the code says." in done(user.run("drift"))

    # A plan is applied once. One line is changed: it alone is planned, and there is no drift again.
    user.edit(r"^(key_deletion_window_days .*)$", r"\1\nlog_retention_days = 2922")
    refused = user.run("apply")
    assert refused.returncode == 2
    assert "There is no saved plan" in refused.stderr
    planned = done(user.run("plan"))
    changes = re.findall(r"^  (\S) \w+ +\S*(aws_\w+)\S+  \((.*)\)$", planned, re.MULTILINE)
    assert set(changes) == {("~", "aws_cloudwatch_log_group", "retention_in_days")}, planned[:8000]
    done(user.run("apply"))
    assert f"No drift: {user.name} is as the code says." in done(user.run("drift"))

    audited = user.run("audit")
    assert failing(user) == FIRST_DAY, audited.stdout[-8000:]


def failing(user: User) -> set[str]:
    """The controls that FAIL on the live account."""
    report: dict[str, Any] = json.loads((user.root / "reports" / user.name / "audit.json").read_text())
    return {finding["control_id"] for finding in report["findings"] if finding["status"] == "FAIL"}
