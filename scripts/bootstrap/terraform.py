"""Terraform on environments/bootstrap: with its state in a file at first, and in the bucket from then on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.bootstrap.account import Account
from scripts.environments.environment import ROOT
from scripts.environments.files import private_folder
from scripts.environments.interrupts import ending_in_order
from scripts.environments.problems import RefusedError

TERRAFORM = ROOT / "scripts" / "terraform"
NO_CHANGES, CHANGES = 0, 2  # exit statuses of `terraform plan -detailed-exitcode`
# https://developer.hashicorp.com/terraform/language/files/override: it wins over the backend in versions.tf.
_OVERRIDE = 'terraform {\n  backend "local" {}\n}\n'


class Terraform:
    """``in_a_file``: with the state in a file, from a copy of the configuration that says so. So nothing has
    to be changed, nor put back, in the folder that is in Git."""

    def __init__(self, account: Account, *, in_a_file: bool) -> None:
        self.account = account
        self.folder = account.scratch / "first" if in_a_file else account.configuration
        self._in_a_file = in_a_file

    def initialise(self) -> None:
        """`terraform init` on the state where it is. Raises ``RefusedError``."""
        private_folder(self.account.scratch)
        if self._in_a_file:
            self._copy_configuration()
        self._must("init", "-input=false", "-reconfigure", *self._backend)

    def plan(self) -> bool:
        """Save a plan and show it. Returns whether anything would change."""
        self._plan.unlink(missing_ok=True)
        words = ("-input=false", "-detailed-exitcode", f"-out={self._plan}", *self.account.variables)
        status = self._run("plan", *words)
        if status not in (NO_CHANGES, CHANGES):
            raise self._refused("plan")
        return status == CHANGES

    def apply(self) -> None:
        """Apply the saved plan, and nothing else."""
        self._must("apply", "-input=false", str(self._plan))
        self._plan.unlink()

    def untaint(self, address: str) -> None:
        self._must("untaint", address)

    def outputs(self) -> str:
        """All outputs, as Terraform prints them for people."""
        return self._read("output", "-no-color")

    def output(self, name: str) -> str:
        return self._read("output", "-raw", name)

    @property
    def _plan(self) -> Path:
        return self.account.scratch / "plan.tfplan"

    @property
    def _backend(self) -> list[str]:
        where = f"path={self.account.local_state}" if self._in_a_file else str(self.account.backend_file)
        return [f"-backend-config={where}"]

    def _copy_configuration(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        ignored = shutil.ignore_patterns(".*", "*.tfstate*", "*.tfbackend", "*.md")
        shutil.copytree(self.account.configuration, self.folder, ignore=ignored)
        (self.folder / "state_in_a_file_override.tf").write_text(_OVERRIDE, encoding="utf-8")

    @property
    def _environment(self) -> dict[str, str]:
        # A data folder an account: three of them are bootstrapped from one configuration.
        data = {"TF_DATA_DIR": str(self.account.scratch / "terraform"), "TF_IN_AUTOMATION": "1"}
        return os.environ | data

    def _command(self, *words: str) -> list[str]:
        return [str(TERRAFORM), f"-chdir={self.folder}", *words]

    def _run(self, *words: str) -> int:
        """Terraform's own lines are the progress."""
        colour = [] if sys.stdout.isatty() else ["-no-color"]
        command = self._command(words[0], *colour, *words[1:])
        with ending_in_order(command, env=self._environment) as process:
            return process.wait()

    def _must(self, *words: str) -> None:
        if self._run(*words) != 0:
            raise self._refused(words[0])

    def _read(self, *words: str) -> str:
        printed = subprocess.run(
            self._command(*words), env=self._environment, capture_output=True, text=True, check=False
        )
        if printed.returncode != 0:
            raise RefusedError(f"terraform {words[0]} failed:\n{printed.stderr}")
        return printed.stdout

    def _refused(self, verb: str) -> RefusedError:
        return RefusedError(
            f"terraform {verb} failed: its own message stands above. What was made until then is in the "
            f"state. Once it is mended, `make bootstrap ENV={self.account.name}` goes on from there."
        )
