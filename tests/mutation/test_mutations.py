"""Every mutation is killed, and undone."""

from __future__ import annotations

import pytest

from tests.mutation.cloud import Cloud
from tests.mutation.lens import Lens
from tests.mutation.model import Mutation
from tests.mutation.mutations import MUTATIONS, SURVIVORS
from tests.mutation.outcome import Outcome, left_at_the_end, run


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_mutation(
    mutation: Mutation,
    broken_cloud: tuple[Cloud, Lens],
    outcomes: list[Outcome],
    request: pytest.FixtureRequest,
) -> None:
    if str(mutation) in SURVIVORS:
        request.applymarker(pytest.mark.xfail(reason=SURVIVORS[str(mutation)]))
    outcome = run(mutation, *broken_cloud)
    outcomes.append(outcome)
    assert outcome.left is None, f"what undoing left behind: {outcome.left}"
    assert outcome.survived is None, outcome.survived


def test_the_whole_account_is_as_it_was(broken_cloud: tuple[Cloud, Lens]) -> None:
    """All was read again, not only what a mutation was taken to touch."""
    _, lens = broken_cloud
    assert left_at_the_end(lens) is None
