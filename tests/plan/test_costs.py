"""The figures of README.md and docs/costs.md are what the code gives for the shared plan.

`make cost-docs` runs this with COST_DOCS=write, which writes them first.
"""

from __future__ import annotations

import os

import pytest

from scripts.cost.documents import reports, stale
from scripts.cost.plan import Stack, read
from scripts.cost.prices import load
from tests.plan.conftest import ROOT, Plan


@pytest.fixture(scope="module")
def stack(plan: Plan) -> Stack:
    return read(plan.document)


def test_the_documents_have_todays_figures(stack: Stack) -> None:
    if os.environ.get("COST_DOCS") == "write":
        stale(ROOT, stack, load(), write=True)
    assert stale(ROOT, stack, load()) == [], "Run `make cost-docs`, read what changed, and commit it."


def test_nothing_of_the_default_stack_is_left_without_a_price(stack: Stack) -> None:
    for name, report in reports(stack, load()).items():
        assert report.unpriced == (), name


def test_every_endpoint_is_counted_in_both_zones(stack: Stack) -> None:
    endpoints = [r for r in stack.of_type("aws_vpc_endpoint") if r.values["vpc_endpoint_type"] == "Interface"]
    assert endpoints
    assert {stack.zones(endpoint) for endpoint in endpoints} == {2}


def test_without_rag_there_is_no_database_and_less_to_pay(stack: Stack) -> None:
    one_zone, default, with_rag = reports(stack, load()).values()
    assert {name for name, _, _ in with_rag.components()} - {name for name, _, _ in default.components()} >= {
        "Aurora",
        "Secrets",
    }
    assert one_zone.idle_usd < default.idle_usd < with_rag.idle_usd
    assert default.requested_usd == with_rag.requested_usd
