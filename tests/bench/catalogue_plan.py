"""`hipaa plan` on a plan of 300 resources, and checkov beside it."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from scripts.local_deployment import ROOT
from tests.bench.runs import Run, measured, say, surroundings
from tests.bench.terraform import terraform

RUNS = 5
CHECKOV_RUNS = 3


def checkov_command() -> str | None:
    """By the variable CHECKOV, in this repository's environment for it, or on PATH."""
    own = ROOT / ".venv-checkov" / "bin" / "checkov"
    return os.environ.get("CHECKOV") or (str(own) if own.exists() else shutil.which("checkov"))


def plan(folder: Path) -> Path:
    """The plan's JSON, made by Terraform and the provider."""
    source = folder / "plan_300"
    shutil.copytree(Path(__file__).parent / "plan_300", source)
    say("terraform plan of 300 resources")
    terraform(source, {}, "init", "-input=false")
    terraform(source, {}, "plan", "-input=false", "-out=plan")
    written = folder / "plan.json"
    written.write_text(terraform(source, {}, "show", "-json", "plan"))
    return written


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        written = plan(folder)
        resources = len(json.loads(written.read_text())["resource_changes"])
        print(f"\nA plan of {resources} resources ({written.stat().st_size // 1024} KB of JSON)")
        ours = [_hipaa(written, folder) for _ in range(RUNS)]
        _print("hipaa plan", ours)
        checkov = checkov_command()
        if checkov is None:
            print("  checkov: not installed: python3 scripts/setup_environment.py checkov")
            return
        say("checkov")
        theirs = [
            measured(
                [checkov, "-f", str(written), "--framework", "terraform_plan", "--compact", "--quiet"],
                surroundings(),
                folder / "checkov.log",
            )
            for _ in range(CHECKOV_RUNS)
        ]
        _print("checkov", theirs)
        ratio = statistics.median(r.cpu for r in theirs) / statistics.median(r.cpu for r in ours)
        print(f"  checkov / hipaa: {ratio:.1f} times the CPU   (aim for hipaa plan: under 1 s of CPU)")


def _hipaa(written: Path, folder: Path) -> Run:
    return measured(
        [
            sys.executable,
            "-m",
            "hipaa_policies.cli",
            "plan",
            str(written),
            "--output",
            str(folder / "p.json"),
        ],
        surroundings(),
        folder / "hipaa.log",
    )


def _print(name: str, runs: list[Run]) -> None:
    cpu, wall = (statistics.median(getattr(run, field) for run in runs) for field in ("cpu", "wall"))
    peak = max(run.peak for run in runs)
    ended = sorted({run.status for run in runs})
    print(f"  {name:<12} CPU {cpu:5.2f} s   wall {wall:5.2f} s   memory {peak:4.0f} MB   "
          f"median of {len(runs)}, exit status {', '.join(map(str, ended))}")  # fmt: skip
