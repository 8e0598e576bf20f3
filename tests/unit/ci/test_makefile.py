"""What somebody gives to `make` stays an argument: no recipe has it in the text that a shell reads."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.ci.rules import ROOT

GIVEN = "x; touch broken-out #"


@pytest.mark.parametrize(
    ("target", "name"),
    [
        *((target, "ENV") for target in ("audit", "bootstrap", "plan", "apply", "sign", "drift", "cost")),
        *((target, "ENV") for target in ("plan-report", "plan-summary", "apply-approved", "nightly")),
        ("apply-approved", "APPROVED"),
        ("cost", "PLAN"),
        ("nightly", "ONLY"),
        ("plan-comment", "SUMMARIES"),
        ("prove-iam", "ROLE"),
        ("release", "VERSION"),
        ("release-verify", "DIR"),
        ("restore-test", "VAULT"),
        ("site-serve", "PORT"),
    ],
)
def test_what_is_given_is_no_part_of_a_recipe(target: str, name: str) -> None:
    shown = subprocess.run(
        ["make", "--dry-run", target, f"{name}={GIVEN}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "broken-out" not in shown.stdout
    assert f"${name}" in shown.stdout or f"${{{name}" in shown.stdout  # it is read from the environment


@pytest.mark.parametrize(("code", "summarised"), [(0, True), (1, True), (2, False)])
def test_there_is_no_summary_of_an_earlier_plan(code: int, summarised: bool, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho $@\ncase $2 in scripts.environments) exit {code};; esac\n")
    python.chmod(0o755)
    run = subprocess.run(
        ["make", "--silent", "--assume-old=package", "plan-report", "ENV=dev", f"RUN={python}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.splitlines()[0] == "-m scripts.environments plan dev"
    assert ("-m scripts.ci.plan_summary dev" in run.stdout) == summarised
    assert (run.returncode == 0) == (code == 0)
