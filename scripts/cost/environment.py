"""The plan of a folder of environments/, made offline: nothing is asked of an account, and no state is read.

It is planned in a copy, as if nothing were there yet: with a state of its own, credentials that are none, and
in place of functions' zips files of the same names, of which a plan reads no more than the hash.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.cost.plan import PlanError, Stack, read

ROOT = Path(__file__).resolve().parents[2]
# https://developer.hashicorp.com/terraform/language/files/override: this wins over the environment's own.
OVERRIDE = """
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


def plan_environment(name: str, root: Path = ROOT) -> Stack:
    """What ``environments/<name>`` would leave behind. Raises ``PlanError`` where there is no such thing."""
    folders = [path.parent.name for path in (root / "environments").glob("*/main.tf")]
    known = sorted(set(folders) - {"bootstrap"})  # which is of an account, and of no workload
    if name not in known:
        raise PlanError(
            f"There is no environment {name!r}. There are: {', '.join(known)}. Or give PLAN=file.json."
        )
    with TemporaryDirectory(prefix="cost-") as scratch:
        copy = Path(scratch)
        copy_sources(root, copy, name)
        planned = copy / "environments" / name
        terraform(root, planned, "init", "-input=false", "-no-color")
        terraform(root, planned, "plan", "-input=false", "-no-color", "-refresh=false", "-out=plan")
        return read(json.loads(terraform(root, planned, "show", "-json", "plan")))


def copy_sources(root: Path, copy: Path, name: str) -> None:
    for file in [*root.glob("*.tf"), root / "openapi.yaml"]:
        shutil.copy(file, copy)
    ignored = shutil.ignore_patterns(".terraform", "*.tfstate*", "plan")
    shutil.copytree(root / "modules", copy / "modules", ignore=ignored)
    shutil.copytree(root / "environments" / name, copy / "environments" / name, ignore=ignored)
    (copy / "environments" / name / "cost_override.tf").write_text(OVERRIDE, encoding="utf-8")
    (copy / "dist").mkdir()
    for settings in (root / "lambda_src").glob("*/function.toml"):
        (copy / "dist" / f"{settings.parent.name}.zip").write_bytes(b"only its hash is planned")


def terraform(root: Path, folder: Path, *words: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        [str(root / "scripts" / "terraform"), f"-chdir={folder}", *words],
        env=inherited,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise PlanError(
            f"terraform {words[0]} refused, so there is no plan to price:\n"
            f"{finished.stderr or finished.stdout}"
        )
    return finished.stdout
