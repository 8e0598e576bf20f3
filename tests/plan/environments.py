"""Copies of environments/ with another account in them, as a user makes them, and the commands on them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scripts.local_deployment import LocalDeployment
from tests.plan.conftest import ROOT, walk

PACKAGES = sorted(file.parent.name for file in (ROOT / "lambda_src").glob("*/function.toml"))
HASH = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def copy_repository(to: Path, account_id: str, *environments: str) -> Path:
    """What a plan reads: code, stand-ins for zips, environments with ``account_id`` in place of theirs."""
    to.mkdir()
    for file in [*ROOT.glob("*.tf"), ROOT / "openapi.yaml"]:
        shutil.copy(file, to)
    shutil.copytree(ROOT / "modules", to / "modules")
    (to / "policies").mkdir()
    shutil.copy(ROOT / "policies" / "attestations.yaml", to / "policies")
    (to / "dist").mkdir()
    for name in PACKAGES:
        (to / "dist" / f"{name}.zip").write_bytes(b"a plan reads no more of it than its hash")
    ignored = shutil.ignore_patterns(".*", "*.auto.tfvars.json")
    for name in environments:
        folder = to / "environments" / name
        shutil.copytree(ROOT / "environments" / name, folder, ignore=ignored)
        placeholder = committed_account(name)
        for file in folder.glob("*.*"):
            file.write_text(file.read_text().replace(placeholder, account_id))
    return to


def committed_account(name: str) -> str:
    return {"dev": "1" * 12, "staging": "2" * 12, "prod": "3" * 12}[name]


def signed(folder: Path) -> None:
    """What `make sign` writes: where each signed package is."""
    packages = {
        name: {"bucket": "healthcare-packages", "key": f"signed/{name}.zip", "version": "1", "hash": HASH}
        for name in PACKAGES
    }
    (folder / "packages.auto.tfvars.json").write_text(json.dumps({"packages": packages}))


@dataclass(frozen=True)
class Commands:
    """``python -m scripts.environments`` on a copy of the repository, signed in to a local cloud."""

    root: Path
    cloud: LocalDeployment

    def run(self, command: str, name: str) -> subprocess.CompletedProcess[str]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
        return subprocess.run(
            [sys.executable, "-m", "scripts.environments", command, name, "--root", str(self.root)],
            cwd=ROOT,
            env=inherited | self.cloud.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def folder(self, name: str) -> Path:
        return self.root / "environments" / name


@dataclass(frozen=True)
class Planned:
    """What `make plan` printed and left behind."""

    name: str
    commands: Commands
    run: subprocess.CompletedProcess[str]

    @cached_property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.saved / "plan.json").read_text())
        return document

    @property
    def saved(self) -> Path:
        return self.commands.folder(self.name) / ".plan"

    @property
    def reports(self) -> Path:
        return self.commands.root / "reports" / self.name

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        findings: list[dict[str, Any]] = json.loads((self.reports / "plan.findings.json").read_text())[
            "findings"
        ]
        return findings

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        resources = walk(self.document["planned_values"]["root_module"])
        return [resource["values"] for resource in resources if resource["type"] == kind]
