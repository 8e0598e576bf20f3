"""An account to bootstrap: an empty local cloud, and a copy of what is needed of the repository."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from scripts.bootstrap.account import Account, account_of
from scripts.local_cloud.control import Control
from scripts.local_deployment import TERRAFORM, LocalDeployment
from tests.bootstrap.roles import variables_of

ROOT = Path(__file__).resolve().parents[2]
NAME = "check"
REPOSITORY = "octo-org/octo-repo"


def make_project(root: Path, account_id: str) -> None:
    """The bootstrap's configuration, and an environment of that account."""
    ignored = shutil.ignore_patterns(".*", "*.tfstate*", "*.tfbackend")
    shutil.copytree(ROOT / "environments" / "bootstrap", root / "environments" / "bootstrap", ignore=ignored)
    variables = f'github = {{ repository = "{REPOSITORY}" }}\n'
    (root / "environments" / "bootstrap" / "terraform.tfvars").write_text(variables)
    folder = root / "environments" / NAME
    folder.mkdir()
    (folder / "terraform.tfvars").write_text(
        f'account_id  = "{account_id}"\nregion      = "us-east-1"\nname_prefix = "healthcare"\n'
    )
    (folder / "state.s3.tfbackend").write_text("")


@dataclass(frozen=True)
class BootstrappedAccount:
    """``root`` is the copy of the repository."""

    cloud: LocalDeployment
    root: Path

    @property
    def account(self) -> Account:
        return account_of(NAME, self.root)

    # --- make bootstrap ------------------------------------------------------------------------

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`make bootstrap ENV=check`, as a process group of its own, as in a terminal."""
        command = [sys.executable, "-u", "-m", "scripts.bootstrap", NAME, "--root", str(self.root), *words]
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *words: str) -> tuple[int, str]:
        with self.start(*words) as process:
            printed, _ = process.communicate()
        return process.returncode, printed

    def run_until(self, is_last: Callable[[str], bool], end_with: signal.Signals) -> tuple[int, str]:
        """Send the signal to the whole group at the first line that ``is_last``, and wait for its end."""
        lines = []
        with self.start("--yes") as process:
            assert process.stdout is not None
            for line in process.stdout:
                lines.append(line)
                if is_last(line):
                    os.killpg(process.pid, end_with)
                    lines += process.stdout
                    break
        return process.returncode, "".join(lines)

    def environment(self, credentials: Mapping[str, str] | None = None) -> dict[str, str]:
        inherited = {
            name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))
        }
        return inherited | self.cloud.environment | dict(credentials or {})

    # --- the state -----------------------------------------------------------------------------

    def state_in_file(self) -> dict[str, Any] | None:
        file = self.account.local_state
        return json.loads(file.read_text()) if file.exists() else None

    def state_in_bucket(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.state_bytes_in_bucket())
        return found

    def state_bytes_in_bucket(self) -> bytes:
        got = self.cloud.client("s3").get_object(Bucket=self.account.bucket, Key=self.account.state_key)
        return bytes(got["Body"].read())

    # --- the roles -----------------------------------------------------------------------------

    def sign_in(self, role: str, subject: str, **claims: str) -> dict[str, str]:
        """A session by a token of GitHub's, as a workflow of main gets one, unless ``claims`` say otherwise.

        Raises botocore's ``ClientError``.
        """
        token = Control(self.cloud.state).github_token(subject, **{"ref": "refs/heads/main", **claims})
        arn = f"arn:aws:iam::{self.cloud.state.account_id}:role/{role}"
        answer = self.cloud.client("sts").assume_role_with_web_identity(
            RoleArn=arn, RoleSessionName="workflow", WebIdentityToken=token
        )
        return variables_of(answer["Credentials"])

    def client(self, service: str, session: Mapping[str, str]) -> Any:
        made = boto3.session.Session(
            aws_access_key_id=session["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=session["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=session["AWS_SESSION_TOKEN"],
            region_name=self.cloud.state.region,
        )
        return made.client(service, endpoint_url=self.cloud.state.endpoint_url)  # type: ignore[call-overload]

    # --- a stack of the environment ------------------------------------------------------------

    def terraform(self, folder: Path, session: Mapping[str, str], *words: str) -> tuple[int, str]:
        with self.start_terraform(folder, session, *words) as process:
            printed, _ = process.communicate()
        return process.returncode, printed

    def start_terraform(self, folder: Path, session: Mapping[str, str], *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [str(TERRAFORM), f"-chdir={folder}", *words],
            env=self.environment(session),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


def small_stack(folder: Path, backend: str) -> None:
    """A root with a state in the bucket and nothing to make: the state and its lock are all there is."""
    folder.mkdir()
    (folder / "main.tf").write_text(
        'terraform {\n  backend "s3" {}\n}\n\nresource "terraform_data" "this" {\n  input = "nothing"\n}\n'
    )
    (folder / "state.s3.tfbackend").write_text(backend)


def addresses(state: dict[str, Any]) -> set[tuple[str, str, str, str]]:
    """Type, name, key and id of each resource in a state."""
    return {
        (
            resource["type"],
            resource["name"],
            str(instance.get("index_key")),
            str(instance["attributes"]["id"]),
        )
        for resource in state["resources"]
        for instance in resource["instances"]
    }
