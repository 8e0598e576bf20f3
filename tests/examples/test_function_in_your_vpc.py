"""examples/function_in_your_vpc: one module of this project in a stack that knows nothing of the rest."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import boto3
import pytest
from hipaa_policies.commands.plan import judge_plan
from hipaa_policies.verdicts import Status
from moto import mock_aws

from tests.examples.stacks import EXAMPLES, Repository, copy_example, plan_stack, run, tells_its_cost
from tests.plan.conftest import Plan

EXAMPLE = EXAMPLES / "function_in_your_vpc"
THEIRS = {
    "aws_dynamodb_table.members",
    "aws_kms_key.claims",
    "aws_sns_topic.alerts",
    "aws_sns_topic_policy.alerts",
}


@pytest.fixture(scope="module")
def plan(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = copy_example("function_in_your_vpc", tmp_path_factory.mktemp("stack"))
    command = re.search(r"^mkdir -p build && (.*)$", (folder / "README.md").read_text(), re.MULTILINE)
    assert command is not None, "the README says how the package is built"
    (folder / "build").mkdir()
    run(command[1].split(), folder)
    return plan_stack(folder, repository)


def test_one_module_of_ours_stands_among_their_own(plan: Plan) -> None:
    addresses = plan.addresses()
    assert {address for address in addresses if not address.startswith("module.")} == THEIRS
    assert {address.split(".")[1] for address in addresses - THEIRS} == {"eligibility"}


def test_the_readme_says_how_much_it_is(plan: Plan) -> None:
    assert tells_its_cost("function_in_your_vpc", plan)
    assert f"{len(plan.addresses())} resources" in (EXAMPLE / "README.md").read_text()


def test_the_log_is_kept_and_masked_as_they_say(plan: Plan) -> None:
    (group,) = plan.of_type("aws_cloudwatch_log_group")
    assert group["retention_in_days"] == 3653
    (masking,) = plan.of_type("aws_cloudwatch_log_data_protection_policy")
    assert "HealthInsuranceNumber-EU" in masking["policy_document"]


def test_the_function_runs_in_their_subnets(plan: Plan) -> None:
    (function,) = plan.of_type("aws_lambda_function")
    assert function["vpc_config"][0]["subnet_ids"] == ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
    (group,) = plan.of_type("aws_security_group")
    assert group["vpc_id"] == "vpc-0123456789abcdef0"
    assert plan.of_type("aws_vpc_security_group_ingress_rule") == []


def test_the_checklist_has_one_objection(plan: Plan) -> None:
    judged = judge_plan(json.dumps(plan.document).encode(), root=plan.root, taken_at=datetime.now(UTC))
    failing = {finding.control_id for finding in judged.assessment.findings if finding.status is Status.FAIL}
    assert failing == {"LAM-10"}, "code signing is theirs to set up; nothing else is left open"


@pytest.fixture
def members(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # another test's may know another region
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("MEMBERS_TABLE", "members")
    with mock_aws():
        table = boto3.resource("dynamodb").create_table(
            TableName="members",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "member_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "member_id", "AttributeType": "S"}],
        )
        table.put_item(Item={"member_id": "m-1", "from": "2026-01-01", "until": "2026-06-30"})
        yield


@pytest.mark.parametrize(
    ("member", "day", "covered"),
    [
        ("m-1", "2026-03-01", True),
        ("m-1", "2026-06-30", True),
        ("m-1", "2026-07-01", False),
        ("m-2", "2026-03-01", False),
    ],
)
def test_the_handler_answers_as_the_readme_says(members: None, member: str, day: str, covered: bool) -> None:
    specification = importlib.util.spec_from_file_location("eligibility", EXAMPLE / "src" / "eligibility.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    assert module.handler({"member_id": member, "day": day}, None) == {"covered": covered}
