"""Environment variables whose values Terraform marks as sensitive."""

from __future__ import annotations

from typing import Any

import pytest
from hipaa_policies.judge import judge
from hipaa_policies.readers.plan import read_plan
from hipaa_policies.verdicts import Finding

from tests.unit.policies import compliant as c
from tests.unit.policies.plan import compliant
from tests.unit.policies.plan.documents import changing, document, ref

READER = "aws_lambda_function.reader"
NAMED = {"FLAVOUR": "vanilla", "PATIENT_TABLE": "patients"}


def _judged(variables: dict[str, Any], marks: Any, *, of_the_change: bool = False) -> Finding:
    """LAM-05 of the reader. Terraform marks values in planned_values, and in the changes."""
    resources = compliant.resources()
    changing(READER, environment=[{"variables": variables}])(resources)
    plan = document(resources)
    planned = plan["planned_values"]["root_module"]["resources"]
    items = plan["resource_changes"] if of_the_change else planned
    item = next(one for one in items if one["address"] == READER)
    if of_the_change:
        item["change"]["after_sensitive"] = {"environment": marks}
    else:
        item["sensitive_values"] = {"environment": marks}
    reading = read_plan(plan)
    arn = next(arn for arn, address in reading.addresses.items() if address == READER)
    (found,) = [
        f for f in judge(reading.account, c.settings()) if (f.control_id, f.resource) == ("LAM-05", arn)
    ]
    return found


@pytest.mark.parametrize("of_the_change", [False, True])
def test_a_sensitive_value_is_a_secret(of_the_change: bool) -> None:
    found = _judged(NAMED, [{"variables": {"FLAVOUR": True}}], of_the_change=of_the_change)
    assert found.status.value == "FAIL"
    assert "FLAVOUR (Terraform marks its value as sensitive)" in found.message
    assert "PATIENT_TABLE" not in found.message
    assert "vanilla" not in found.message


def test_so_is_one_that_only_the_apply_knows() -> None:
    late = ref("random_password.x.result")
    found = _judged({"FLAVOUR": late}, [{"variables": {"FLAVOUR": True}}])
    assert (found.status.value, "FLAVOUR" in found.message) == ("FAIL", True)


@pytest.mark.parametrize(
    ("variables", "marks"),
    [
        (NAMED, [{"variables": {}}]),
        (NAMED, [{}]),
        (NAMED, []),
        ({"SECRET_ARN": "anything"}, [{"variables": {"SECRET_ARN": True}}]),
        (
            {"KEPT": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x"},
            [{"variables": {"KEPT": True}}],
        ),
    ],
)
def test_names_of_secrets_are_none(variables: dict[str, Any], marks: Any) -> None:
    assert _judged(variables, marks).status.value == "PASS"


@pytest.mark.parametrize("marks", [True, [True], [{"variables": True}]])
def test_a_map_that_is_marked_as_a_whole_is_not_decided(marks: Any) -> None:
    assert _judged(NAMED, marks).status.value == "UNKNOWN"
    assert _judged({**NAMED, "PASSWORD": "hunter2"}, marks).status.value == "FAIL"
