"""Every control has a mutation or a reason. Here, as `make mutation` is run less often than controls come."""

from __future__ import annotations

from tests.mutation.mutations import CONTROLS, MUTATIONS, SURVIVORS, UNREACHABLE

MUTATED = {mutation.control for mutation in MUTATIONS}


def test_every_control_has_a_mutation_or_a_reason() -> None:
    assert set(CONTROLS) >= MUTATED
    assert set(CONTROLS) - MUTATED == set(UNREACHABLE)


def test_only_mutations_are_listed_as_survivors() -> None:
    assert {str(mutation) for mutation in MUTATIONS} >= set(SURVIVORS)
