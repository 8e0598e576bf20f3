"""An upgrade of one minor version with `moved` blocks, by Terraform, with data in what moves."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.local_cloud.support import Cloud, unique

ROOT = Path(__file__).resolve().parents[3]
BEFORE = """
module "people_key" {
  source  = "./modules/encryption"
  context = local.context
  keys    = { phi = { description = "Health information", deletion_window_days = 7 } }
}

module "people" {
  source              = "./modules/table"
  context             = local.context
  deletion_protection = true
  kms_key_arn         = module.people_key.key_arns["phi"]
  name                = "patients"
  partition_key       = { name = "patient_id" }
}

module "papers" {
  source      = "./modules/bucket"
  context     = local.context
  kms_key_arn = module.people_key.key_arns["phi"]
  name        = "documents"
}
"""
# What a minor version may do: another name, an instance more, another key.
AFTER = """
module "encryption" {
  source  = "./modules/encryption"
  context = local.context
  keys    = { phi = { description = "Health information", deletion_window_days = 7 } }
}

module "tables" {
  source   = "./modules/table"
  for_each = { patients = "patient_id", audit = "entry_id" }

  context             = local.context
  deletion_protection = each.key == "patients"
  kms_key_arn         = module.encryption.key_arns["phi"]
  name                = each.key
  partition_key       = { name = each.value }
}

module "documents" {
  source = "./modules/bucket"
  count  = 1

  context     = local.context
  kms_key_arn = module.encryption.key_arns["phi"]
  name        = "documents"
}
"""
MOVED = """
moved {
  from = module.people_key
  to   = module.encryption
}

moved {
  from = module.people
  to   = module.tables["patients"]
}

moved {
  from = module.papers
  to   = module.documents[0]
}
"""


@dataclass
class Root:
    """A root module of a user's own, applied to the local cloud."""

    folder: Path
    cloud: Cloud
    prefix: str

    def write(self, text: str) -> None:
        context = f'account_id = "123456789012", region = "us-east-1", name_prefix = "{self.prefix}"'
        provider = 'provider "aws" {\n  region = "us-east-1"\n}\n'
        (self.folder / "main.tf").write_text(
            f"{provider}\nlocals {{\n  context = {{ {context} }}\n}}\n{text}"
        )

    def terraform(self, *words: str) -> str:
        command = [str(ROOT / "scripts" / "terraform"), f"-chdir={self.folder}", *words]
        variables = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        variables |= self.cloud.state.environment()
        finished = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return finished.stdout

    def planned(self) -> dict[str, list[str]]:
        """Addresses by what the plan does to them, but for those that stay."""
        self.terraform("plan", "-input=false", "-out=plan")
        document = json.loads(self.terraform("show", "-json", "plan"))
        changes: dict[str, list[str]] = {}
        for change in document["resource_changes"]:
            kind = "+".join(change["change"]["actions"])
            if kind not in ("no-op", "read"):
                changes.setdefault(kind, []).append(change["address"])
        return changes


@pytest.fixture
def root(cloud: Cloud, tmp_path: Path) -> Root:
    shutil.copytree(ROOT / "modules", tmp_path / "modules")
    shutil.copy(ROOT / "versions.tf", tmp_path)
    made = Root(tmp_path, cloud, unique("upgraded"))
    made.write(BEFORE)
    made.terraform("init", "-input=false")
    made.terraform("apply", "-input=false", "-auto-approve")
    return made


def test_moved_blocks_keep_data_and_without_them_the_plan_shows_the_loss(root: Root) -> None:
    dynamodb, s3 = root.cloud.client("dynamodb"), root.cloud.client("s3")
    table, bucket = f"{root.prefix}-patients", f"{root.prefix}-documents-123456789012"
    dynamodb.put_item(TableName=table, Item={"patient_id": {"S": "1"}, "note": {"S": "kept"}})
    s3.put_object(Bucket=bucket, Key="a", Body=b"kept")
    key = dynamodb.describe_table(TableName=table)["Table"]["SSEDescription"]["KMSMasterKeyArn"]

    root.write(AFTER)
    root.terraform("init", "-input=false")
    lost = root.planned()["delete"]
    assert {"module.people.aws_dynamodb_table.this", "module.papers.aws_s3_bucket.this"} <= set(lost)

    root.write(AFTER + MOVED)
    assert root.planned() == {"create": ['module.tables["audit"].aws_dynamodb_table.this']}
    root.terraform("apply", "-input=false", "plan")
    assert root.planned() == {}

    assert dynamodb.get_item(TableName=table, Key={"patient_id": {"S": "1"}})["Item"]["note"]["S"] == "kept"
    assert s3.get_object(Bucket=bucket, Key="a")["Body"].read() == b"kept"
    described = dynamodb.describe_table(TableName=table)["Table"]
    assert described["SSEDescription"]["KMSMasterKeyArn"] == key
    assert described["DeletionProtectionEnabled"]
