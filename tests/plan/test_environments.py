"""environments/dev, staging and prod, planned and judged by `make plan` on a local cloud that is empty."""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.decisions import read_waivers

from scripts.cost.assumptions import Assumptions
from scripts.cost.plan import read
from scripts.cost.prices import load
from scripts.cost.report import make_report
from scripts.environments.signing import TARGETS
from scripts.local_deployment import LocalDeployment
from tests.plan.conftest import ROOT
from tests.plan.environments import PACKAGES, Commands, Planned, committed_account, copy_repository, signed

NAMES = ("dev", "staging", "prod")
STATE_BUCKET = "healthcare-terraform-state-{account}-us-east-1"
# What each accepts in a plan: more is a module to be mended, or a decision that somebody reads here.
ACCEPTED = {"API-04": "docs/decisions/0004", "LAM-01": "docs/decisions/0006"}
Plans = dict[str, Planned]


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDeployment]:
    started = LocalDeployment(tmp_path_factory.mktemp("cloud"))
    started.start()
    try:
        bucket = STATE_BUCKET.format(account=started.state.account_id)
        started.client("s3").create_bucket(Bucket=bucket)
        yield started
    finally:
        started.stop()


@pytest.fixture(scope="module")
def plans(tmp_path_factory: pytest.TempPathFactory, cloud: LocalDeployment) -> Plans:
    root = copy_repository(tmp_path_factory.mktemp("user") / "repository", cloud.state.account_id, *NAMES)
    commands = Commands(root, cloud)
    signed(commands.folder("prod"))
    with ThreadPoolExecutor(max_workers=2) as pool:  # of two cores
        runs = pool.map(lambda name: commands.run("plan", name), NAMES)
        return {name: Planned(name, commands, run) for name, run in zip(NAMES, runs, strict=True)}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_planned_and_fails_no_control(plans: Plans, name: str) -> None:
    run = plans[name].run
    failing = [f for f in plans[name].findings if f["status"] == "FAIL"]
    assert failing == []
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"make apply ENV={name}" in run.stdout


@pytest.mark.parametrize("name", NAMES)
def test_what_is_accepted_is_explained(plans: Plans, cloud: LocalDeployment, name: str) -> None:
    waived = {f["control_id"]: f["message"] for f in plans[name].findings if f["status"] == "WAIVED"}
    assert waived.keys() == ACCEPTED.keys()
    for control, decision in ACCEPTED.items():
        assert f"by owner of {name}" in waived[control]
        assert decision in waived[control]
    today = datetime.now(UTC).date()
    for waiver in read_waivers(ROOT / "environments" / name / "waivers.yaml", [c.id for c in catalogue()]):
        assert waiver.expires >= today
        account = committed_account(name)
        assert f":{account}:" in waiver.resource or waiver.account == account, (
            "in another account nothing is waived"
        )


def test_the_plan_of_one_is_not_shown_to_others(plans: Plans) -> None:
    for planned in plans.values():
        assert stat.S_IMODE(planned.saved.stat().st_mode) == 0o700
        files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in planned.saved.iterdir()}
        assert files == dict.fromkeys(
            ("made_from.sha256", "plan.json", "plan.tfplan", "providers.json"), 0o600
        )
        # Values stay in those files: names of resources and attributes alone are printed, and reported.
        reported = "".join(file.read_text() for file in planned.reports.iterdir())
        assert "no-reply@" in json.dumps(planned.document)
        assert "no-reply@" not in planned.run.stdout + planned.run.stderr + reported


def test_findings_are_reported_as_sarif(plans: Plans) -> None:
    sarif = json.loads((plans["prod"].reports / "plan.sarif").read_text())
    assert sarif["version"] == "2.1.0"


def test_dev_is_cheap(plans: Plans) -> None:
    dev = plans["dev"]
    for kind in (
        "aws_nat_gateway",
        "aws_internet_gateway",
        "aws_networkfirewall_firewall",
        "aws_rds_cluster",
    ):
        assert dev.of_type(kind) == [], kind
    assert endpoint_zones(dev) == {1}
    assert not dev.of_type("aws_lambda_provisioned_concurrency_config")


def endpoint_zones(planned: Planned) -> set[int]:
    """In how many zones the interface endpoints stand, as `make cost` has it."""
    stack = read(planned.document)
    return {
        stack.zones(endpoint)
        for endpoint in stack.of_type("aws_vpc_endpoint")
        if endpoint.values["vpc_endpoint_type"] == "Interface"
    }


@pytest.mark.parametrize("name", NAMES)
def test_each_takes_signed_code_alone(plans: Plans, name: str) -> None:
    planned = plans[name]
    (config,) = planned.of_type("aws_lambda_code_signing_config")
    assert config["policies"] == [{"untrusted_artifact_on_deployment": "Enforce"}]
    (profile,) = planned.of_type("aws_signer_signing_profile")
    assert profile["platform_id"] == "AWSLambda-SHA384-ECDSA"
    functions = [c for c in planned.document["resource_changes"] if c["type"] == "aws_lambda_function"]
    assert len(functions) >= 11
    for function in functions:  # by a configuration whose ARN AWS is yet to give
        assert function["change"]["after_unknown"]["code_signing_config_arn"] is True, function["address"]


