"""examples/published_release: the root module by its Git reference, all code from S3, nothing built."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.verdicts import Status

from scripts.package_functions import function_names
from scripts.release.descriptions import describe
from scripts.release.packages import Package, file_name
from scripts.release.versions import parse
from tests.examples.stacks import (
    ADDRESS,
    EXAMPLES,
    RELEASE,
    Repository,
    copy_example,
    plan_stack,
    tells_its_cost,
)
from tests.plan.conftest import Plan

# What the stack leaves to its reader, by control.
OPEN = {
    "LAM-01": "the auditor runs outside the VPC, with its reason: docs/decisions/0006",
    "API-04": "X-Ray traces would hold patients' ids: docs/CURSED_KNOWLEDGE.md",
    "LAM-10": "a signing profile is the reader's to make: code_signing_config_arn",
}


@pytest.fixture(scope="module")
def plan(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    assert not (repository.folder / "dist").exists(), "there is nothing built where the modules come from"
    folder = copy_example("published_release", tmp_path_factory.mktemp("stack"))
    return plan_stack(folder, repository)


def test_every_function_of_the_release_comes_from_s3(plan: Plan) -> None:
    functions = plan.of_type("aws_lambda_function")
    keys = {function["s3_key"] for function in functions}
    assert keys == {f"{RELEASE}/{name}.zip" for name in function_names()}
    for function in functions:
        assert function["s3_bucket"] == "hospital-example-releases-us-east-1"
        assert function["source_code_hash"] == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        assert function["filename"] is None


def test_the_modules_come_from_the_release_that_is_named(plan: Plan) -> None:
    installed = json.loads((plan.root / ".terraform" / "modules" / "modules.json").read_text())
    sources = {module["Key"]: module["Source"] for module in installed["Modules"]}
    assert sources["healthcare"].startswith(f"git::{ADDRESS}")
    assert sources["healthcare"].endswith(f"?ref={RELEASE}")


def test_modules_and_code_are_of_one_release(plan: Plan) -> None:
    (check,) = (check for check in plan.document["checks"] if check["address"]["kind"] == "check")
    assert check["address"]["to_display"] == "check.one_release"
    assert check["status"] == "pass"


def test_the_readme_says_what_it_costs(plan: Plan) -> None:
    assert tells_its_cost("published_release", plan)


def test_the_list_of_packages_is_what_a_release_has() -> None:
    made = [Package(name, "arm64", file_name(name, "arm64"), "0" * 64, 0) for name in function_names()]
    described = describe(made, parse(RELEASE.removeprefix("v")), "0" * 40)
    shown = json.loads((EXAMPLES / "published_release" / "packages.json").read_text())
    assert shown.keys() == described.keys()
    assert shown["packages"]["arm64"].keys() == described["packages"]["arm64"].keys()
    for function, package in described["packages"]["arm64"].items():
        assert shown["packages"]["arm64"][function].keys() == package.keys()
        assert shown["packages"]["arm64"][function]["key"] == package["key"]


def test_the_checklist_fails_nothing_without_a_reason(plan: Plan) -> None:
    judged = judge_plan(json.dumps(plan.document).encode(), root=plan.root, taken_at=datetime.now(UTC))
    failing = {finding.control_id for finding in judged.assessment.findings if finding.status is Status.FAIL}
    assert failing == set(OPEN)
