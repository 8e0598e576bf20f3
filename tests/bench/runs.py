"""Run a checker against an emulator, as whoever installs it would, and measure its process."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.local_deployment import ROOT
from tests.bench.emulator import Emulator
from tests.bench.seeded.ground import REGION


@dataclass(frozen=True)
class Run:
    """Wall and CPU in seconds, peak memory in MB. ``requests`` as the emulator counted them."""

    wall: float
    cpu: float
    peak: float
    requests: int
    status: int


def say(text: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(f"  {text} ...\n")
    sys.stderr.flush()


def show(rows: Sequence[tuple[str, Run]]) -> None:
    if rows:
        print(f"  {'':<30} {'wall':>8} {'CPU':>8} {'memory':>8} {'requests':>9}")
    for name, run in rows:
        print(f"  {name:<30} {run.wall:>6.1f} s {run.cpu:>6.1f} s {run.peak:>5.0f} MB {run.requests:>9}")


def measured(
    command: Sequence[str], environment: dict[str, str], log: Path, emulator: Emulator | None = None
) -> Run:
    """One run. What the command says goes to ``log``."""
    before = sum(emulator.requests().values()) if emulator else 0
    with log.open("w") as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    after = sum(emulator.requests().values()) if emulator else 0
    return Run(
        wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, after - before, process.returncode
    )


def surroundings(emulator: Emulator | None = None, home: Path | None = None) -> dict[str, str]:
    """This environment without what it says of AWS or Python; with the emulator in place of AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    if home is not None:
        kept["HOME"] = str(home)
    if emulator is None:
        return kept
    return kept | {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def hipaa(emulator: Emulator, report: Path) -> Run:
    """`hipaa audit` without waivers, which a stranger would not have."""
    none = report.with_name("none.yaml")
    none.write_text("waivers: []\n")
    command = [sys.executable, "-m", "hipaa_policies.cli", "audit", "--quiet", "--waivers", str(none)]
    run = measured(
        [*command, "--format", "json", "--output", str(report)],
        surroundings(emulator),
        report.with_suffix(".log"),
        emulator,
    )
    if run.status not in (0, 1):
        raise RuntimeError(f"hipaa audit ended with {run.status}: {report.with_suffix('.log').read_text()}")
    return run


def prowler_command() -> str | None:
    """Prowler's program: by the variable PROWLER, or on PATH; ``None`` where it is not installed."""
    return os.environ.get("PROWLER") or shutil.which("prowler")


def prowler(emulator: Emulator, folder: Path, *words: str) -> Run:
    """Writes ``folder/prowler.ocsf.json``."""
    program = prowler_command()
    if program is None:
        raise RuntimeError("prowler is not installed")
    command = [program, "aws", "-f", REGION, "-M", "json-ocsf", "-o", str(folder), "-F", "prowler", "-b"]
    log = folder / "prowler.log"
    run = measured([*command, "--ignore-exit-code-3", *words], surroundings(emulator, folder), log, emulator)
    if run.status != 0:
        raise RuntimeError(f"prowler ended with {run.status}: {log.read_text()[-2000:]}")
    return run
