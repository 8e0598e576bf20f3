"""The functions' roles of a deployment, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.local_deployment import LocalDeployment
from tests.prove_iam.exceptions import NamedException
from tests.prove_iam.grants import Document, Grant, grants_of
from tests.prove_iam.groups import prove_together
from tests.prove_iam.needs import Need, needs
from tests.prove_iam.probes import all_probes, auditor
from tests.prove_iam.proving import BrokenProbeError, Recording, Say, prove, record
from tests.prove_iam.report import RoleReport, report_of
from tests.prove_iam.results import Result, Results
from tests.prove_iam.roles import Roles
from tests.prove_iam.world import Probe, World

LONGEST_FAILURE = 100  # characters of it that are shown


@dataclass
class Functions:
    """``results`` has what earlier runs have proven; what is proven is kept there as it comes."""

    deployment: LocalDeployment
    results: Results
    say: Say

    def prove(
        self, wanted: str | None, fresh: bool, exceptions: Sequence[NamedException]
    ) -> list[RoleReport]:
        """``wanted`` is a function's name; None: all. Raises ``BrokenProbeError``, ``NotPutBackError``."""
        names: dict[str, str] = dict(self.deployment.outputs["role_names"])
        chosen = [wanted.replace("-", "_")] if wanted else sorted(names)
        if unknown := set(chosen) - set(names):
            raise SystemExit(
                f"there is no function {', '.join(unknown)}: there are {', '.join(sorted(names))}"
            )
        roles = Roles(self.deployment.client("iam"), self.results.folder)
        if roles.put_back():
            self.say("an earlier run was cut short: the policies that it had changed are back")
        world = World.enter(self.deployment)
        try:
            probes = [p for p in all_probes(sorted(names)) if set(p.functions) & set(chosen)]
            recording = record(world, probes, self.say)
            for name in chosen:
                one = Role(names[name], world, roles, probes, recording, self.results, self.say)
                one.prove(fresh)
        finally:
            world.leave()
        aliases = aliases_of(self.deployment)
        found = []
        for name in chosen:
            grants = grants_of(names[name], roles.policies(names[name]), aliases)
            found.append(report_of(names[name], grants, self.results.read(names[name]), exceptions))
        return found


@dataclass
class Role:
    """One role, with the probes and their recording."""

    name: str
    world: World
    roles: Roles
    probes: Sequence[Probe]
    recording: Recording
    results: Results
    say: Say

    def prove(self, fresh: bool) -> None:
        policies = self.roles.policies(self.name)
        grants = grants_of(self.name, policies, aliases_of(self.world.deployment))
        needed = needs(grants, policies, self.recording.judgements[self.name])
        known = {} if fresh else self.results.read(self.name)
        left = [grant for grant in grants if not (grant.name in known and known[grant.name].proven)]
        self.say(f"\n{self.name}: {len(grants)} grants, {len(grants) - len(left)} proven before")
        # What an audit reads is a hundred actions, and an audit takes its time: all of them in a few audits.
        reads = [g for g in left if g.policy in self.roles.attached(self.name) and needed[g].probes]
        if reads:
            self.prove_reads(reads, policies)
        order = self.order(needed)
        for number, grant in enumerate((grant for grant in left if grant not in reads), 1):
            try:
                by_name = {probe.name: probe for probe in self.probes}
                result = prove(self.world, self.roles, grant, needed[grant], by_name, order)
            except BrokenProbeError as broken:
                result = Result("survived", "", str(broken))
            self.keep(grant, result, f"{number}/{len(left) - len(reads)}")

    def prove_reads(self, reads: list[Grant], policies: Mapping[str, Document]) -> None:
        found = prove_together(
            self.world, self.roles, reads, policies, auditor.attempt, auditor.AUDIT, self.say
        )
        for grant, result in found.items():
            self.keep(grant, result, "together")

    def order(self, needed: Mapping[Grant, Need]) -> Mapping[str, Any]:
        """The probe that asks for the fewest grants tells best what is missing, the quickest one soonest."""
        asked = Counter(label for need in needed.values() for label in need.probes)
        return {label: (asked[label], seconds) for label, seconds in self.recording.seconds.items()}

    def keep(self, grant: Grant, result: Result, progress: str) -> None:
        self.results.keep(grant, result)
        failure = result.failure[:LONGEST_FAILURE]
        self.say(f"  {progress:>6}  {result.how:8}  {grant.name}\n            {result.probe}: {failure}")


def aliases_of(deployment: LocalDeployment) -> dict[str, str]:
    """The keys' aliases, by the keys' ARNs: ids are new at every apply."""
    pages = deployment.client("kms").get_paginator("list_aliases").paginate()
    listed = [alias for page in pages for alias in page["Aliases"] if alias.get("TargetKeyId")]
    prefixes = {alias["AliasArn"].partition(":alias/")[0] for alias in listed}
    return {
        f"{prefix}:key/{alias['TargetKeyId']}": alias["AliasName"] for alias in listed for prefix in prefixes
    }
