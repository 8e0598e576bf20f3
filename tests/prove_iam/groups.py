"""Roles that read by the hundred actions: many are taken away at once, and what fails names each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.prove_iam.grants import Document, Grant
from tests.prove_iam.proving import BrokenProbeError, Say, refusal_of
from tests.prove_iam.results import Result
from tests.prove_iam.roles import Roles
from tests.prove_iam.world import World

# When taking away all that is left tells nothing more, each of the rest is tried by itself: so many.
MOST_SINGLES = 16


@dataclass(frozen=True)
class Failed:
    """``actions`` are those that the failure says it was refused; ``said`` is how it ended."""

    actions: frozenset[str]
    said: str

    def names(self, grant: Grant) -> bool:
        return grant.action.lower() in {action.lower() for action in self.actions}

    def __str__(self) -> str:
        return f"refused {', '.join(sorted(self.actions)) or 'something'}: {self.said}"


Attempt = Callable[[World], Failed | None]
Keep = Callable[[Mapping[Grant, Result]], None]


def prove_together(
    world: World,
    roles: Roles,
    grants: list[Grant],
    policies: Mapping[str, Document],
    attempt: Attempt,
    label: str,
    say: Say,
    keep: Keep,
) -> None:
    """Round by round: what is asked for only after something else was allowed shows in a later one.

    A grant is proven where the failure names its action and IAM was heard to refuse what it allows; one that
    is away by itself, where the attempt fails at all, and not once it is back. ``keep`` gets each result as
    it comes. Raises ``BrokenProbeError`` where the attempt fails with every grant in place.
    """
    left = list(grants)
    while left:
        found = without(world, roles, left, policies, attempt, label)
        keep(found)
        say(f"{label}: {len(left)} away at once, {len(found)} named")
        left = [grant for grant in left if grant not in found]
        if not found:
            break
    for number, grant in enumerate(left[:MOST_SINGLES], 1):
        found = without(world, roles, [grant], policies, attempt, label)
        if found and (failed := attempt(world)):
            raise BrokenProbeError(f"{label}, after {grant.name} was put back: {failed}")
        keep(found or {grant: Result("survived", label, "nothing failed without it")})
        became = "failed" if found else "nothing failed"
        say(f"{label}: {number}/{len(left)} by itself, {became}: {grant.name}")
    if failed := attempt(world):
        raise BrokenProbeError(f"{label}, with every grant back: {failed}")
    keep({grant: Result("survived", label, "never named") for grant in left[MOST_SINGLES:]})


def without(
    world: World,
    roles: Roles,
    gone: list[Grant],
    policies: Mapping[str, Document],
    attempt: Attempt,
    label: str,
) -> dict[Grant, Result]:
    """Which of the grants that are gone are proven by that."""
    with roles.taken_away(*gone):
        world.control.end_idle_environments()
        world.listen(label)
        failed = attempt(world)
        world.hear()
    if failed is None:
        return {}
    judgements = world.judgements
    return {
        grant: Result("run", label, f"refused: {grant.action}" if failed.names(grant) else failed.said)
        for grant in gone
        if (failed.names(grant) or len(gone) == 1) and any(map(refusal_of(grant, policies), judgements))
    }
