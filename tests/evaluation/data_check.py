"""Whether the committed data is what the generators make: said either way, since it needs an environment."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

from scripts.setup_environment import ROOT

GENERATORS = ("tests.evaluation.phi.generate", "tests.evaluation.records.generate")
"""The second runs Synthea: about two minutes."""


def check_data(environment: Path, say: Callable[[str], None]) -> list[str]:
    """One note for each generator; it begins with FAIL where the data is another."""
    python = environment / "bin" / "python"
    if not python.exists():
        return [
            f"The data was not compared with its generators: {environment.name} is not there "
            "(python3 scripts/setup_environment.py evaluation)."
        ]
    notes = []
    for generator in GENERATORS:
        say(f"making the data anew: {generator}")
        ran = subprocess.run(
            [str(python), "-m", generator, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if ran.returncode == 0:
            notes.append(f"{generator} makes the committed data.")
        else:
            said = (ran.stdout + ran.stderr).strip().splitlines() or ["it said nothing"]
            notes.append(f"FAIL: {generator} does not make the committed data: {said[-1]}")
    return notes
