"""Lines times prices, by component: as a table, as JSON, as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from scripts.cost.assumptions import Assumptions
from scripts.cost.components import IDLE, Line
from scripts.cost.plan import Stack
from scripts.cost.prices import Price, PriceTable
from scripts.cost.requests import per_request
from scripts.cost.unpriced import unpriced

CENT = Decimal("0.01")
REQUESTS = 100_000


@dataclass(frozen=True, slots=True)
class Cost:
    """A line and what it comes to."""

    line: Line
    price: Price

    @property
    def usd(self) -> Decimal:
        return self.line.quantity * self.price.usd


@dataclass(frozen=True)
class Report:
    """A month of a stack: what it costs idle, and what so many requests add. Dollars, unrounded."""

    idle: tuple[Cost, ...]
    requested: tuple[Cost, ...]
    requests: int
    table: PriceTable
    assumptions: Assumptions
    unpriced: tuple[str, ...]

    def components(self) -> list[tuple[str, Decimal, Decimal]]:
        """Of each component its name, idle and requests' dollars; the dearest first."""
        names = {cost.line.component for cost in (*self.idle, *self.requested)}
        rows = [(name, total(self.idle, name), total(self.requested, name)) for name in names]
        return sorted((row for row in rows if row[1] + row[2]), key=lambda row: (-row[1] - row[2], row[0]))

    @property
    def idle_usd(self) -> Decimal:
        return total(self.idle)

    @property
    def requested_usd(self) -> Decimal:
        return total(self.requested)

    def unchecked(self) -> list[Price]:
        """The prices in these figures that nobody could look up when the table was made."""
        used = {cost.price.name: cost.price for cost in (*self.idle, *self.requested) if cost.price.unchecked}
        return [used[name] for name in sorted(used)]


def total(costs: Iterable[Cost], component: str | None = None) -> Decimal:
    chosen = (cost.usd for cost in costs if component in {None, cost.line.component})
    return sum(chosen, Decimal(0))


def make_report(
    stack: Stack, table: PriceTable, assumptions: Assumptions, requests: int = REQUESTS
) -> Report:
    """Add it up. Raises ``PriceError`` where a line has no price."""
    return Report(
        tuple(priced(table, (line for component in IDLE for line in component(stack, assumptions)))),
        tuple(priced(table, per_request(stack, assumptions, requests))),
        requests,
        table,
        assumptions,
        tuple(unpriced(stack)),
    )


def priced(table: PriceTable, lines: Iterable[Line]) -> Iterator[Cost]:
    return (Cost(line, table.price(line.price)) for line in lines if line.quantity)


def dollars(amount: Decimal) -> str:
    return f"{amount.quantize(CENT):,}"


def as_text(report: Report, today: date) -> str:
    """What a terminal shows: the table, every line of it, what is not in it, what it assumes."""
    requests = f"{report.requests:,} requests"
    rows = [("component", "idle", requests, "together")]
    rows += [(name, dollars(a), dollars(b), dollars(a + b)) for name, a, b in report.components()]
    rows.append(totals(report))
    parts = [
        f"US dollars a month, {report.table.region}, list prices as of {report.table.as_of}",
        "",
        *columns(rows),
    ]
    parts += ["", "Idle:", *details(report.idle), "", f"{requests}:", *details(report.requested)]
    parts += ["", "Assumed (change with --assume NAME=NUMBER):", *indented(report.assumptions.sentences())]
    parts += ["", "Not in these figures:", *indented([*NEVER_IN, *report.unpriced])]
    unchecked = [f"{price.name} = {price.usd}: {price.source}" for price in report.unchecked()]
    if unchecked:
        parts += ["", "Prices that could not be looked up when the table was made:", *indented(unchecked)]
    if report.table.is_stale(today):
        parts += ["", f"WARNING: {staleness(report.table, today)}"]
    return "\n".join(parts)


NEVER_IN = (
    "free tiers, discounts, support, taxes; the first month of services on trial",
    "tokens of a language model, embeddings, Comprehend Medical: a question of RAG is billed by its words",
    "documents, messages, FHIR resources and appointments: no request here is one",
    "keys' rotations: a dollar a month for each of the first two",
    "a second trail in the account, whose management events are billed",
)


def staleness(table: PriceTable, today: date) -> str:
    age = table.age_days(today)
    return f"the table of prices is {age} days old ({table.as_of}); go through scripts/cost/prices.toml."


def totals(report: Report) -> tuple[str, str, str, str]:
    idle, requested = report.idle_usd, report.requested_usd
    return ("total", dollars(idle), dollars(requested), dollars(idle + requested))


def columns(rows: list[tuple[str, str, str, str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    return [
        "  ".join([row[0].ljust(widths[0]), *(row[place].rjust(widths[place]) for place in (1, 2, 3))])
        for row in rows
    ]


def details(costs: Iterable[Cost]) -> list[str]:
    return [
        f"  {dollars(cost.usd):>10}  {cost.line.component}: {cost.line.what} "
        f"({plain(cost.line.quantity)} x ${cost.price.usd:f}, {cost.price.unit})"
        for cost in costs
    ]


def plain(quantity: Decimal) -> str:
    """Without an exponent, and with no more digits than say something."""
    return f"{round(quantity, 3):f}".rstrip("0").rstrip(".") if quantity % 1 else f"{quantity:f}"


def indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def as_json(report: Report, today: date) -> dict[str, Any]:
    """The same for programs. Dollars are numbers, rounded to a hundredth of a cent."""
    return {
        "currency": "USD",
        "region": report.table.region,
        "prices_of": report.table.as_of.isoformat(),
        "prices_are_stale": report.table.is_stale(today),
        "requests": report.requests,
        "idle": number(report.idle_usd),
        "requested": number(report.requested_usd),
        "total": number(report.idle_usd + report.requested_usd),
        "components": {
            name: {"idle": number(idle), "requested": number(requested)}
            for name, idle, requested in report.components()
        },
        "lines": [
            {
                "when": when,
                "component": cost.line.component,
                "what": cost.line.what,
                "quantity": float(cost.line.quantity),
                "price": cost.price.name,
                "usd": number(cost.usd),
            }
            for when, costs in (("idle", report.idle), ("requests", report.requested))
            for cost in costs
        ],
        "assumptions": report.assumptions.sentences(),
        "unpriced": list(report.unpriced),
        "unchecked_prices": [price.name for price in report.unchecked()],
    }


def number(amount: Decimal) -> float:
    return float(round(amount, 4))
