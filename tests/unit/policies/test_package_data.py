"""What is installed holds every file that the package reads."""

from __future__ import annotations

import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3] / "policies"
PACKAGE = PROJECT / "hipaa_policies"


def test_every_file_that_is_no_code_is_package_data() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    patterns = settings["tool"]["setuptools"]["package-data"]["hipaa_policies"]
    packed = {file for pattern in patterns for file in PACKAGE.glob(pattern)}
    files = {f for f in PACKAGE.rglob("*") if f.is_file() and f.suffix not in (".py", ".pyc")}
    assert files
    assert files - packed == set()


def test_every_folder_with_code_is_a_package() -> None:
    folders = {f.parent for f in PACKAGE.rglob("*.py")}
    assert [folder for folder in folders if not (folder / "__init__.py").exists()] == []
