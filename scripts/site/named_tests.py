"""Tests named in running text (``test_store.py::test_a_receipt_expires``): each must exist, and can be read.

On the site its name stands as the sentence that it is, and leads to the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath

_NAMED = re.compile(r"`((?:\w+/)*\w+\.py)::(test_\w+)`")
_DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


@cache
def tests(root: Path) -> Mapping[PurePosixPath, frozenset[str]]:
    """The names of the tests of each file below ``tests``."""
    files = sorted((root / "tests").rglob("test_*.py"))
    return {
        PurePosixPath(file.relative_to(root)): frozenset(_DEFINED.findall(file.read_text(encoding="utf-8")))
        for file in files
    }


def found(root: Path, file: str, name: str) -> list[PurePosixPath]:
    """The files whose path ends so and that have a test of this name."""
    return [path for path, names in tests(root).items() if name in names and f"/{path}".endswith(f"/{file}")]


def unknown(root: Path, text: str) -> Iterator[str]:
    """Names that no test has, or that tests of several files have."""
    for file, name in _NAMED.findall(text):
        if len(files := found(root, file, name)) != 1:
            yield f"{file}::{name}: {', '.join(map(str, files)) or 'there is no such test'}"


def linked(root: Path, text: str, up: str) -> str:
    """The text with each test's name as a sentence that leads to its file; ``up`` leads to the root."""

    def replace(match: re.Match[str]) -> str:
        (file,) = found(root, match.group(1), match.group(2))
        return f"[{match.group(2).removeprefix('test_').replace('_', ' ')}]({up}/{file})"

    return _NAMED.sub(replace, text)
