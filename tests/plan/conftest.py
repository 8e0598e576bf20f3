"""One plan of a production-like environment, with the README's function in it, for many assertions."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

module "healthcare" {
  source      = "../.."
  account_id  = "123456789012"
  region      = "us-east-1"
  api         = { allowed_origins = ["https://portal.example.org", "https://staff.example.org"] }
  patient_api = {}
  documents   = {}
  rag         = {}
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
  network = {
    subnets = {
      us-east-1a = { cidr = "10.0.0.0/20" }
      us-east-1b = { cidr = "10.0.16.0/20" }
    }
  }
}
"""


@dataclass(frozen=True)
class Plan:
    """What a plan would leave behind: every managed resource's planned values, and its address.

    ``document`` is the whole of `terraform show -json`, ``root`` the folder of its root module.
    """

    resources: tuple[dict[str, Any], ...]
    document: dict[str, Any]
    root: Path

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        return [resource["values"] for resource in self.resources if resource["type"] == kind]

    def addresses(self) -> set[str]:
        return {resource["address"] for resource in self.resources}

    def policies(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every statement of every policy document that is known at plan, with its resource's address."""
        for resource in self.resources:
            for name in ("policy", "assume_role_policy"):
                text = resource.get("values", {}).get(name)
                if isinstance(text, str) and text.startswith("{"):
                    statements = json.loads(text)["Statement"]
                    for statement in statements if isinstance(statements, list) else [statements]:
                        yield resource["address"], statement


def readme_block(language: str, containing: str) -> str:
    """The fenced block of the README that contains ``containing``."""
    blocks = re.findall(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    return str(next(block for block in blocks if containing in block))


@pytest.fixture(scope="session")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The repository as a reader has it after following the README, planned with every default."""
    copy = tmp_path_factory.mktemp("repository")
    for file in [*ROOT.glob("*.tf"), ROOT / "openapi.yaml"]:
        shutil.copy(file, copy)
    shutil.copytree(ROOT / "modules", copy / "modules")
    (copy / "greeting.tf").write_text(readme_block("hcl", "greeting_function"))
    (copy / "dist").mkdir()
    for name in ("patient_api", "document_ingest", "rag_orchestrator", "rag_retrieval", "greeting"):
        (copy / "dist" / f"{name}.zip").write_bytes(b"a plan reads no more of it than its hash")
    environment = copy / "environments" / "production"
    environment.mkdir(parents=True)
    (environment / "main.tf").write_text(ENVIRONMENT)
    terraform(environment, "init", "-input=false")
    terraform(environment, "plan", "-input=false", "-out=plan")
    shown = json.loads(terraform(environment, "show", "-json", "plan"))
    return Plan(tuple(walk(shown["planned_values"]["root_module"])), shown, environment)


def terraform(folder: Path, *words: str) -> str:
    command = [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}", *words]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def walk(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (resource for resource in module.get("resources", []) if resource["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from walk(child)
