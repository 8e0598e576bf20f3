"""The nightly look at a live account: the checklist, drift, and the evidence of both in one file.

Usage: ``python -m scripts.ci.nightly ENVIRONMENT [--only audit|drift]``. The two take different roles where
roles are as narrow as bootstrap's: the audit role reads no state, and drift needs it. The evidence is
``reports/evidence/<environment>-<parts>-<time>.tar``, and its hash stands beside it.

Exit: 0 everything is as it should be; 1 a control FAILs, something has drifted, or a part could not be done.
There is evidence of each.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scripts.ci.evidence import pack
from scripts.ci.github import append
from scripts.ci.markdown import code
from scripts.environments.commands import REPORTS, forget_reports
from scripts.environments.environment import ROOT, Environment, find
from scripts.environments.problems import RefusedError

# What `python -m scripts.environments` means by its exit statuses. Others: it broke off.
OUTCOMES: Mapping[str, Mapping[int, str]] = {
    "audit": {0: "no control fails", 1: "controls FAIL", 2: "could not be done"},
    "drift": {0: "no drift", 1: "could not be done", 2: "the account has drifted"},
}


@dataclass(frozen=True)
class Part:
    """One part that ran, with what it printed."""

    name: str
    status: int
    printed: str

    @property
    def outcome(self) -> str:
        return OUTCOMES[self.name].get(self.status, f"broke off with exit status {self.status}")


def run(name: str, environment: str) -> Part:
    """Run a part, showing what it prints as it does. Its progress and refusals go to standard error."""
    printed = list[str]()
    command = [sys.executable, "-m", "scripts.environments", name, environment]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 (for the type checker: it is a pipe)
        for line in process.stdout:
            print(line, end="", flush=True)
            printed.append(line)
    return Part(name, process.returncode, "".join(printed))


def evidence(environment: Environment, parts: list[Part], started: datetime) -> dict[str, bytes]:
    """The files of evidence by their names: what was run and how it ended, what it printed, its reports."""
    told = {
        "environment": environment.name,
        "account": environment.account_id,
        "region": environment.region,
        "commit": commit(environment.root),
        "started": started.isoformat(timespec="seconds"),
        "parts": {part.name: {"exit_status": part.status, "outcome": part.outcome} for part in parts},
    }
    files = {"run.json": (json.dumps(told, indent=2) + "\n").encode()}
    for part in parts:
        files[f"{part.name}.txt"] = part.printed.encode()
        if part.name == "audit":
            written = [file for name in REPORTS if (file := environment.reports / name).exists()]
            files |= {file.name: file.read_bytes() for file in written}
    return files


def commit(root: Path) -> str | None:
    """The commit whose code judged, and whether it was changed since. None where Git does not know."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return None
    return described.stdout.strip() or None


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.ci.nightly", description=__doc__)
    parser.add_argument("environment", nargs="?", default="", help="a folder of environments/")
    parser.add_argument("--only", choices=sorted(OUTCOMES), help="default: all of them")
    given = parser.parse_args(words)
    try:
        environment = find(given.environment)
    except RefusedError as error:
        print(error, file=sys.stderr)
        return 1
    started = datetime.now(UTC)
    names = [given.only] if given.only else list(OUTCOMES)
    if "audit" in names:
        forget_reports(environment)  # an audit that is refused removes none
    parts = [run(name, environment.name) for name in names]
    archive = (
        environment.root
        / "reports"
        / "evidence"
        / f"{environment.name}-{'-'.join(names)}-{started:%Y%m%dT%H%M%SZ}.tar"
    )
    digest = pack(evidence(environment, parts, started), archive)
    lines = [f"{part.name}: {part.outcome}" for part in parts]
    print("\n".join(["", *lines, f"Evidence: {environment.file(archive)}, sha256 {digest}"]))
    shown = [f"- {line}" for line in lines] + [f"- evidence {code(archive.name)}: sha256 {code(digest)}"]
    append("GITHUB_STEP_SUMMARY", "\n".join([f"### {environment.name}", "", *shown, ""]))
    return 1 if any(part.status for part in parts) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
