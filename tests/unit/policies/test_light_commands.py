"""Commands that ask AWS nothing do not import what asks AWS: it takes longer than judging a plan."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.policies.plan.compliant import resources
from tests.unit.policies.plan.documents import document

HEAVY = ("boto3", "botocore", "jinja2")
SCRIPT = f"""
import sys
from hipaa_policies.cli import main
status = main(sys.argv[1:])
print(*(name for name in {HEAVY!r} if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""


def imported(*arguments: str) -> tuple[str, list[str]]:
    """What a command printed, and which of the heavy packages it imported. Its status must be 0 or 1."""
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout, done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize("arguments", [("controls",), ("explain", "LAM-04"), ("schema",)], ids=" ".join)
def test_what_looks_at_nothing(arguments: tuple[str, ...]) -> None:
    text, heavy = imported(*arguments)
    assert text
    assert heavy == []


@pytest.mark.parametrize("form", ["table", "json", "junit", "sarif", "oscal"])
def test_the_plan_command(tmp_path: Path, form: str) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(document(resources())), encoding="utf-8")
    text, heavy = imported("plan", str(plan), "--format", form)
    assert "LAM-04" in text
    assert heavy == []


def test_the_policy_of_the_live_lens_needs_it() -> None:
    _, heavy = imported("iam-policy")
    assert {"boto3", "botocore"} <= set(heavy)
