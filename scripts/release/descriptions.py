"""The files of a release that say what the zips are: for Terraform, and as checksums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scripts.release.packages import Package
from scripts.release.versions import Version

CHECKSUMS = "SHA256SUMS"
UNLISTED = (CHECKSUMS, f"{CHECKSUMS}.sig")
PACKAGES = "packages.json"


def write_json(file: Path, document: Any) -> None:
    file.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def describe(packages: Iterable[Package], version: Version, commit: str) -> dict[str, Any]:
    """``packages.json``: of each architecture and function the file, its key in a bucket, and its hashes."""
    described: dict[str, dict[str, Any]] = {}
    for package in packages:
        described.setdefault(package.architecture, {})[package.function] = {
            "file": package.file,
            "key": f"{version.tag}/{package.file}",
            "sha256": package.sha256,
            "size": package.size,
            "source_code_hash": package.source_code_hash,
        }
    return {"commit": commit, "packages": described, "version": str(version)}


def write(folder: Path, packages: list[Package], version: Version, commit: str) -> None:
    write_json(folder / PACKAGES, describe(packages, version, commit))


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file of the release, but of the list itself and of its signature."""
    files = sorted(file for file in folder.iterdir() if file.is_file() and file.name not in UNLISTED)
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def write_checksums(folder: Path) -> None:
    """In the form of coreutils, so that `sha256sum --check SHA256SUMS` reads it."""
    lines = (f"{digest}  {name}\n" for name, digest in checksums(folder).items())
    (folder / CHECKSUMS).write_text("".join(lines), encoding="utf-8")
