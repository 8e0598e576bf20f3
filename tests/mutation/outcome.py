"""Run one mutation: break, look, undo, look again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hipaa_policies.facts import Account

from tests.mutation.cloud import Cloud
from tests.mutation.lens import Lens
from tests.mutation.model import Broken, Mended, Mutation, Statuses, changes, why_it_survived


@dataclass(frozen=True)
class Outcome:
    """``survived`` says why it was not killed, ``left`` what its undoing left behind."""

    mutation: Mutation
    survived: str | None
    left: str | None


def run(mutation: Mutation, cloud: Cloud, lens: Lens) -> Outcome:
    """Never leaves out the undoing, whatever the findings were."""
    cloud.touched.clear()
    steps = mutation.steps(cloud)
    before = lens.baseline
    step = next(steps)
    if isinstance(step, Mended):
        before = lens.again(cloud.touched)
        step = next(steps)
    if not isinstance(step, Broken):
        raise AssertionError(f"{mutation} breaks nothing")
    survived = why_it_survived(mutation.control, step, before, lens.again(cloud.touched))
    if next(steps, None) is not None:
        raise AssertionError(f"{mutation} goes on after it was undone")
    left = changes(lens.baseline, lens.again(cloud.touched))
    return Outcome(mutation, survived, _text(left))


def left_at_the_end(lens: Lens) -> str | None:
    """What a whole reading at the end shows, that the first one did not."""
    account: Account = lens.whole()
    after: Statuses = lens.judged(account)
    return _text(changes(lens.baseline, after))


def _text(found: dict[tuple[str, str], str]) -> str | None:
    return "; ".join(f"{c} {r}: {how}" for (c, r), how in found.items()) or None


def lines(outcomes: list[Outcome], unreachable: dict[str, str], controls: list[str]) -> Iterator[str]:
    """The report: survivors and controls without a live mutation by name, then the figures."""
    for outcome in outcomes:
        if outcome.survived:
            yield f"SURVIVED   {outcome.mutation}: {outcome.survived}"
        if outcome.left:
            yield f"NOT UNDONE {outcome.mutation}: {outcome.left}"
    mutated = {outcome.mutation.control for outcome in outcomes}
    for control in controls:
        if control not in mutated:
            yield f"not live   {control}: {unreachable.get(control, 'NO REASON GIVEN')}"
    killed = sum(outcome.survived is None for outcome in outcomes)
    yield f"killed {killed} of {len(outcomes)} mutations of {len(mutated)} of {len(controls)} controls"
