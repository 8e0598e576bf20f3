"""A saved plan is its owner's alone, and knows the code that it was made from."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from scripts.environments.environment import Environment
from scripts.environments.files import code_hash, private_folder, write_private


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    for file in (
        "main.tf",
        "openapi.yaml",
        "modules/table/table.tf",
        "dist/patient_api.zip",
        "policies/waivers.yaml",
        "environments/prod/main.tf",
        "environments/prod/terraform.tfvars",
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(file)
    return Environment("prod", tmp_path, "123456789012", "us-east-1")


@pytest.mark.parametrize(
    "file",
    [
        "main.tf",
        "another.tf",
        "openapi.yaml",
        "modules/table/table.tf",
        "modules/table/policy.json",
        "dist/patient_api.zip",
        "policies/waivers.yaml",
        "environments/prod/terraform.tfvars",
        "environments/prod/packages.auto.tfvars.json",
        "environments/prod/waivers.yaml",
    ],
)
def test_whatever_a_plan_depends_on_changes_the_hash(environment: Environment, file: str) -> None:
    before = code_hash(environment)
    (environment.root / file).write_text("changed")
    assert code_hash(environment) != before


@pytest.mark.parametrize(
    "file",
    [
        "environments/prod/.plan/plan.tfplan",
        "environments/prod/.terraform.lock.hcl",
        "environments/prod/.terraform/terraform.tfstate",
        "environments/dev/terraform.tfvars",
        "reports/prod/plan.sarif",
        "README.md",
    ],
)
def test_nothing_else_does(environment: Environment, file: str) -> None:
    before = code_hash(environment)
    (environment.root / file).parent.mkdir(parents=True, exist_ok=True)
    (environment.root / file).write_text("changed")
    assert code_hash(environment) == before


def test_a_file_that_moves_is_a_change(environment: Environment) -> None:
    before = code_hash(environment)
    (environment.root / "main.tf").rename(environment.root / "moved.tf")
    assert code_hash(environment) != before


def test_what_is_saved_is_closed_whatever_was_there_and_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / ".plan"
    folder.mkdir(mode=0o755)
    (folder / "plan.json").write_text("old")
    (folder / "plan.json").chmod(0o644)
    before = os.umask(0)
    try:
        private_folder(folder)
        write_private(folder / "plan.json", "new")
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "plan.json").stat().st_mode) == 0o600
    assert (folder / "plan.json").read_text() == "new"
