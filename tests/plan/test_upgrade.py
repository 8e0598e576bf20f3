"""No upgrade from the last release loses what is stored. `make upgrade-check` plans all of it."""

from __future__ import annotations

from scripts.upgrade.addresses import last_release, problems, records_of
from scripts.upgrade.moves import bare, declared, destination, moves_of
from tests.plan.conftest import ROOT, Plan


def test_every_stateful_resource_of_the_last_release_is_still_declared() -> None:
    """Or says where it has gone: `moved`, or `removed`."""
    _, before = last_release()
    assert len(before) > 50
    there, moves = declared(ROOT), moves_of(ROOT)
    now = {address: destination(address, moves) for address in before}
    lost = [address for address, found in now.items() if found is not None and bare(found) not in there]
    assert lost == [], "Add `moved` blocks for these: docs/upgrading.md."


def test_what_is_planned_here_is_neither_lost_nor_replaced(plan: Plan) -> None:
    """Of the modules that the shared plan has; keys and names as well."""
    _, before = last_release()
    planned = records_of(plan.document)
    parts = {bare(address).split(".aws_")[0] for address in planned}
    there = {
        address: record for address, record in before.items() if bare(address).split(".aws_")[0] in parts
    }
    assert len(there) > 20
    assert problems(there, planned, moves_of(ROOT)) == []
