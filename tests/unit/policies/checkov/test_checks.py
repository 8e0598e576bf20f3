"""policies/checkov, run by checkov itself over what each check fails and passes, in HCL and as a plan."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]
CHECKS = ROOT / "policies" / "checkov"
FIXTURE = Path(__file__).parent / "fixture"
CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
IDS = sorted(
    found for file in CHECKS.glob("*.py") for found in re.findall(r'id="(HIPAA_\w+)"', file.read_text())
)
# The resource types that each check is asked about: all of their "bad" ones fail, all "good" ones pass.
TYPES = {
    "HIPAA_ALM_01": "aws_cloudwatch_metric_alarm",
    "HIPAA_COG_03": "aws_cognito_user_pool_client",
    "HIPAA_KMS_02": "aws_kms_key",
    "HIPAA_LAM_01": "aws_lambda_function",
    "HIPAA_LAM_05": "aws_lambda_function",
    "HIPAA_LOG_02": "aws_cloudwatch_log_group",
    "HIPAA_NET_07": "aws_vpc_endpoint",
    "HIPAA_SQS_01": "aws_sqs_queue",
}


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """checkov's results by framework, from one run."""
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: python3 scripts/setup_environment.py checkov")
    command = [CHECKOV, "--directory", FIXTURE, "--external-checks-dir", CHECKS, "--skip-download"]
    options = ["--framework", "terraform", "terraform_plan", "--check", ",".join(IDS), "--output", "json"]
    finished = subprocess.run(
        [*map(str, command), *options],
        cwd=FIXTURE,
        env=os.environ | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Cannot load external check" not in finished.stderr
    return {result["check_type"]: result["results"] for result in json.loads(finished.stdout)}


def test_every_check_has_fixtures() -> None:
    assert sorted(TYPES) == IDS


@pytest.mark.parametrize("identifier", IDS)
@pytest.mark.parametrize("framework", ["terraform", "terraform_plan"])
def test_bad_fails_and_good_passes(framework: str, identifier: str, results: dict[str, Any]) -> None:
    declared = re.findall(rf'^resource "{TYPES[identifier]}" "(\w+)"', _hcl(), re.MULTILINE)
    found = {
        status: {
            check["resource"].partition(".")[2]
            for check in results[framework][f"{status}_checks"]
            if check["check_id"] == identifier
        }
        for status in ("failed", "passed")
    }
    assert found["failed"] == {name for name in declared if name.startswith("bad")} != set()
    assert found["passed"] == {name for name in declared if name.startswith("good")} != set()


def test_the_plan_is_of_the_same_resources() -> None:
    plan = json.loads((FIXTURE / "plan.json").read_text(encoding="utf-8"))
    planned = {change["address"] for change in plan["resource_changes"]}
    declared = {
        f"{kind}.{name}" for kind, name in re.findall(r'^resource "(\w+)" "(\w+)"', _hcl(), re.MULTILINE)
    }
    assert planned == declared


def _hcl() -> str:
    return (FIXTURE / "main.tf").read_text(encoding="utf-8")
