"""Setting up: the index that pip is configured with, and the command that is put on the path."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts import setup_environment
from scripts.setup_environment import index_of_pip, link_project


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))


@pytest.mark.usefixtures("no_index")
def test_uv_is_handed_the_index_of_pips_configuration(tmp_path: Path) -> None:
    (tmp_path / "pip.conf").write_text("[global]\nindex-url = https://mirror.example.org/simple\n")
    assert index_of_pip(sys.executable) == {"UV_DEFAULT_INDEX": "https://mirror.example.org/simple"}


@pytest.mark.usefixtures("no_index")
def test_the_index_of_pips_environment_counts_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    assert index_of_pip(sys.executable) == {"UV_DEFAULT_INDEX": "https://mirror.example.org/simple"}


@pytest.mark.usefixtures("no_index")
def test_an_index_of_uvs_own_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example.org/simple")
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    assert index_of_pip(sys.executable) == {}


def test_hipaa_runs_from_a_path_with_a_space(tmp_path: Path) -> None:
    environment = tmp_path / "my environments" / ".venv"
    (environment / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (environment / "bin").mkdir()
    (environment / "bin" / "python").symlink_to(sys.executable)
    link_project(environment)
    answer = subprocess.run(
        [str(environment / "bin" / "hipaa"), "--version"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()


def test_an_old_python_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10))
    monkeypatch.setattr(sys, "version", "3.10.0")
    assert setup_environment.main(["tools"]) == 1
    assert "Python 3.10.0 is too old" in capsys.readouterr().out


def test_an_unknown_environment_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert setup_environment.main(["toolz"]) == 2
    assert "toolz" in capsys.readouterr().out