def test_what_nobody_signed_is_pointed_out_before_lambda_refuses_it(plans: Plans) -> None:
    assert "Before apply: make sign ENV=dev" in plans["dev"].run.stdout
    assert "make sign" not in plans["prod"].run.stdout
    for function in plans["prod"].of_type("aws_lambda_function"):
        assert function["s3_bucket"] == "healthcare-packages", function["function_name"]
        assert not function.get("filename"), function["function_name"]


def test_make_sign_makes_what_is_there(plans: Plans) -> None:
    """A target that nothing is at makes nothing, and Terraform only warns."""
    addresses = [change["address"] for change in plans["prod"].document["resource_changes"]]
    for target in TARGETS:
        assert any(address.startswith(f"{target}[") for address in addresses), target


def test_prod_has_everything_on(plans: Plans) -> None:
    prod = plans["prod"]
    packages = {
        function["s3_key"].split("/")[1].removesuffix(".zip")
        for function in prod.of_type("aws_lambda_function")
    }
    assert packages == set(PACKAGES), "every workload is on"
    assert endpoint_zones(prod) == {3}
    (warm,) = prod.of_type("aws_lambda_provisioned_concurrency_config")
    assert (warm["function_name"], warm["qualifier"], warm["provisioned_concurrent_executions"]) == (
        "healthcare-patient-api",
        "live",
        2,
    )
    assert len(prod.of_type("aws_rds_cluster_instance")) == 2
    (lock,) = prod.of_type("aws_backup_vault_lock_configuration")
    assert lock["min_retention_days"] >= 1
    for kind in (
        "aws_accessanalyzer_analyzer",
        "aws_guardduty_detector",
        "aws_inspector2_enabler",
        "aws_budgets_budget",
    ):
        assert len(prod.of_type(kind)) == 1, kind
    assert prod.of_type("aws_inspector2_enabler")[0]["resource_types"] == ["LAMBDA", "LAMBDA_CODE"]


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_easily_lost(plans: Plans, name: str) -> None:
    planned = plans[name]
    assert all(table["deletion_protection_enabled"] for table in planned.of_type("aws_dynamodb_table"))
    assert all(cluster["deletion_protection"] for cluster in planned.of_type("aws_rds_cluster"))
    assert not any(bucket["force_destroy"] for bucket in planned.of_type("aws_s3_bucket"))
    locks = planned.of_type("aws_s3_bucket_object_lock_configuration")
    assert {lock["rule"][0]["default_retention"][0]["days"] for lock in locks} == {2557}
    assert planned.of_type("aws_backup_vault_lock_configuration")


def test_staging_is_prod_but_smaller(plans: Plans) -> None:
    staging, prod = plans["staging"], plans["prod"]
    names = {function["function_name"] for function in prod.of_type("aws_lambda_function")}
    assert {function["function_name"] for function in staging.of_type("aws_lambda_function")} == names
    assert endpoint_zones(staging) == {2}
    (small,), (large,) = staging.of_type("aws_rds_cluster"), prod.of_type("aws_rds_cluster")
    capacities = [
        cluster["serverlessv2_scaling_configuration"][0]["max_capacity"] for cluster in (small, large)
    ]
    assert capacities[0] < capacities[1]


def test_the_documents_say_what_each_costs(plans: Plans) -> None:
    reports = {name: make_report(read(plans[name].document), load(), Assumptions()) for name in NAMES}
    for name, report in reports.items():
        assert report.unpriced == (), name
    text = (ROOT / "docs" / "environments.md").read_text()
    (row,) = re.findall(r"^\| a month, idle \(`make cost`, [0-9-]+\) \| (.*) \|$", text, re.MULTILINE)
    dev, staging, prod = (f"${report.idle_usd:.0f}" for report in reports.values())
    assert row.split(" | ") == [dev, staging, prod], "write the new figures, and the date, into that page"
    said = f"dev is some {dev} a month idle, staging {staging} and prod {prod}."
    assert said in (ROOT / "README.md").read_text(), "write the new figures into README.md, too"


def test_the_documents_say_how_much_concurrency_is_reserved(plans: Plans) -> None:
    functions = plans["prod"].of_type("aws_lambda_function")
    reserved = sum(function["reserved_concurrent_executions"] for function in functions)
    text = (ROOT / "docs" / "environments.md").read_text()
    assert f"\n{reserved} are reserved, so the limit has to be {reserved + 100} at least." in text


def test_another_account_is_refused(tmp_path: Path, cloud: LocalDeployment) -> None:
    root = copy_repository(tmp_path / "repository", committed_account("staging"), "staging")
    for command in ("plan", "apply", "audit", "drift"):
        run = Commands(root, cloud).run(command, "staging")
        assert run.returncode == (1 if command == "drift" else 2)
        assert f"credentials of account {cloud.state.account_id}" in run.stderr
        assert "staging is account 222222222222 (environments/staging/terraform.tfvars)" in run.stderr
        assert run.stdout == ""
    assert not (root / "environments" / "staging" / ".plan").exists()
    assert not (root / "reports").exists()
