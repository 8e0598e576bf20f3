"""Run several lists of make targets side by side, and show what each prints in one piece, in their order.

Usage: ``python -m scripts.side_by_side deployment-test "terraform-test unit"``

What applies a stack waits for long, for what AWS's provider waits for; what checks files computes, much of it
on one core. Side by side they keep a machine busy.
All of them run to their end, and the exit code is the first that is not 0.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
_SECONDS_BETWEEN_LOOKS = 0.2
INTERRUPTED = 130  # as a shell has it for SIGINT


def main(lists: list[str]) -> int:
    if not lists:
        print('usage: side_by_side "target target ..." "target ..."  (got nothing to run)')
        return 2
    print(f"── Side by side, one's output after the other's: {' | '.join(lists)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="side-by-side-") as folder:
        outputs = [Path(folder) / str(number) for number in range(len(lists))]
        running = [_start(targets, output) for targets, output in zip(lists, outputs, strict=True)]
        try:
            codes = [_show(process, output) for process, output in zip(running, outputs, strict=True)]
        except KeyboardInterrupt:  # the terminal has told them, too: they end what they have begun
            print("Interrupted: waiting for what was begun to be ended.", file=sys.stderr)
            for process in running:
                process.wait()
            return INTERRUPTED
    for targets, code in zip(lists, codes, strict=True):
        print(f"── {targets}: {'ok' if code == 0 else f'FAILED (exit code {code})'}")
    return next((code for code in codes if code), 0)


def _start(targets: str, output: Path) -> subprocess.Popen[bytes]:
    words = [os.environ.get("MAKE", "make"), "--no-print-directory", *targets.split()]
    with output.open("wb") as file:
        return subprocess.Popen(words, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT)


def _show(process: subprocess.Popen[bytes], output: Path) -> int:
    """Print what the process has printed and goes on to print; its exit code."""
    with output.open("rb") as file:
        while process.poll() is None:
            _copy(file)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        _copy(file)
    return process.returncode


def _copy(file: IO[bytes]) -> None:
    sys.stdout.buffer.write(file.read())
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
