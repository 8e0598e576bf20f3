"""From `make plan` to `make drift`, on a tiny environment of the test's own and a local cloud."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_deployment import LocalDeployment
from tests.plan.conftest import ROOT
from tests.plan.environments import Commands

STATE_BUCKET = "tiny-state"
# One resource that is made at once, and that a control judges: no key of the customer's encrypts it.
MAIN = """
terraform {
  required_version = ">= 1.11.0"
  backend "s3" {}
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.100.0, < 7.0.0" }
  }
}

variable "account_id" { type = string }
variable "region" { type = string }

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

resource "aws_cloudwatch_log_group" "notes" {
  name              = "notes"
  retention_in_days = 2557
}
"""
# What `make sign` needs of the root module, at the addresses where that has it.
SIGNING = """
terraform {
  backend "s3" {}
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 5.100.0, < 7.0.0" }
  }
}

variable "account_id" { type = string }
variable "region" { type = string }

provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]
}

module "healthcare" {
  source     = "./healthcare"
  account_id = var.account_id
  region     = var.region
}

output "packages_bucket" { value = module.healthcare.packages_bucket }
output "signing_profile" { value = module.healthcare.signing_profile }
"""
HEALTHCARE = """
variable "account_id" { type = string }
variable "region" { type = string }

module "code_signing" {
  source  = "CODE_SIGNING"
  context = { account_id = var.account_id, region = var.region, name_prefix = "healthcare" }
}

module "packages_bucket" {
  source = "./bucket"
}

# Stands for what cannot be made before code is signed.
resource "aws_cloudwatch_log_group" "function" {
  name = "function"
}

output "packages_bucket" { value = module.packages_bucket.name }
output "signing_profile" { value = module.code_signing.profile_name }
"""
BUCKET = """
resource "aws_s3_bucket" "this" { bucket = "packages" }

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.bucket
  versioning_configuration { status = "Enabled" }
}

output "name" { value = aws_s3_bucket_versioning.this.bucket }
"""
WAIVER = """
waivers:
  - control: LOG-01
    resource: "arn:aws:logs:us-east-1:*:log-group:notes"
    reason: "A test's own, which holds nothing."
    owner: "a test"
    expires: {expires}
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalDeployment]:
    started = LocalDeployment(tmp_path_factory.mktemp("cloud"))
    started.start()
    try:
        yield started
    finally:
        started.stop()


def tiny(root: Path, cloud: LocalDeployment, main: str = MAIN) -> Commands:
    folder = root / "environments" / "tiny"
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(main)
    (folder / "terraform.tfvars").write_text(
        f'account_id = "{cloud.state.account_id}" # ours\nregion     = "us-east-1"\n'
    )
    (folder / "state.s3.tfbackend").write_text(
        f'bucket = "{STATE_BUCKET}"\nkey = "tiny/terraform.tfstate"\nregion = "us-east-1"\n'
        "use_lockfile = true\n"
    )
    return Commands(root, cloud)


