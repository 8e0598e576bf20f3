"""What commands share: exit statuses, where they read and write."""

from __future__ import annotations

import sys
from pathlib import Path

from hipaa_policies.problems import NotDoneError

PASSED, FAILED, NOT_DONE = 0, 1, 2
# Below the current directory: where this repository, and whoever copies its layout, keeps them.
WAIVERS = Path("policies", "waivers.yaml")
ATTESTATIONS = Path("policies", "attestations.yaml")


def existing(path: Path) -> Path | None:
    return path if path.exists() else None


def write(text: str, output: Path | None) -> None:
    """To the file, or to standard output. Raises ``NotDoneError``."""
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise NotDoneError(f"{output} cannot be written: {error.strerror}") from error
