"""The functions' roles of a deployment, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from scripts.local_deployment import DeploymentError, LocalDeployment
from tests.prove_iam.grants import Document, Grant, digest, grants_of
from tests.prove_iam.groups import prove_together
from tests.prove_iam.needs import Need, needs
from tests.prove_iam.probes import all_probes, auditor, played_functions
from tests.prove_iam.proving import BrokenProbeError, Recording, Say, prove, record
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

    def prove(self, wanted: str | None, fresh: bool, replay: bool) -> None:
        """``wanted`` is a function's name; None: all. ``replay``: take nothing away.

        Raises ``BrokenProbeError``, ``DeploymentError`` and ``NotPutBackError``.
        """
        names, chosen, roles = self.names, self.chosen(wanted), self.roles
        if roles.put_back():
            self.say("an earlier run was cut short: the policies that it had changed are back")
        world = World.enter(self.deployment)
        try:
            probes = [p for p in all_probes(sorted(names)) if set(p.functions) & set(chosen)]
            recording = record(world, probes, self.say)
            for name in chosen:
                one = Role(names[name], world, roles, probes, recording, self.results, self.say)
                one.prove(fresh, replay)
        finally:
            world.leave()

    def chosen(self, wanted: str | None) -> list[str]:
        """Raises ``DeploymentError`` for a function that is not in this deployment."""
        if wanted is None and (absent := sorted(set(played_functions()) - set(self.names))):
            self.say(f"not deployed here, so not tried: {', '.join(absent)}")
        chosen = [wanted.replace("-", "_")] if wanted else sorted(self.names)
        if unknown := set(chosen) - set(self.names):
            there = ", ".join(sorted(self.names))
            raise DeploymentError(f"no function {', '.join(unknown)} was deployed here: there are {there}")
        return chosen

    @property
    def names(self) -> Mapping[str, str]:
        """The roles' names, by the functions'."""
        names: Mapping[str, str] = self.deployment.outputs["role_names"]
        return names

    @property
    def roles(self) -> Roles:
        return Roles(self.deployment.client("iam"), self.deployment.directory)


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

    def prove(self, fresh: bool, replay: bool) -> None:
        policies = self.roles.policies(self.name)
        grants = grants_of(self.name, policies, aliases_of(self.world.deployment))
        needed = needs(grants, policies, self.recording.judgements[self.name])
        known = {} if fresh else self.results.read(self.name)
        left = [grant for grant in grants if not (grant.name in known and known[grant.name].proven)]
        self.say(f"\n{self.name}: {len(grants)} grants, {len(grants) - len(left)} proven before")
        # All at once: a record has every grant of its policies, wherever a run is cut short.
        by_recording = {grant.name: replayed(needed[grant]) for grant in left}
        self.results.write(self.name, self.results.read(self.name) | by_recording)
        if replay:
            return
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
        def keep(found: Mapping[Grant, Result]) -> None:
            for grant, result in found.items():
                self.keep(grant, result, "together")

        prove_together(
            self.world, self.roles, reads, policies, auditor.attempt, auditor.AUDIT, self.say, keep
        )

    def order(self, needed: Mapping[Grant, Need]) -> Mapping[str, Any]:
        """The probe that asks for the fewest grants tells best what is missing, the quickest one soonest."""
        asked = Counter(label for need in needed.values() for label in need.probes)
        return {label: (asked[label], seconds) for label, seconds in self.recording.seconds.items()}

    def keep(self, grant: Grant, result: Result, progress: str) -> None:
        self.results.keep(grant, result)
        failure = result.failure[:LONGEST_FAILURE]
        self.say(f"  {progress:>6}  {result.how:8}  {grant.name}\n            {result.probe}: {failure}")


def replayed(need: Need) -> Result:
    """What the recording alone says of a grant, until it is taken away."""
    if need.probes:
        return Result("replayed", min(need.probes), "")
    return Result("shared" if need.shared else "unused", "", "")


def digests_of(deployment: LocalDeployment) -> Callable[[str], str]:
    """Of a role's policies. They are read once: while this runs nothing but a removal changes them."""

    @cache
    def digest_of(role: str) -> str:
        roles = Roles(deployment.client("iam"), deployment.directory)
        return digest(roles.policies(role), aliases_of(deployment))

    return digest_of


def aliases_of(deployment: LocalDeployment) -> dict[str, str]:
    """The keys' aliases, by the keys' ARNs: ids are new at every apply."""
    pages = deployment.client("kms").get_paginator("list_aliases").paginate()
    listed = [alias for page in pages for alias in page["Aliases"] if alias.get("TargetKeyId")]
    prefixes = {alias["AliasArn"].partition(":alias/")[0] for alias in listed}
    return {
        f"{prefix}:key/{alias['TargetKeyId']}": alias["AliasName"] for alias in listed for prefix in prefixes
    }
