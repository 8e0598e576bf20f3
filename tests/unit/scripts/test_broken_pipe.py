"""`make cost | head`: no traceback where the reader goes before all is written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.broken_pipe import NOT_READ, ending_quietly
from scripts.local_deployment import ROOT

# Of what prints a report of many lines.
COMMANDS = [
    "scripts/cost/__main__.py",
    "scripts/environments/__main__.py",
    "scripts/provider_6/__main__.py",
    "scripts/run_checkov.py",
    "scripts/upgrade/addresses.py",
    "tests/prove_iam/__main__.py",
]


def ended(*words: str) -> tuple[int, str]:
    """How Python ends whose standard output nobody reads, and what it says of it."""
    read, write = os.pipe()
    os.close(read)
    try:
        finished = subprocess.run(
            [sys.executable, *words], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True, check=False
        )
    finally:
        os.close(write)
    return finished.returncode, finished.stderr


@pytest.mark.parametrize("printing", ["print('x')", "print('x', flush=True)", "print('x' * 1_000_000)"])
def test_a_reader_that_has_had_enough_sees_no_traceback(printing: str) -> None:
    """Below a buffer's length Python writes at its end alone, behind every `except`."""
    called = f"sys.exit(ending_quietly(lambda: {printing} or 0))"
    said = ended("-c", f"import sys; from scripts.broken_pipe import ending_quietly; {called}")
    assert said == (NOT_READ, "")


def test_the_costs_of_a_plan_end_quietly(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"format_version": "1.2", "planned_values": {"root_module": {}}, "configuration": {}}')
    assert ended("-m", "scripts.cost", "--plan", str(plan)) == (NOT_READ, "")


def test_what_is_read_to_its_end_ends_as_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending_quietly(lambda: print("all") or 3) == 3
    assert capsys.readouterr().out == "all\n"


def test_another_error_is_told() -> None:
    def main() -> int:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        ending_quietly(main)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_with_a_long_report_ends_so(command: str) -> None:
    assert (ROOT / command).read_text(encoding="utf-8").endswith("    sys.exit(ending_quietly(main))\n")
