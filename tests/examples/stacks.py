"""Plan somebody else's stack as they would: its own files, and this tree as the repository that it names.

The text of an example is planned as it stands. What a test adds stands beside it, in a file of its own: an
override with credentials of nobody. And git is told where to look: ``url.<folder>.insteadOf`` replaces the
address in the examples by a repository with this tree in it, tagged with the release that they name.
https://git-scm.com/docs/git-config#Documentation/git-config.txt-urlbaseinsteadOf
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.cost import prices
from scripts.cost.assumptions import Assumptions
from scripts.cost.plan import read
from scripts.cost.report import make_report
from tests.plan.conftest import Plan, walk

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
ADDRESS = "https://github.com/OWNER/terraform-aws-hipaa-serverless.git"
RELEASE = "v0.1.0"
PROVIDER = {
    "provider": {
        "aws": {
            "access_key": "none",
            "secret_key": "none",
            "allowed_account_ids": None,  # whose credentials these are cannot be asked
            "skip_credentials_validation": True,
            "skip_metadata_api_check": True,
            "skip_requesting_account_id": True,
        }
    }
}


@dataclass(frozen=True)
class Repository:
    """A git repository of this tree. ``environment`` is what makes git take it for the one at ``ADDRESS``."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{self.folder.as_uri()}.insteadOf",
            "GIT_CONFIG_VALUE_0": ADDRESS,
        }


def publish(folder: Path) -> Repository:
    """Commit this tree's modules, as they are now, into a repository in ``folder``, tagged ``RELEASE``."""
    for file in [*ROOT.glob("*.tf"), ROOT / "openapi.yaml", ROOT / "LICENSE", ROOT / "README.md"]:
        shutil.copy(file, folder)
    shutil.copytree(ROOT / "modules", folder / "modules")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for words in (
        ["init", "--quiet"],
        ["add", "."],
        ["commit", "--quiet", "--message=tree"],
        ["tag", RELEASE],
    ):
        run(["git", *identity, *words], folder)
    return Repository(folder)


def copy_example(name: str, folder: Path) -> Path:
    """The example as a reader has it, without what running it may have left."""
    left = shutil.ignore_patterns(".terraform*", "build", "cdktf.out", "__pycache__", "*.tfstate*", ".venv")
    return Path(shutil.copytree(EXAMPLES / name, folder / name, ignore=left))


def plan_stack(folder: Path, repository: Repository) -> Plan:
    """Initialise and plan (which validates) the stack in ``folder``; return what it would leave behind."""
    (folder / "testing_override.tf.json").write_text(json.dumps(PROVIDER))
    terraform(folder, repository, "init", "-input=false", "-no-color")
    terraform(folder, repository, "plan", "-input=false", "-no-color", "-refresh=false", "-out=plan")
    shown = json.loads(terraform(folder, repository, "show", "-json", "plan"))
    return Plan(tuple(walk(shown["planned_values"]["root_module"])), shown, folder)


def terraform(folder: Path, repository: Repository, *words: str) -> str:
    command = [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}", *words]
    return run(command, folder, repository.environment)


def run(command: list[str], folder: Path, environment: Mapping[str, str] | None = None) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GIT_"))}
    finished = subprocess.run(
        command,
        cwd=folder,
        env=inherited | dict(environment or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def tells_its_cost(name: str, plan: Plan) -> bool:
    """Whether the example's README says what it costs a month while nobody asks, to the dollar."""
    idle = make_report(read(plan.document), prices.load(), Assumptions()).idle_usd
    return f"some ${idle:.0f} a month" in (EXAMPLES / name / "README.md").read_text()
