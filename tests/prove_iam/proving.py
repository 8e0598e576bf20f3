"""Record what each probe asks of IAM; take each grant away, and see a probe fail that passes with it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hipaa_policies.iam import AccessRequest, Decision

from scripts.demo.scenes import SceneFailedError
from tests.prove_iam.grants import Document, Grant, allows, alone
from tests.prove_iam.needs import Need
from tests.prove_iam.results import Result
from tests.prove_iam.roles import Roles
from tests.prove_iam.world import Probe, ProbeFailedError, World

Say = Callable[[str], None]
# A probe may ask for what it can do without (a log that nobody reads): so many are tried.
MOST_PROBES = 10


class BrokenProbeError(Exception):
    """A probe fails with every grant in place, so it proves nothing. The message says how it failed."""


@dataclass
class Recording:
    """What the probes asked of IAM: the judgements by role, and how long each probe took in seconds."""

    judgements: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    seconds: dict[str, float] = field(default_factory=dict)


def record(world: World, probes: Iterable[Probe], say: Say) -> Recording:
    """Play every probe once with all grants in place. Raises ``BrokenProbeError``."""
    found = Recording()
    for probe in probes:
        world.control.end_idle_environments()  # what is asked for at a cold start is asked for now
        began = time.monotonic()
        failure, judgements = play(world, probe)
        if failure:
            raise BrokenProbeError(f"{probe.name}: {failure}")
        found.seconds[probe.name] = time.monotonic() - began
        for judgement in judgements:
            found.judgements[judgement["principal"].rpartition("/")[2]].append(judgement)
        say(f"recorded  {probe.name}  ({found.seconds[probe.name]:.1f} s, {len(judgements)} judgements)")
    return found


def play(
    world: World, probe: Probe, refused: Callable[[dict[str, Any]], bool] | None = None
) -> tuple[str | None, list[dict[str, Any]]]:
    """How the probe failed, or None; and what IAM said meanwhile."""
    world.listen(probe.name, refused)
    failure = None
    try:
        probe.play(world)
    except (ProbeFailedError, SceneFailedError) as error:
        failure = str(error)
    except Exception as error:  # noqa: BLE001  # whatever a probe stumbles over is how it fails
        failure = f"{type(error).__name__}: {error}"
    world.hear()
    return failure, world.judgements


def prove(
    world: World,
    roles: Roles,
    grant: Grant,
    need: Need,
    probes: Mapping[str, Probe],
    order: Mapping[str, Any],
) -> Result:
    """Play the probes that asked for the grant without it, until one fails; then that one with it again.

    What other grants allow as well is taken away with them. ``order`` says by which probe to begin: the
    smallest first. Raises ``BrokenProbeError``.
    """
    alone = bool(need.probes)
    asked = need.probes or need.shared
    if not asked:
        return Result("unused", "", "")
    gone = [grant] if alone else [grant, *sorted(need.partners)]
    refused = refusal_of(grant, roles.policies(grant.role))
    for name in sorted(asked & set(probes), key=lambda name: order[name])[:MOST_PROBES]:
        with roles.taken_away(*gone):
            world.control.end_idle_environments()  # no connection and no answer of before may help
            failure, judgements = play(world, probes[name], refused)
        if failure and any(refused(judgement) for judgement in judgements):
            again, _ = play(world, probes[name])
            if again:
                raise BrokenProbeError(f"{name}, after {grant.name} was put back: {again}")
            return Result("run" if alone else "together", name, failure)
    return Result("survived" if alone else "shared", min(asked), "no probe failed without it")


def refusal_of(grant: Grant, policies: Mapping[str, Document]) -> Callable[[dict[str, Any]], bool]:
    """Whether a judgement refuses the role what this grant would have allowed it."""
    mine = {grant.policy: alone(policies[grant.policy], grant)}

    def refused(judgement: dict[str, Any]) -> bool:
        request = AccessRequest(judgement["action"], judgement["resource"], judgement["context"])
        return (
            judgement["principal"].rpartition("/")[2] == grant.role
            and judgement["decision"] != Decision.ALLOWED.value
            and allows(mine, request)
        )

    return refused
