"""What somebody gives to `make` stays an argument: no recipe has it in the text that a shell reads."""

from __future__ import annotations

import subprocess

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
