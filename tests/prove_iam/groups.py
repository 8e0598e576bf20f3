"""Roles that read by the hundred actions: many are taken away at once, and what fails names each of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from tests.prove_iam.grants import Document, Grant
from tests.prove_iam.proving import BrokenProbeError, Say, refusal_of
from tests.prove_iam.results import Result
from tests.prove_iam.roles import Roles
from tests.prove_iam.world import World

# The actions that what was tried says it was refused; empty where nothing failed.
Attempt = Callable[[World], Collection[str]]
# When taking away all that is left tells nothing more, each of the rest is tried by itself: so many.
MOST_SINGLES = 12


def prove_together(
    world: World,
    roles: Roles,
    grants: list[Grant],
    policies: Mapping[str, Document],
    attempt: Attempt,
    label: str,
    say: Say,
) -> dict[Grant, Result]:
    """Round by round: what is asked for only after something else was allowed shows in a later one.

    A grant is proven where the failure names its action and IAM was heard to refuse what it allows.
    Raises ``BrokenProbeError`` where the attempt fails with every grant in place.
    """
    proven: dict[Grant, Result] = {}
    left = list(grants)
    singles = MOST_SINGLES
    while left and singles:
        gone = left if singles == MOST_SINGLES else left[:1]
        named = refused_without(world, roles, gone, policies, attempt, label)
        for grant in named:
            proven[grant] = Result("run", label, f"refused, by name: {grant.action}")
        say(f"{label}: {len(gone)} away at once, {len(named)} named; {len(left) - len(named)} to go")
        left = [grant for grant in left if grant not in proven]
        if not named:
            if len(gone) == 1:
                proven[gone[0]] = Result("survived", label, "nothing failed without it")
                left = left[1:]
            singles -= 1
    if still := attempt(world):
        raise BrokenProbeError(f"{label}, with every grant back: refused {', '.join(sorted(still))}")
    return proven | {grant: Result("survived", label, "never named") for grant in left}


def refused_without(
    world: World,
    roles: Roles,
    gone: list[Grant],
    policies: Mapping[str, Document],
    attempt: Attempt,
    label: str,
) -> list[Grant]:
    """Which of the grants that are gone the failure names, and IAM refused."""
    with roles.taken_away(*gone):
        world.control.end_idle_environments()
        world.listen(label)
        named = {action.lower() for action in attempt(world)}
        world.hear()
    judgements: list[dict[str, Any]] = world.judgements
    return [
        grant
        for grant in gone
        if grant.action.lower() in named and any(map(refusal_of(grant, policies), judgements))
    ]
