"""Short end-to-end tests of one function or two, to be run again and again with a grant less."""

from __future__ import annotations

from tests.prove_iam.probes import appointments, auditor, documents, messages, patients, platform
from tests.prove_iam.world import Probe

WORKLOADS = [
    probe for part in (patients, appointments, messages, documents, auditor) for probe in part.PROBES
]


def all_probes(functions: list[str]) -> list[Probe]:
    """Those of each workload, and those that every one of ``functions`` has."""
    return [*WORKLOADS, *platform.probes(functions)]


def played_functions() -> list[str]:
    """Every function that the root module has: each has a probe of its workload."""
    return sorted({name for probe in WORKLOADS for name in probe.functions})
