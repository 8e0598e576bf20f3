"""What somebody gives to `make` stays an argument: no recipe has it in the text that a shell reads."""

from __future__ import annotations

import shutil
import subprocess
import sys
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
        ("mutation", "ONLY"),
        ("nightly", "ONLY"),
        ("plan-comment", "SUMMARIES"),
        ("environments-test", "ENV"),
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


OF_AN_ENVIRONMENT = (
    *("audit", "bootstrap", "plan", "apply", "sign", "drift"),
    *("plan-report", "plan-summary", "apply-approved", "nightly"),
)


def refused(tmp_path: Path, *words: str) -> list[str]:
    """What make says where there is a shell and Python alone, so that to set up or to package would fail."""
    (tmp_path / "python3").symlink_to(sys.executable)
    for shell in ("make", "sh"):
        (tmp_path / shell).symlink_to(shutil.which(shell) or shell)
    run = subprocess.run(
        ["make", "--silent", *words, f"RUN={tmp_path / 'never'}"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert run.stdout == ""
    said = run.stderr.splitlines()
    assert len(said) == 2, "and make's own line after it"
    return said


@pytest.mark.parametrize("target", OF_AN_ENVIRONMENT)
def test_an_unknown_environment_is_refused_before_anything_is_set_up(target: str, tmp_path: Path) -> None:
    assert refused(tmp_path, target, "ENV=nope")[0] == (
        "There is no environment 'nope'. Say ENV= with one of: dev, prod, staging. Nothing was done."
    )


@pytest.mark.parametrize("given", ["", "sha256:12", "x; touch broken-out"])
def test_what_is_no_hash_is_refused_before_anything_is_set_up(given: str, tmp_path: Path) -> None:
    said = refused(tmp_path, "apply-approved", "ENV=dev", f"APPROVED={given}")
    assert said[0].startswith(f"{given!r} is no hash of changes, so nothing was planned or applied.")


@pytest.mark.parametrize("target", OF_AN_ENVIRONMENT)
def test_a_known_environment_is_looked_for_first(target: str) -> None:
    """The order in which make has them, with everything to be set up yet."""
    shown = subprocess.run(
        ["make", "--dry-run", target, "ENV=dev"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[0] == 'python3 -m scripts.environments.known "$ENV"'


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