def test_packages_are_signed_once_and_named(tmp_path: Path, cloud: LocalDeployment) -> None:
    cloud.client("s3").create_bucket(Bucket="another-state")
    commands = tiny(tmp_path / "repository", cloud, SIGNING)
    folder, s3 = commands.folder("tiny"), cloud.client("s3")
    backend = folder / "state.s3.tfbackend"
    backend.write_text(backend.read_text().replace(STATE_BUCKET, "another-state"))
    healthcare = folder / "healthcare"
    (healthcare / "bucket").mkdir(parents=True)
    code_signing = os.path.relpath(ROOT / "modules" / "code_signing", healthcare)
    (healthcare / "main.tf").write_text(HEALTHCARE.replace("CODE_SIGNING", code_signing))
    (healthcare / "bucket" / "main.tf").write_text(BUCKET)

    run = commands.run("sign", "tiny")
    assert run.returncode == 2
    assert "There is no package in dist/, so nothing was signed. Build them: make package" in run.stderr

    dist = tmp_path / "repository" / "dist"
    dist.mkdir()
    with zipfile.ZipFile(dist / "patient_api.zip", "w") as archive:
        archive.writestr("patient_api/handler.py", "")
    run = commands.run("sign", "tiny")
    assert run.returncode == 0, run.stdout + run.stderr
    written = json.loads((folder / "packages.auto.tfvars.json").read_text())
    package = written["packages"]["patient_api"]
    content = s3.get_object(Bucket=package["bucket"], Key=package["key"], VersionId=package["version"])[
        "Body"
    ].read()
    assert package["hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert content != (dist / "patient_api.zip").read_bytes(), "it is the signed one that is named"
    # Nothing else was made: functions come with a plan that somebody reads.
    assert cloud.client("logs").describe_log_groups(logGroupNamePrefix="function")["logGroups"] == []

    # The same code is not signed again, so the next plan changes nothing.
    run = commands.run("sign", "tiny")
    assert "patient_api.zip: was signed before" in run.stderr
    assert json.loads((folder / "packages.auto.tfvars.json").read_text()) == written

    # What Signer does not take is said, and the packages stay as they were.
    (dist / "patient_api.zip").write_bytes(b"no zip")
    run = commands.run("sign", "tiny")
    assert run.returncode == 2
    assert "Signer could not sign" in run.stderr
    assert "The object is no zip." in run.stderr
    assert json.loads((folder / "packages.auto.tfvars.json").read_text()) == written


def test_from_plan_to_drift(tmp_path: Path, cloud: LocalDeployment) -> None:
    """One story: each step stands on the one before it, and Terraform takes seconds to start."""
    commands = tiny(tmp_path / "repository", cloud)
    folder, logs = commands.folder("tiny"), cloud.client("logs")
    saved = folder / ".plan"

    # No bucket for the state: said with what makes it.
    run = commands.run("plan", "tiny")
    assert run.returncode == 2
    assert "make bootstrap ENV=tiny" in run.stderr
    cloud.client("s3").create_bucket(Bucket=STATE_BUCKET)

    # No saved plan.
    run = commands.run("apply", "tiny")
    assert run.returncode == 2
    assert "There is no saved plan of tiny, so nothing was applied: make plan ENV=tiny" in run.stderr

    # A FAIL: the plan can be looked at, and can't be applied.
    run = commands.run("plan", "tiny")
    assert run.returncode == 1
    assert "+ create  aws_cloudwatch_log_group.notes" in run.stdout
    assert "LOG-01" in run.stdout
    assert "The plan FAILs controls (reports/tiny/plan.findings.json)" in run.stdout
    run = commands.run("apply", "tiny")
    assert run.returncode == 1
    assert "The plan FAILs controls" in run.stderr
    assert logs.describe_log_groups(logGroupNamePrefix="notes")["logGroups"] == []

    # A decision after the plan: it has to be planned, and read, again.
    (folder / "waivers.yaml").write_text(WAIVER.format(expires="2099-12-31"))
    run = commands.run("apply", "tiny")
    assert run.returncode == 2
    assert "have changed since the plan of tiny was made" in run.stderr

    # Planned and applied: exactly that plan, once.
    run = commands.run("plan", "tiny")
    assert run.returncode == 0, run.stdout + run.stderr
    kept = tmp_path / "kept"
    shutil.copytree(saved, kept)
    run = commands.run("apply", "tiny")
    assert run.returncode == 0, run.stdout + run.stderr
    assert [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]] == ["notes"]
    assert list(saved.iterdir()) == []
    shutil.copytree(kept, saved, dirs_exist_ok=True)
    run = commands.run("apply", "tiny")
    assert run.returncode == 2
    assert "The state has changed since the plan was made, so nothing was applied" in run.stderr

    # As the code says.
    run = commands.run("drift", "tiny")
    assert run.returncode == 0, run.stdout + run.stderr
    assert "No drift: tiny is as the code says." in run.stdout

    # Changed behind Terraform's back.
    logs.put_retention_policy(logGroupName="notes", retentionInDays=30)
    run = commands.run("drift", "tiny")
    assert run.returncode == 2
    assert "~ change  aws_cloudwatch_log_group.notes  (retention_in_days)" in run.stdout
    assert "LOG-02" in run.stdout, "and the catalogue sees what became worse by it"
    assert not (saved / "drift.tfplan").exists()
    assert not (saved / "drift.json").exists()

    # The evidence says so, with its hashes beside it.
    run = commands.run("audit", "tiny")
    assert run.returncode == 1
    reports = tmp_path / "repository" / "reports" / "tiny"
    failing = [
        f for f in json.loads((reports / "audit.json").read_text())["findings"] if f["status"] == "FAIL"
    ]
    assert "LOG-02" in {finding["control_id"] for finding in failing}
    assert "LOG-01" not in {finding["control_id"] for finding in failing}, (
        "the environment's waivers hold here, too"
    )
    lines = (reports / "SHA256SUMS").read_text().splitlines()
    sums = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert set(sums) == {"audit.html", "audit.json", "audit.oscal.json", "audit.sarif", "audit.xml"}
    for name, digest in sums.items():
        assert hashlib.sha256((reports / name).read_bytes()).hexdigest() == digest
