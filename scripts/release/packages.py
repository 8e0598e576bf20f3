"""The zips of a release: built twice from two clean copies of the commit, and the same bytes both times."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scripts.release.errors import ReleaseError

ARCHITECTURES = ("arm64", "x86_64")
DEFAULT_ARCHITECTURE = "arm64"  # of the root module (variables.tf)
# Builds every function of the repository in the first folder for an architecture, as <function>.zip.
Builder = Callable[[Path, str, Path], None]


@dataclass(frozen=True)
class Package:
    """One zip of a release. ``sha256`` is in hexadecimal, ``size`` in bytes."""

    function: str
    architecture: str
    file: str
    sha256: str
    size: int

    @property
    def source_code_hash(self) -> str:
        """The same hash as Lambda says it, and as ``package.s3.hash`` of modules/function wants it."""
        return base64.b64encode(bytes.fromhex(self.sha256)).decode()


def file_name(function: str, architecture: str) -> str:
    """One folder holds all of a release: the default's zips have the names that `make package` gives them."""
    return f"{function}.zip" if architecture == DEFAULT_ARCHITECTURE else f"{function}-{architecture}.zip"


def build_with_make_package(source: Path, architecture: str, output: Path) -> None:
    """What `make package` does, in ``source`` and with its own code. Raises ``ReleaseError``."""
    found = os.pathsep.join(map(str, (source, source / "policies", source / "lambda_src")))
    command = [sys.executable, "-m", "scripts.package_functions"]
    finished = subprocess.run(
        [*command, "--architecture", architecture, "--output", str(output)],
        cwd=source,
        env=os.environ | {"PYTHONPATH": found, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    if finished.returncode != 0:
        raise ReleaseError(
            f"The packages for {architecture} were not built (see above): there is no release."
        )


def build_twice(
    sources: tuple[Path, Path], output: Path, build: Builder, say: Callable[[str], None]
) -> list[Package]:
    """Build all packages from both sources, and keep the first ones in ``output``.

    Raises ``ReleaseError`` where a second build has other files or other bytes.
    """
    output.mkdir(parents=True, exist_ok=True)
    packages = []
    for architecture in ARCHITECTURES:
        scratch = [source.parent / f"{source.name}-{architecture}" for source in sources]
        for number, (source, folder) in enumerate(zip(sources, scratch, strict=True), start=1):
            say(f"Building for {architecture}, {number} of 2")
            build(source, architecture, folder)
        first, second = scratch
        refuse_differences(first, second, architecture)
        for built in sorted(first.glob("*.zip")):
            kept = output / file_name(built.stem, architecture)
            shutil.move(built, kept)
            content = kept.read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            packages.append(Package(built.stem, architecture, kept.name, digest, len(content)))
    if not packages:
        raise ReleaseError(
            "No package was built: lambda_src has no function, so there is nothing to release."
        )
    return packages


def refuse_differences(first: Path, second: Path, architecture: str) -> None:
    one, other = ({file.name: file for file in folder.glob("*.zip")} for folder in (first, second))
    reasons = [f"{name} was built once only" for name in sorted(one.keys() ^ other.keys())]
    reasons += [
        f"{name} differs in {first_difference(one[name], other[name])}"
        for name in sorted(one.keys() & other.keys())
        if one[name].read_bytes() != other[name].read_bytes()
    ]
    if reasons:
        raise ReleaseError(
            f"Two builds of the same commit for {architecture} are not the same, so nothing was released: "
            f"{'; '.join(reasons)}. Nobody could check such a package against its source."
        )


def first_difference(one: Path, other: Path) -> str:
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        names = sorted({*first.namelist(), *second.namelist()})
        for name in names:
            missing = name not in first.namelist() or name not in second.namelist()
            if missing or first.read(name) != second.read(name):
                return name
    return "its order, times or modes"
