"""Run ``terraform test`` on two parts of the test files side by side: by itself it uses one core.

A ``terraform test`` keeps the provider of each run, some 50 MB, until its end. Two of them, each with half of
the files, had 165 at once: more than a runner with 16 GB has left. So there are four rounds of two.

Usage: ``python -m scripts.terraform_test``, after ``terraform init``.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "tests/terraform"
_RUN = re.compile(r'^run "', re.MULTILINE)
# What takes time: a run on the root plans some 480 resources, one on a leaf module a few.
_LEAF = re.compile(r"^\s+module \{", re.MULTILINE)
_ROOT_SECONDS = 6
_LEAF_SECONDS = 1
_ROUNDS = 4


def parts(files: list[Path], number: int) -> list[list[Path]]:
    """Lists that take about as long: the longest file first, each to the list that has least."""
    lists: list[list[Path]] = [[] for _ in range(number)]
    for file in sorted(files, key=_seconds, reverse=True):
        min(lists, key=lambda chosen: sum(map(_seconds, chosen))).append(file)
    return lists


def _seconds(file: Path) -> int:
    text = file.read_text()
    leaves = len(_LEAF.findall(text))
    return leaves * _LEAF_SECONDS + (len(_RUN.findall(text)) - leaves) * _ROOT_SECONDS


def main() -> int:
    lists = parts(sorted((ROOT / FOLDER).glob("*.tftest.hcl")), 2 * _ROUNDS)
    codes = []
    for pair in zip(lists[::2], lists[1::2], strict=True):
        started = [_start(files) for files in pair]
        codes += [process.wait() for process in started]
    return 1 if any(codes) else 0  # below 0 is one that a signal ended: the largest would be another's 0


def _start(files: list[Path]) -> subprocess.Popen[bytes]:
    filters = [f"-filter={file.relative_to(ROOT)}" for file in files]
    words = [str(ROOT / "scripts" / "terraform"), "test", "-no-color", f"-test-directory={FOLDER}", *filters]
    return subprocess.Popen(words, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
