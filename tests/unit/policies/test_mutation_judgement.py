"""When a live mutation counts as killed: what `make mutation` stands on."""

from __future__ import annotations

from collections import Counter

import pytest
from hipaa_policies.verdicts import Status

from tests.mutation.model import Broken, Pair, Statuses, changes, why_it_survived

HERE, THERE, NEW = ("X-01", "here"), ("X-01", "there"), ("X-01", "new")
OTHER = ("Y-01", "here")
BEFORE = {HERE: Status.PASS, THERE: Status.PASS, OTHER: Status.PASS}


def seen(statuses: dict[Pair, Status]) -> Statuses:
    return {pair: Counter([status]) for pair, status in statuses.items()}


def survived(after: dict[Pair, Status], *also: Pair, before: dict[Pair, Status] = BEFORE) -> str | None:
    return why_it_survived("X-01", Broken("here", also), seen(before), seen(after))


def test_exactly_the_broken_resource_fails() -> None:
    assert survived({**BEFORE, HERE: Status.FAIL}) is None


@pytest.mark.parametrize("status", [Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE])
def test_anything_but_a_fail_is_a_survivor(status: Status) -> None:
    assert survived({**BEFORE, HERE: status}) == "X-01 does not fail here"


def test_what_failed_before_was_not_found_by_the_mutation() -> None:
    failing = {**BEFORE, HERE: Status.FAIL}
    assert survived(failing, before=failing) == "X-01 does not fail here (it failed before)"


@pytest.mark.parametrize("pair", [THERE, OTHER])
@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE])
def test_a_change_elsewhere_is_a_survivor(pair: Pair, status: Status) -> None:
    found = survived({**BEFORE, HERE: Status.FAIL, pair: status})
    assert found is not None
    assert found.startswith(f"changed elsewhere: {pair[0]} {pair[1]}: 1 PASS became 1 {status.value}")


def test_what_vanishes_is_a_change() -> None:
    found = survived({HERE: Status.FAIL, OTHER: Status.PASS})
    assert found == "changed elsewhere: X-01 there: 1 PASS became nothing"


def test_side_effects_are_named_and_must_happen() -> None:
    broken = {**BEFORE, HERE: Status.FAIL, OTHER: Status.FAIL}
    assert survived(broken, OTHER) is None
    assert survived({**BEFORE, HERE: Status.FAIL}, OTHER) == "side effects did not happen: Y-01 here"


def test_a_new_resource_may_be_good_and_not_bad() -> None:
    assert changes(seen(BEFORE), seen({**BEFORE, NEW: Status.PASS})) == {}
    assert changes(seen(BEFORE), seen({**BEFORE, NEW: Status.FAIL})) == {NEW: "nothing became 1 FAIL"}
    assert changes(seen(BEFORE), seen({**BEFORE, NEW: Status.UNKNOWN})) == {NEW: "nothing became 1 UNKNOWN"}


def test_one_of_several_findings_about_a_resource_counts() -> None:
    before = {HERE: Counter([Status.PASS, Status.PASS])}
    after = {HERE: Counter([Status.PASS, Status.FAIL])}
    assert why_it_survived("X-01", Broken("here"), before, after) is None
