"""Saved plans: nobody but their owner may read them; and what code they were made from."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from scripts.environments.environment import Environment

OWNER_ONLY_FOLDER, OWNER_ONLY_FILE = 0o700, 0o600


def private_folder(path: Path) -> None:
    """Make the folder if need be, and close it, whoever made it before and with whichever umask."""
    path.mkdir(mode=OWNER_ONLY_FOLDER, parents=True, exist_ok=True)
    path.chmod(OWNER_ONLY_FOLDER)


def write_private(path: Path, text: str) -> None:
    """Write a file that nobody but its owner could read at any time."""
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY_FILE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)


def code_hash(environment: Environment) -> str:
    """SHA-256 over everything that a plan of the environment depends on, decisions included."""
    digest = hashlib.sha256()
    for path in sorted(set(_sources(environment))):
        digest.update(f"{environment.file(path)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _sources(environment: Environment) -> Iterator[Path]:
    root = environment.root
    yield from (root / name for name in ("openapi.yaml",) if (root / name).is_file())
    for folder, pattern in (
        (root, "*.tf"),
        (root / "modules", "*/*.*"),
        (root / "dist", "*.zip"),
        (root / "policies", "*.yaml"),
        (environment.folder, "*.*"),
    ):
        yield from (path for path in folder.glob(pattern) if path.is_file() and path.name[0] != ".")
