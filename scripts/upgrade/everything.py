"""A plan of the root module with every workload on: what a user of all of it has in their state."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# As users call it: from a root of their own.
CALLER = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

module "healthcare" {
  source             = "./healthcare"
  account_id         = "123456789012"
  region             = "us-east-1"
  api                = { allowed_origins = ["https://portal.example.org"] }
  appointments = {
    notifications = {
      identity   = "example.org"
      portal_url = "https://portal.example.org"
      sender     = "no-reply@example.org"
    }
  }
  compliance_auditor = {}
  documents          = {}
  fhir               = {}
  hl7                = { acknowledgements = true }
  patient_api        = {}
  patient_identifier = {
    namespace_id = "MAIN"
    oid          = "2.16.840.1.113883.19.5"
    system       = "https://hospital.example/mrn"
  }
  rag                = {}
  network = {
    subnets = {
      us-east-1a = { cidr = "10.0.0.0/20" }
      us-east-1b = { cidr = "10.0.16.0/20" }
    }
  }
}
"""
PACKAGES = (
    "appointments",
    "compliance_auditor",
    "document_ingest",
    "fhir_ingest",
    "hl7_ingest",
    "patient_api",
    "rag_orchestrator",
    "rag_retrieval",
)


class PlanError(Exception):
    """Terraform did not plan; the message is what it printed."""


def plan_document(root: Path = ROOT) -> dict[str, Any]:
    """What `terraform show -json` tells of the plan. Needs no account. Raises ``PlanError``."""
    with tempfile.TemporaryDirectory(prefix="everything-") as folder:
        caller, copy = Path(folder), Path(folder) / "healthcare"
        copy.mkdir()
        for file in [*root.glob("*.tf"), root / "openapi.yaml"]:
            shutil.copy(file, copy)
        shutil.copytree(root / "modules", copy / "modules")
        (copy / "dist").mkdir()
        for name in PACKAGES:
            (copy / "dist" / f"{name}.zip").write_bytes(b"a plan reads no more of it than its hash")
        (caller / "main.tf").write_text(CALLER)
        terraform(caller, "init", "-input=false", "-backend=false")
        terraform(caller, "plan", "-input=false", "-out=plan")
        document: dict[str, Any] = json.loads(terraform(caller, "show", "-json", "plan"))
        return document


def terraform(folder: Path, *words: str) -> str:
    command = [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}", *words]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(command, env=inherited, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise PlanError(finished.stdout + finished.stderr)
    return finished.stdout


def resources_of(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Managed resources of ``planned_values``, those of modules included."""
    yield from (resource for resource in module.get("resources", []) if resource["mode"] == "managed")
    for child in module.get("child_modules", []):
        yield from resources_of(child)
