"""Short end-to-end tests of one function or two, to be run again and again with a grant less."""

from __future__ import annotations

from tests.prove_iam.probes import appointments, auditor, documents, messages, patients, platform
from tests.prove_iam.world import Probe


def all_probes(functions: list[str]) -> list[Probe]:
    """Those of each workload, and those that every one of ``functions`` has."""
    workloads = (patients, appointments, messages, documents, auditor)
    return [*(probe for part in workloads for probe in part.PROBES), *platform.probes(functions)]
