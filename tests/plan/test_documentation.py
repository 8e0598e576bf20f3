"""The pictures of docs/ and README.md, and docs/alarms.md, held to a plan of the stack with everything on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.site import alarm_pages, diagrams, plan_diagrams
from scripts.site.plan_diagrams import Diagram
from scripts.site.plan_facts import PlanFacts, facts
from tests.plan.conftest import ROOT, terraform
from tests.plan.environments import committed_account, copy_repository, signed

ARCHITECTURE = ROOT / "docs" / "architecture.md"
# Over environments/prod, whose files stay as they are: https://developer.hashicorp.com/terraform/language/files/override
WITHOUT_AN_ACCOUNT = """
terraform {
  backend "local" {}
}

provider "aws" {
  access_key                  = "none"
  secret_key                  = "none"
  allowed_account_ids         = null
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
"""
# prod names no host that may be reached, and no other vault: with them there are more alarms.
WITH_MORE = """
backup = {
  copy_vault_arns = { west = "arn:aws:backup:us-west-2:333333333333:backup-vault:healthcare-copies" }
  lock            = { mode = "GOVERNANCE" }
}
network = {
  egress = { hosts = ["api.partner.example"] }
  subnets = {
    us-east-1a = { cidr = "10.30.0.0/20" }
    us-east-1b = { cidr = "10.30.16.0/20" }
  }
  vpc_cidr = "10.30.0.0/16"
}
"""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> PlanFacts:
    root = copy_repository(tmp_path_factory.mktemp("user") / "repository", committed_account("prod"), "prod")
    folder = root / "environments" / "prod"
    (folder / "without_an_account_override.tf").write_text(WITHOUT_AN_ACCOUNT)
    (folder / "with_more.auto.tfvars").write_text(WITH_MORE)
    signed(folder)
    terraform(folder, "init", "-input=false")
    terraform(folder, "plan", "-input=false", "-out=plan")
    return facts(json.loads(terraform(folder, "show", "-json", "plan")))


def drawn(page: Path) -> list[Diagram]:
    sources = diagrams.sources(page.read_text())
    return [plan_diagrams.parse(source) for source in sources if plan_diagrams.is_annotated(source)]


def test_every_box_is_planned_and_every_line_is_configured(everything: PlanFacts) -> None:
    pages = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))) if drawn(page)]
    assert {"README.md", "architecture.md", "index.md"} <= {page.name for page in pages}
    for page in pages:
        for diagram in drawn(page):
            assert list(plan_diagrams.problems(diagram, everything)) == [], page.name


def test_the_architecture_leaves_no_part_of_the_root_module_out(everything: PlanFacts) -> None:
    assert len(everything.top_level()) > 40
    assert plan_diagrams.left_out(drawn(ARCHITECTURE), everything) == set()


def test_the_architecture_leaves_no_use_of_a_store_out(everything: PlanFacts) -> None:
    assert list(plan_diagrams.missing_edges(drawn(ARCHITECTURE), everything)) == []


def test_a_workload_that_nobody_drew_is_found(everything: PlanFacts) -> None:
    """What the three tests above would say of a new one."""
    function, table = "module.billing_function", "module.invoices_table"
    grown = replace(
        everything,
        addresses=everything.addresses
        | {f"{function}.aws_lambda_function.this", f"{table}.aws_dynamodb_table.this"},
        references={**everything.references, function: frozenset({table})},
    )
    pictures = drawn(ARCHITECTURE)
    assert plan_diagrams.left_out(pictures, grown) >= {function, table}
    assert f"{function} uses {table}, and no edge says so" in plan_diagrams.missing_edges(pictures, grown)


def test_every_alarm_has_a_row_that_says_what_to_do(everything: PlanFacts) -> None:
    listed = alarm_pages.entries((ROOT / "docs" / "alarms.md").read_text())
    assert len(everything.alarms) > 100
    assert list(alarm_pages.problems(listed, everything.alarms)) == []


def test_an_alarm_that_nobody_described_is_found(everything: PlanFacts) -> None:
    listed = alarm_pages.entries((ROOT / "docs" / "alarms.md").read_text())
    grown = {**everything.alarms, "billing-lost": "Bills are lost"}
    problem = "billing-lost (Bills are lost) is in no row: say what it means and what to do"
    assert problem in alarm_pages.problems(listed, grown)
