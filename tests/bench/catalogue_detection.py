"""What is found of the seeded account: by `hipaa audit`, and by Prowler where it is installed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench.emulator import Emulator
from tests.bench.runs import Run, hipaa, prowler, prowler_command, say, show
from tests.bench.seeded.judged import Failures, failures, outcome
from tests.bench.seeded.peers import found_by_prowler
from tests.bench.seeded.seeds import NOT_SEEDED, SEEDS, Seed

Built = dict[tuple[str, str], str]
# moto makes no network interfaces for functions, so Prowler would take every VPC for unused.
PROWLER_RUNS: Mapping[str, tuple[str, ...]] = {
    "prowler hipaa_aws": ("--scan-unused-services", "--compliance", "hipaa_aws"),
    "prowler, all checks": ("--scan-unused-services",),
}


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        say(f"seeding {len(SEEDS)} violations")
        with Emulator("seeded") as emulator:
            built = {
                (kind, resource): arn
                for key, arn in (emulator.built or {}).items()
                for kind, _, resource in [key.partition("/")]
            }
            say("hipaa audit")
            ours = hipaa(emulator, folder / "hipaa.json")
            broken = _failures(folder / "hipaa.json")
            theirs = _prowler(emulator, folder)
        with Emulator("mended") as emulator:
            say("hipaa audit of the account that is the twin of what breaks a whole account")
            hipaa(emulator, folder / "mended.json")
            mended = _failures(folder / "mended.json")
        _print(built, ours, broken, mended, theirs)


def _failures(report: Path) -> Failures:
    return failures(json.loads(report.read_text())["findings"])


def _prowler(emulator: Emulator, folder: Path) -> dict[str, tuple[Run, Any]]:
    if prowler_command() is None:
        return {}
    found = {}
    for name, words in PROWLER_RUNS.items():
        say(name)
        run = prowler(emulator, folder, *words)
        found[name] = run, json.loads((folder / "prowler.ocsf.json").read_text())
    return found


def _print(
    built: Built, ours: Run, broken: Failures, mended: Failures, theirs: Mapping[str, tuple[Run, Any]]
) -> None:
    seen = outcome(broken, mended, built)
    print(f"\nThe seeded account: {len(SEEDS)} violations of {len({s.control for s in SEEDS})} controls, "
          "each with a compliant twin")  # fmt: skip
    show([("hipaa audit", ours), *((name, run) for name, (run, _) in theirs.items())])
    print(f"  {'':<30} {'found':>12} {'on twins':>12}")
    print(f"  {'hipaa audit':<30} {_of(len(seen.found)):>12} {len(seen.false_alarms):>12}")
    for name, (_, findings) in theirs.items():
        found = [s for s in SEEDS if found_by_prowler(s, findings, built[s.kind, s.name])]
        alarms = [s for s in SEEDS if not s.whole_account and _on_twin(s, findings, built)]
        print(f"  {name:<30} {_of(len(found)):>12} {len(alarms):>12}")
        say(f"{name} missed {', '.join(_name(s) for s in SEEDS if s not in found)}")
        say(f"{name} failed the twins of {', '.join(map(_name, alarms)) or 'none'}")
    for seed in seen.missed:
        print(f"  MISSED       {_name(seed)}: {seed.how}")
    for alarm in seen.false_alarms:
        print(f"  FALSE ALARM  {alarm}")
    for control, reason in NOT_SEEDED.items():
        print(f"  not seeded   {control}: {reason}")
    if not theirs:
        print("  prowler: not installed: pip install prowler in an environment of its own, and set PROWLER")


def _of(number: int) -> str:
    return f"{number} of {len(SEEDS)}"


def _name(seed: Seed) -> str:
    return f"{seed.control} {seed.name}"


def _on_twin(seed: Seed, findings: Any, built: Built) -> bool:
    """Whether the checks that count for a seed fail its twin as well."""
    return found_by_prowler(replace(seed, name=seed.twin), findings, built[seed.kind, seed.twin])
