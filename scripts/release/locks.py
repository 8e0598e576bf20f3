"""What a hash-locked requirements file says: each library, its version, its hashes, and who asks for it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from scripts.release.errors import ReleaseError

PINNED = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
ASKED_BY = re.compile(r"^\s+#(?:\s+via)?\s*(?P<who>\S.*)?$")


@dataclass
class Library:
    """A locked library. ``hashes`` are of all its distributions; nobody asks for what the .in file names."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)
    asked_by: list[str] = field(default_factory=list)


def lock_of(source: Path, function: str) -> Path:
    """The lock that the libraries of the function's zip are from, as its function.toml says."""
    settings = tomllib.loads((source / "lambda_src" / function / "function.toml").read_text(encoding="utf-8"))
    return source / "requirements" / f"{settings.get('requirements', 'functions')}.txt"


def normal(name: str) -> str:
    """https://packaging.python.org/en/latest/specifications/name-normalization/."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(lock: Path) -> dict[str, Library]:
    """The libraries by normal name. Raises ``ReleaseError`` for one without version or hash."""
    libraries: dict[str, Library] = {}
    current: Library | None = None
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := PINNED.match(line):
            current = Library(normal(match["name"]), match["version"])
            libraries[current.name] = current
        elif current is not None and (match := ASKED_BY.match(line)):
            who = match["who"]
            if who and not who.startswith("-"):
                current.asked_by.append(normal(who))
        elif line.strip() and not line.lstrip().startswith(("#", "--hash")):
            raise ReleaseError(f"{lock.name} has a line that locks nothing, so there is no SBOM: {line!r}.")
        if current is not None:
            current.hashes += HASH.findall(line)
    loose = [library.name for library in libraries.values() if not library.hashes]
    if loose or not libraries:
        what = ", ".join(loose) or "anything"
        raise ReleaseError(f"{lock.name} does not lock {what} by hash, so there is no SBOM. Run `make lock`.")
    return libraries
