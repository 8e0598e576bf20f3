"""``environments/local`` applied to a local cloud of its own: start, apply, look, destroy, stop.

`make demo`, `make up` and the tests all use this, so what the tests see is what a user sees.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from scripts.local_cloud.state import STATE_FILE, State, read_state

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "environments" / "local"
TERRAFORM = ROOT / "scripts" / "terraform"
NO_CHANGES, CHANGES = 0, 2  # exit statuses of `terraform plan -detailed-exitcode`

# As long as a function may take: a call that is given up is made again, and the function runs twice.
PATIENCE = Config(read_timeout=900)

Progress = Callable[[str], None]


class DeploymentError(Exception):
    """A step of the deployment failed; the message says which, and ends with what the tool printed."""


def host_architecture() -> str:
    """Lambda's name for this machine's architecture: the local cloud runs functions on it."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


@dataclass(frozen=True)
class LocalDeployment:
    """One local cloud and what Terraform applied to it. All its files are in ``directory``.

    ``through`` is an address that Terraform uses in place of the cloud's own: a proxy in front of it.
    """

    directory: Path
    through: str | None = None

    # --- the local cloud ---------------------------------------------------------------------

    def start(self) -> None:
        """Start the local cloud in the background and wait until it answers.

        Raises ``DeploymentError`` with its log where it does not come up.
        """
        self.directory.mkdir(parents=True, exist_ok=True)
        self._local_cloud("start")

    def stop(self) -> None:
        """End the local cloud that ``start`` started, if it is still there."""
        if (self.directory / STATE_FILE).exists():
            self._local_cloud("stop")

    def _local_cloud(self, verb: str) -> None:
        command = [sys.executable, "-m", "scripts.local_cloud", verb, "--state-dir", str(self.directory)]
        finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if finished.returncode != 0:
            raise DeploymentError(f"the local cloud did not {verb}:\n{finished.stdout}{finished.stderr}")

    @cached_property
    def state(self) -> State:
        """What the running local cloud says of itself. Raises ``DeploymentError`` where none runs."""
        state = read_state(self.directory)
        if state is None:
            raise DeploymentError(f"no local cloud was started in {self.directory}")
        return state

    @property
    def environment(self) -> dict[str, str]:
        """The standard AWS variables that point Terraform, boto3 and ``hipaa`` at this local cloud."""
        endpoint = {"AWS_ENDPOINT_URL": self.through or self.state.endpoint_url}
        return self.state.environment() | endpoint | {"AWS_EC2_METADATA_DISABLED": "true"}

    def client(self, service: str) -> Any:
        """A boto3 client of ``service`` with the administrator's key."""
        session = boto3.session.Session(
            aws_access_key_id=self.state.access_key_id,
            aws_secret_access_key=self.state.secret_access_key,
            region_name=self.state.region,
        )
        create: Any = session.client  # its stubs know services by literal names only
        return create(service, endpoint_url=self.state.endpoint_url, config=PATIENCE)

    # --- Terraform ---------------------------------------------------------------------------

    def apply(self, progress: Progress | None = None) -> int:
        """Initialise and apply; return the number of resources that were created or changed.

        ``progress`` is called with a line such as ``47 of 161 aws_kms_key.this["phi"]``.
        Raises ``DeploymentError`` with Terraform's own errors.
        """
        if progress:
            progress("terraform init, which fetches the AWS provider the first time (700 MB unpacked)")
        path = f"-backend-config=path={self.directory / 'terraform.tfstate'}"
        self.terraform("init", "-input=false", "-no-color", "-reconfigure", path)
        return self._stream("apply", progress)

    def destroy(self, progress: Progress | None = None) -> int:
        """Destroy everything that ``apply`` made; return the number of resources destroyed."""
        return self._stream("destroy", progress)

    def plan_is_empty(self) -> tuple[bool, str]:
        """Plan again: whether nothing would change, and what Terraform printed."""
        finished = self._run("plan", "-input=false", "-no-color", "-detailed-exitcode", *self.variables)
        if finished.returncode not in (NO_CHANGES, CHANGES):
            raise DeploymentError(f"the second plan failed:\n{finished.stdout}{finished.stderr}")
        return finished.returncode == NO_CHANGES, finished.stdout

    @cached_property
    def outputs(self) -> Mapping[str, Any]:
        """The outputs of ``environments/local``, by name."""
        printed = self.terraform("output", "-json")
        return {name: output["value"] for name, output in json.loads(printed).items()}

    def terraform(self, *arguments: str) -> str:
        """Run Terraform in ``environments/local``, return what it printed, raise where it failed."""
        finished = self._run(*arguments)
        if finished.returncode != 0:
            raise DeploymentError(f"terraform {arguments[0]} failed:\n{finished.stdout}{finished.stderr}")
        return finished.stdout

    @property
    def variables(self) -> tuple[str, ...]:
        """What ``environments/local`` has to be told of this machine and this local cloud."""
        return (
            f"-var=architecture={host_architecture()}",
            f"-var=database_ca_file={self.state.database_ca_file}",
            f"-var=database_port={self.state.database_port}",
        )

    @property
    def _terraform_environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        # A data folder of its own keeps `make demo`, `make up` and the tests apart.
        return (
            inherited
            | self.environment
            | {"TF_DATA_DIR": str(self.directory / "terraform"), "TF_IN_AUTOMATION": "1"}
        )

    def _command(self, *arguments: str) -> list[str]:
        return [str(TERRAFORM), f"-chdir={ENVIRONMENT}", *arguments]

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments),
            env=self._terraform_environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def _stream(self, verb: str, progress: Progress | None) -> int:
        # Most of an apply is waiting: queues and keys take half a minute each, whoever waits beside them.
        command = self._command(
            verb, "-auto-approve", "-input=false", "-json", "-parallelism=40", *self.variables
        )
        process = subprocess.Popen(
            command,
            env=self._terraform_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None  # noqa: S101 (for the type checker: it is a pipe)
        assert process.stderr is not None  # noqa: S101
        done, planned, errors = 0, 0, list[str]()
        with process:
            for line in process.stdout:
                event: dict[str, Any] = json.loads(line)
                match event["type"]:
                    case "change_summary":
                        changes = event["changes"]
                        planned = changes["add"] + changes["change"] + changes["remove"]
                    case "apply_complete":
                        done += 1
                        if progress:
                            progress(f"{done} of {planned}  {event['hook']['resource']['addr']}")
                    case "diagnostic" if event["diagnostic"]["severity"] == "error":
                        errors.append(
                            f"{event['diagnostic']['summary']}: {event['diagnostic'].get('detail', '')}"
                        )
            stderr = process.stderr.read()
        if process.returncode != 0:
            raise DeploymentError(f"terraform {verb} failed:\n" + "\n".join(errors) + stderr)
        return done
