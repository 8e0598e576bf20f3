"""How a judgement of the seeded account comes out: what was found, and what was alarmed for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.bench.seeded.seeds import NOT_SEEDED, SEEDS, Seed

# (control id, resource's ARN) of every FAIL.
Failures = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """``false_alarms`` name a twin and the control that failed it."""

    found: tuple[Seed, ...]
    missed: tuple[Seed, ...]
    false_alarms: tuple[str, ...]


def failures(findings: Iterable[Mapping[str, str]]) -> Failures:
    """Of a report's ``findings``."""
    return frozenset((f["control_id"], f["resource"]) for f in findings if f["status"] == "FAIL")


def outcome(broken: Failures, mended: Failures, built: Mapping[tuple[str, str], str]) -> Outcome:
    """``broken`` is of the seeded account, ``mended`` of the account that is the twin of what breaks the
    whole account, ``built`` the ARNs of seeds and twins by kind and name.

    A seed is found where its own control fails its own resource. A twin must fail nothing at all.
    """
    found = [seed for seed in SEEDS if (seed.control, built[seed.kind, seed.name]) in broken]
    alarms = [
        f"{control} on {seed.kind} {seed.twin}"
        for seed in SEEDS
        if not seed.whole_account
        for control, resource in sorted(broken)
        if resource == built[seed.kind, seed.twin] and control not in NOT_SEEDED
    ]
    alarms += [
        f"{seed.control} on the mended account"
        for seed in SEEDS
        if seed.whole_account and (seed.control, built[seed.kind, seed.name]) in mended
    ]
    return Outcome(tuple(found), tuple(s for s in SEEDS if s not in found), tuple(alarms))
