"""SARIF of both lenses fits the schema of SARIF 2.1.0."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.assessment import Assessment, assess
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.decisions import Waiver
from hipaa_policies.facts import Listing, Unreadable
from hipaa_policies.reports.as_sarif import render_sarif
from hipaa_policies.side_by_side import side_by_side
from jsonschema import Draft4Validator

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import changing, document
from tests.unit.policies.test_reports import NOW

SCHEMA = json.loads((Path(__file__).parent / "sarif" / "sarif-2.1.0-rtm.5.json").read_text())


def live() -> Assessment:
    """With failures, a waived one, what could not be read, and two regions."""
    refused = Unreadable("kms:ListKeys", "AccessDenied", "no", "kms:ListKeys")
    functions = (c.function(tracing="PassThrough"), c.function("other", timeout=1, subnet_ids=()))
    account = c.account(functions=functions, keys=Listing((), refused))
    waiver = Waiver("LAM-09", c.FUNCTION, "costs", "Jo", c.TODAY)
    one = assess(account, c.settings(), lens="live", taken_at=NOW, waivers=(waiver,), unreadable=(refused,))
    other = assess(replace(account, region="eu-west-1"), c.settings(), lens="live", taken_at=NOW)
    return side_by_side([one, other])


def planned(folder: Path) -> Assessment:
    """With lines, in a file whose name must be quoted."""
    (folder / "a file.tf").write_text('\nresource "aws_lambda_function" "reader" {\n}\n')
    resources = compliant.resources()
    changing("aws_lambda_function.reader", tracing_config=[], runtime=compliant.VPC)(resources)
    return judge_plan(json.dumps(document(resources)).encode(), root=folder, taken_at=NOW).assessment


@pytest.mark.parametrize("lens", ["live", "plan"])
def test_it_fits_the_schema(lens: str, tmp_path: Path) -> None:
    Draft4Validator.check_schema(SCHEMA)
    report = json.loads(render_sarif(live() if lens == "live" else planned(tmp_path)))
    errors = [f"{list(e.path)}: {e.message[:200]}" for e in Draft4Validator(SCHEMA).iter_errors(report)]
    assert errors == []
    kinds = {result["kind"] for result in report["runs"][0]["results"]}
    assert kinds == {"fail", "open"}


def test_the_schema_is_not_one_that_everything_fits() -> None:
    report: dict[str, Any] = json.loads(render_sarif(live()))
    report["runs"][0]["results"][0]["level"] = "severe"
    del report["runs"][0]["tool"]
    assert len(list(Draft4Validator(SCHEMA).iter_errors(report))) == 2
