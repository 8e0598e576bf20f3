"""Whether users of the last release can upgrade, and what the next is compared with: docs/upgrading.md."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.release.errors import ReleaseError
from scripts.release.versions import Version

ADDRESSES = "scripts.upgrade.addresses"


def recorder(root: Path, say: Callable[[str], None]) -> Callable[[Version], None]:
    """Compares today's plan with the last release's list of addresses, and writes the list anew."""

    def record(version: Version) -> None:
        say("Comparing the plan with the last release's stateful resources")
        run(root, [], "a user of the last release would lose something")
        run(root, ["--write", str(version)], "the list of stateful resources was not written")

    return record


def run(root: Path, words: list[str], meaning: str) -> None:
    """Raises ``ReleaseError`` with what it means that the command fails."""
    finished = subprocess.run(
        [sys.executable, "-m", ADDRESSES, *words],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},  # this repository's, whatever else is on the path
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        said = (finished.stdout + finished.stderr).strip()
        raise ReleaseError(f"Nothing was released: {meaning}.\n{said}")
