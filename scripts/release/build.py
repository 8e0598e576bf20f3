"""Build a release from its commit: zips, descriptions, bills, provenance, checksums, signature."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version as version_of
from pathlib import Path

from scripts.lambda_python import LAMBDA_VERSION, find_lambda_python
from scripts.release import changelog, descriptions, provenance, signing
from scripts.release.errors import ReleaseError
from scripts.release.packages import Builder, build_twice
from scripts.release.prepare import CHANGELOG
from scripts.release.repository import Repository
from scripts.release.versions import Version

NOTES = "NOTES.md"
PARTIAL = ".partial-"
ROOT = Path(__file__).resolve().parents[2]
RELEASE_PYTHON = ROOT / ".venv-release" / "bin" / "python"


def build(
    repository: Repository,
    commit: str,
    version: Version,
    output: Path,
    builder: Builder,
    key: Path | None,
    say: Callable[[str], None],
) -> Path:
    """Write ``output/<version>`` from ``commit``, whole or not at all; return it.

    Raises ``ReleaseError``.
    """
    started = datetime.now(UTC)
    tools = built_with()
    release = output / str(version)
    output.mkdir(parents=True, exist_ok=True)
    for left_over in output.glob(f"{PARTIAL}*"):  # of a run that was killed
        shutil.rmtree(left_over)
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=output) as scratch:
        sources = (Path(scratch) / "first", Path(scratch) / "second")
        for source in sources:
            repository.export(commit, source)
        partial = Path(scratch) / "release"
        packages = build_twice(sources, partial, builder, say)
        say(f"{len(packages)} zips, each the same bytes from two builds")
        descriptions.write(partial, packages, version, commit)
        write_notes(sources[0], partial, version)
        say("Writing the bills of materials")
        write_bills(sources[0], partial, repository.commit_seconds(commit))
        stated = provenance.statement(
            packages, version, sources[0], commit, repository.address(), tools, started, os.environ
        )
        descriptions.write_json(partial / provenance.FILE, stated)
        descriptions.write_checksums(partial)
        if key is not None:
            say(f"Signing {descriptions.CHECKSUMS} with {key}")
            signing.sign(partial, key)
        if release.exists():  # of an earlier run: what is in it can be built anew
            shutil.rmtree(release)
        partial.rename(release)
    return release


def built_with() -> dict[str, str]:
    """The tools that decide on the bytes. Raises ``ReleaseError`` without Lambda's own Python."""
    python = find_lambda_python()
    if not python.exact:
        wanted = ".".join(map(str, LAMBDA_VERSION))
        raise ReleaseError(
            f"Python {wanted} was not found, so nothing was built: without it the zips carry no byte code "
            f"and are not those that others build. Install Python {wanted}, or set LAMBDA_PYTHON."
        )
    said = subprocess.run(
        [str(python.executable), "--version"], capture_output=True, text=True, check=True
    ).stdout
    return {"python": said.split()[1], "uv": version_of("uv")}


def write_notes(source: Path, release: Path, version: Version) -> None:
    text = (source / CHANGELOG).read_text(encoding="utf-8")
    (release / NOTES).write_text(changelog.notes(text, version), encoding="utf-8")


def write_bills(source: Path, release: Path, seconds: int) -> None:
    """By a Python of its own: the library is none of the project's tools."""
    words = ["--source", str(source), "--release", str(release), "--seconds", str(seconds)]
    finished = subprocess.run(
        [str(RELEASE_PYTHON), "-m", "scripts.release.sbom", *words],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    if finished.returncode != 0:
        raise ReleaseError("The bills of materials were not written (see above): there is no release.")
