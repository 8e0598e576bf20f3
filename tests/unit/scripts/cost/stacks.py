"""Small stacks, written down as plans show them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from scripts.cost.assumptions import Assumptions
from scripts.cost.plan import Resource, Stack
from scripts.cost.prices import load
from scripts.cost.report import Report, make_report


def resource(kind: str, label: str = "this", within: str = "module.healthcare", **values: Any) -> Resource:
    return Resource(f"{within}.{kind}.{label}", kind, values)


def stack(*resources: Resource) -> Stack:
    return Stack(resources, {})


def reported(*resources: Resource, requests: int = 100_000, **assumptions: str) -> Report:
    given = Assumptions().changed(f"{name}={value}" for name, value in assumptions.items())
    return make_report(stack(*resources), load(), given, requests)


def idle(report: Report, component: str) -> Decimal:
    return sum((cost.usd for cost in report.idle if cost.line.component == component), Decimal(0))


def asked(report: Report, component: str) -> Decimal:
    return sum((cost.usd for cost in report.requested if cost.line.component == component), Decimal(0))
