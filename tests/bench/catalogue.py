"""The control catalogue: what it finds, what it costs, and the peers beside it where they are installed.

``python -m tests.bench catalogue`` runs every part; ``catalogue:detection``, ``catalogue:scale``,
``catalogue:log-groups`` and ``catalogue:plan`` one of them.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.bench import catalogue_detection, catalogue_plan
from tests.bench.emulator import Emulator
from tests.bench.runs import Run, hipaa, prowler, prowler_command, say, show

SIZES = (1, 20, 100, 1000)
PROWLER_SIZES = (1, 20, 100)  # at 1,000 Prowler would hold the machine for a quarter of an hour
LOG_GROUPS = (100, 10_000)


def scale() -> None:
    """Wall, CPU, memory and requests by the number of functions."""
    ours: dict[int, Run] = {}
    theirs: dict[int, Run] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for size in SIZES:
            say(f"{size} functions: seeding")
            with Emulator(f"functions:{size}") as emulator:
                say(f"{size} functions: hipaa audit")
                ours[size] = hipaa(emulator, Path(folder) / "hipaa.json")
                if prowler_command() and size in PROWLER_SIZES:
                    say(f"{size} functions: prowler --compliance hipaa_aws")
                    theirs[size] = prowler(emulator, Path(folder), "--compliance", "hipaa_aws")
    print("\nA live account by its functions (each with its role, log group and three alarms)")
    show([(f"hipaa audit, {size}", run) for size, run in ours.items()])
    show([(f"prowler hipaa_aws, {size}", run) for size, run in theirs.items()])
    small, large = SIZES[1], SIZES[-1]
    slope = (ours[large].requests - ours[small].requests) / (large - small)
    print(f"  requests for each further function: {slope:.2f}   (aim: at most 3)")
    if not theirs:
        print("  prowler: not installed: pip install prowler in an environment of its own, and set PROWLER")
        return
    largest = PROWLER_SIZES[-1]
    one, other = ours[largest], theirs[largest]
    per = (other.requests - theirs[small].requests) / (largest - small)
    print(f"  prowler's for each further function: {per:.2f}")
    print(f"  at {largest} functions, prowler / hipaa: {other.wall / one.wall:.1f} times the wall "
          f"(aim: at least 8), {other.cpu / one.cpu:.1f} the CPU, {other.peak / one.peak:.1f} the memory, "
          f"{other.requests / one.requests:.1f} the requests (aim: at least 4)")  # fmt: skip


def log_groups() -> None:
    """Peak memory must not grow with log groups."""
    runs: dict[int, Run] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for number in LOG_GROUPS:
            say(f"{number} log groups")
            with Emulator(f"log-groups:{number}") as emulator:
                runs[number] = hipaa(emulator, Path(folder) / "hipaa.json")
    print("\nA live account by its log groups")
    show([(f"hipaa audit, {number} groups", run) for number, run in runs.items()])
    few, many = (runs[number].peak for number in LOG_GROUPS)
    print(f"  peak memory: {many / few:.2f} times")


PARTS = {
    "detection": catalogue_detection.main,
    "scale": scale,
    "log-groups": log_groups,
    "plan": catalogue_plan.main,
}


def main() -> None:
    for measure in PARTS.values():
        measure()


def part(name: str) -> None:
    """One part, by ``catalogue:<name>``. Raises ``SystemExit`` where there is none of that name."""
    if name not in PARTS:
        raise SystemExit(f"no part {name!r}: there are {', '.join(PARTS)}")
    PARTS[name]()
