"""What commands share: exit statuses, decisions, where they read and write."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from hipaa_policies.problems import NotDoneError

PASSED, FAILED, NOT_DONE = 0, 1, 2
INTERRUPTED = 130  # as shells say it: 128, and the number of SIGINT
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


def add_decision_options(parser: argparse.ArgumentParser) -> None:
    """What people decided, and how strictly the rest is taken: of every command that judges."""
    parser.add_argument("--waivers", type=Path, metavar="FILE", help=f"default: {WAIVERS}, where it exists")
    parser.add_argument(
        "--attestations", type=Path, metavar="FILE", help=f"default: {ATTESTATIONS}, where it exists"
    )
    parser.add_argument(
        "--strict-unknown", action="store_true", help="exit 1 also where something could not be judged"
    )
    parser.add_argument(
        "--proposed-rule",
        action="store_true",
        help="judge also what only the proposed rule of January 2025 (90 FR 898) asks for",
    )
