"""Which Python functions are compiled with and run on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scripts.lambda_python import LAMBDA_VERSION, find_lambda_python, inspect_python


def interpreter(path: Path, version: str) -> Path:
    """Something that answers as a Python of that version does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'#!/bin/sh\necho "{path} {version}"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def empty_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No Python of Lambda's version on PATH or below pyenv."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.delenv("LAMBDA_PYTHON", raising=False)
    return tmp_path


def test_the_one_on_the_path_is_taken(empty_machine: Path) -> None:
    python = interpreter(empty_machine / "bin" / "python3.13", "3 13")
    found = find_lambda_python()
    assert (found.executable, found.exact) == (python, True)


def test_a_shim_that_does_not_run_is_passed_over_for_pyenvs_own(empty_machine: Path) -> None:
    shim = empty_machine / "bin" / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    python = interpreter(empty_machine / "pyenv" / "versions" / "3.13.5" / "bin" / "python3.13", "3 13")
    assert find_lambda_python().executable == python


def test_without_it_this_python_serves_and_is_known_not_to_be_it(
    empty_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.lambda_python.candidates", list)
    found = find_lambda_python()
    assert found.version == sys.version_info[:2]
    assert found.exact == (sys.version_info[:2] == LAMBDA_VERSION)


def test_a_named_one_decides_and_must_run(empty_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = interpreter(empty_machine / "elsewhere" / "python", "3 12")
    monkeypatch.setenv("LAMBDA_PYTHON", str(named))
    assert find_lambda_python().version == (3, 12)
    monkeypatch.setenv("LAMBDA_PYTHON", str(empty_machine / "missing"))
    with pytest.raises(SystemExit, match="does not run"):
        find_lambda_python()


def test_a_path_with_a_space_is_read_whole(tmp_path: Path) -> None:
    python = interpreter(tmp_path / "my tools" / "python3.13", "3 13")
    found = inspect_python(python)
    assert found is not None
    assert found.executable == python
