"""A small repository that can be released, with a builder that makes its zips in no time."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.release import build as build_module
from scripts.release.build import RELEASE_PYTHON, ROOT
from scripts.release.repository import Repository

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- A second function.

## [0.1.0] - 2026-01-02

- The first.
"""
HASH = "a" * 64
LOCK = f"""zlib-like==1.2.3 \\
    --hash=sha256:{HASH} \\
    --hash=sha256:{"b" * 64}
    # via -r functions.in
helper==4.5 \\
    --hash=sha256:{"c" * 64}
    # via
    #   -r functions.in
    #   zlib-like
"""
METADATA = {
    "zlib_like-1.2.3": "Metadata-Version: 2.1\nName: Zlib.Like\nVersion: 1.2.3\nLicense-Expression: MIT\n",
    "helper-4.5": "Metadata-Version: 2.1\nName: helper\nVersion: 4.5\nLicense: Free, ask us\n",
}


def git(folder: Path, *words: str) -> str:
    return subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return make_repository(tmp_path / "repository")


def make_repository(folder: Path) -> Repository:
    """Two functions, their lock, a changelog with something to release after 0.1.0; all committed."""
    files = {
        "CHANGELOG.md": CHANGELOG,
        "pyproject.toml": '[project]\nname = "all"\nversion = "0.1.0"\n\n[tool.other]\nversion = "7"\n',
        "policies/pyproject.toml": '[project]\nversion = "0.1.0"\n',
        "lambda_src/alpha/function.toml": "aws_services = []\n",
        "lambda_src/alpha/handler.py": "ALPHA = 1\n",
        "lambda_src/beta/function.toml": 'requirements = "functions"\n',
        "lambda_src/beta/handler.py": "BETA = 1\n",
        "requirements/functions.txt": LOCK,
        "requirements/tools.txt": "uv==1\n",
        "requirements/uv.txt": "uv==1\n",
        ".gitignore": "/dist/\n",
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for name, value in {
        "user.name": "Nobody",
        "user.email": "nobody@example.org",
        "commit.gpgsign": "no",
    }.items():
        git(folder, "config", name, value)
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "All there is")
    git(folder, "tag", "v0.1.0")
    return Repository(folder)


def small_builder(source: Path, architecture: str, output: Path) -> None:
    """Every function's folder and its libraries' metadata, in a zip with fixed order and times."""
    output.mkdir()
    for function in sorted((source / "lambda_src").iterdir()):
        with zipfile.ZipFile(output / f"{function.name}.zip", "w") as archive:
            contents = {f"{function.name}/handler.py": (function / "handler.py").read_text()}
            contents |= {f"{name}.dist-info/METADATA": text for name, text in METADATA.items()}
            contents["architecture"] = architecture
            for name, text in sorted(contents.items()):
                archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), text)


@pytest.fixture(scope="module")
def exact_python() -> Iterator[None]:
    """As if this machine had Lambda's Python, and were no runner of GitHub's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build_module, "built_with", lambda: {"python": "3.13.0", "uv": "1"})
        patch.delenv("GITHUB_ACTIONS", raising=False)
        yield


@pytest.fixture(scope="session")
def release_environment() -> Path:
    """The Python that has the library of bills of materials."""
    made = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "setup_environment.py"), "release"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    return RELEASE_PYTHON


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return new_key(tmp_path / "key")


def new_key(file: Path) -> Path:
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "releases", "-f", str(file)]
    subprocess.run(words, check=True)
    return file


@pytest.fixture
def signers(tmp_path: Path) -> Callable[[Path, str], Path]:
    """A file that says whose key is to be trusted."""

    def write(key: Path, name: str) -> Path:
        file = tmp_path / "signers"
        file.write_text(f"{name} {key.with_suffix('.pub').read_text()}")
        return file

    return write
