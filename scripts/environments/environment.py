"""The environments: folders with a state of their own, and whose they are by their terraform.tfvars."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from scripts.environments.problems import RefusedError

ROOT = Path(__file__).resolve().parents[2]
VARIABLES, BACKEND = "terraform.tfvars", "state.s3.tfbackend"
# One assignment of a text at the top of a file of variables, as `terraform fmt` writes it.
_ASSIGNMENT = re.compile(r'^([a-z_]+)\s*=\s*"([^"$]*)"\s*(?:#.*)?$', re.MULTILINE)


@dataclass(frozen=True)
class Environment:
    """One environment. ``root`` is the repository, whose ``environments/<name>`` it is."""

    name: str
    root: Path
    account_id: str
    region: str

    @property
    def folder(self) -> Path:
        return self.root / "environments" / self.name

    @property
    def saved(self) -> Path:
        """Where saved plans are: ignored by Git, and readable by their owner alone."""
        return self.folder / ".plan"

    @property
    def plan(self) -> Path:
        return self.saved / "plan.tfplan"

    @property
    def document(self) -> Path:
        """The saved plan as `terraform show -json` prints it."""
        return self.saved / "plan.json"

    @property
    def providers(self) -> Path:
        """Which versions of providers the saved plan was made with: the plan itself does not say."""
        return self.saved / "providers.json"

    @property
    def fingerprint(self) -> Path:
        """The hash of the code that the saved plan was made from."""
        return self.saved / "made_from.sha256"

    @property
    def reports(self) -> Path:
        return self.root / "reports" / self.name

    def decisions(self, name: str) -> Path:
        """``waivers.yaml`` or ``attestations.yaml``: the environment's own, else that of policies/."""
        own = self.folder / name
        return own if own.exists() else self.root / "policies" / name

    def file(self, path: Path) -> str:
        """The path as a person in the repository would write it."""
        return path.relative_to(self.root).as_posix()


def names(root: Path) -> list[str]:
    """The names of all environments that have variables and a place for their state."""
    return sorted(
        folder.parent.name
        for folder in (root / "environments").glob(f"*/{BACKEND}")
        if (folder.parent / VARIABLES).is_file()
    )


def find(name: str, root: Path = ROOT) -> Environment:
    """The environment of that name. Raises ``RefusedError`` where there is none, or it names no account."""
    known = names(root)
    if name not in known:
        said = f"There is no environment {name!r}." if name else "Which environment?"
        raise RefusedError(f"{said} Say ENV= with one of: {', '.join(known)}. Nothing was done.")
    file = root / "environments" / name / VARIABLES
    given = dict(_ASSIGNMENT.findall(file.read_text(encoding="utf-8")))
    account_id, region = given.get("account_id", ""), given.get("region", "")
    if not re.fullmatch("[0-9]{12}", account_id) or not region:
        raise RefusedError(
            f"environments/{name}/{VARIABLES} must say whose it is, each on a line of its own: "
            'account_id = "123456789012" and region = "us-east-1". Nothing was done.'
        )
    return Environment(name, root, account_id, region)
