"""Lists of targets side by side: together, shown in order, all to their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.side_by_side import ROOT, main

# Stands for make: "meet-a" and "meet-b" end only when both have begun; "end-N" exits with N; "tidy" takes its
# time to end what it has begun once it is interrupted.
MAKE = """#!/bin/sh
shift
for target in "$@"; do
  echo "made $target"
  case "$target" in
    meet-*) touch "$MEETING/$target"
      until [ -e "$MEETING/meet-a" ] && [ -e "$MEETING/meet-b" ]; do sleep 0.01; done ;;
    end-*) exit "${target#end-}" ;;
    tidy) trap 'sleep 0.5; touch "$MEETING/tidied"; exit 2' INT
      touch "$MEETING/begun"
      while :; do sleep 0.02; done ;;
  esac
done
"""


# A shell starts what it puts into the background, as CI may these tests, with SIGINT ignored, and so would be
# all that comes of it: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html (2.11)
HEARING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.fixture(autouse=True)
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = tmp_path / "make"
    command.write_text(MAKE)
    command.chmod(0o755)
    monkeypatch.setenv("MAKE", str(command))
    monkeypatch.setenv("MEETING", str(tmp_path))


def test_both_run_at_the_same_time_and_are_shown_in_order(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["meet-a first", "meet-b second"]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert lines[1:5] == ["made meet-a", "made first", "made meet-b", "made second"]
    assert lines[5:] == ["── meet-a first: ok", "── meet-b second: ok"]


def test_one_that_fails_stops_no_other_and_fails_the_whole(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["end-3", "fine end-4", "fine"]) == 3
    output = capfdbinary.readouterr().out.decode()
    assert output.count("made fine") == 2
    assert "── end-3: FAILED (exit code 3)" in output
    assert "── fine end-4: FAILED (exit code 4)" in output
    assert output.endswith("── fine: ok\n")


def test_ctrl_c_waits_for_what_was_begun_to_be_ended(tmp_path: Path) -> None:
    """The terminal tells all of them: a local cloud is to be gone before the prompt is back."""
    words = [sys.executable, "-c", HEARING, "-m", "scripts.side_by_side", "fine", "tidy"]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True) as process:
        assert process.stdout is not None
        while process.stdout.readline() not in (b"made fine\n", b""):
            pass  # what is shown is waited for
        while not (tmp_path / "begun").exists() and process.poll() is None:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 130
    assert (tmp_path / "tidied").exists()


def test_nothing_to_run_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "nothing to run" in capsys.readouterr().out
