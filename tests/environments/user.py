"""Somebody with an empty account, a copy of the repository with that account in it, and what `make` runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

from scripts.local_deployment import LocalDeployment
from tests.plan.environments import PACKAGES, copy_repository

ROOT = Path(__file__).resolve().parents[2]
HANDLER = "def handler(event, context):\n    return None\n"


@dataclass(frozen=True)
class User:
    """``root`` is the copy, whose environment ``name`` is of the local cloud's account."""

    cloud: LocalDeployment
    root: Path
    name: str

    @property
    def folder(self) -> Path:
        return self.root / "environments" / self.name

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """`make COMMAND ENV=...`, but that the tools are set up and the packages built."""
        module = ["scripts.environments", command]
        return self._python(*module, self.name, "--root", str(self.root))

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        """`make bootstrap ENV=... BOOTSTRAP=--yes`."""
        return self._python("scripts.bootstrap", self.name, "--yes", "--root", str(self.root))

    def edit(self, pattern: str, replacement: str) -> None:
        """Change a line of terraform.tfvars."""
        file = self.folder / "terraform.tfvars"
        text, count = re.subn(pattern, replacement, file.read_text(), flags=re.MULTILINE)
        assert count == 1, pattern
        file.write_text(text)

    def _python(self, *words: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=inherited | self.cloud.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def new_user(cloud: LocalDeployment, root: Path, name: str) -> User:
    """The copy as docs/environments.md has it made: the account and the repository written into it."""
    copy_repository(root, cloud.state.account_id, name)
    ignored = shutil.ignore_patterns(".*", "*.tfstate*", "*.tfbackend")
    shutil.copytree(ROOT / "environments" / "bootstrap", root / "environments" / "bootstrap", ignore=ignored)
    variables = root / "environments" / "bootstrap" / "terraform.tfvars"
    variables.write_text(variables.read_text().replace("OWNER/NAME", "octo-org/octo-repo"))
    for package in PACKAGES:  # Signer takes no file that is no zip
        with zipfile.ZipFile(root / "dist" / f"{package}.zip", "w") as zipped:
            zipped.writestr(f"{package}/handler.py", HANDLER)
    return User(cloud, root, name)
