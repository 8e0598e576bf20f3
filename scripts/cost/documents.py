"""The figures in README.md and docs/costs.md, from the plan that tests/plan makes (`make cost-docs`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal
from pathlib import Path

from scripts.cost.assumptions import Assumptions
from scripts.cost.plan import Stack
from scripts.cost.prices import PriceTable
from scripts.cost.report import REQUESTS, Report, dollars, make_report, total, totals

BEGIN, END = "<!-- BEGIN COSTS -->", "<!-- END COSTS -->"
# The README's example function is in that plan too. RAG: what rag.tf adds, with the endpoints and the key
# that only it needs.
EXAMPLE = (r"\.greeting_function\b",)
RAG = (
    r"\brag_",
    r'\["rag[-_]',
    r'aws_vpc_endpoint\.interface\["(?!events|kms)',
    r'aws_kms_key\.this\["hashing"\]',
)
Reports = dict[str, Report]


class DocumentError(Exception):
    """A document has no place for the figures."""


def reports(shared: Stack, table: PriceTable) -> Reports:
    """The default stack of the shared plan in three sizes."""
    with_rag = shared.without(*EXAMPLE)
    default = with_rag.without(*RAG)
    stacks = {
        "API and documents, endpoints in one zone": default.with_endpoint_zones(1),
        "API and documents, two zones": default,
        "API, documents and RAG, two zones": with_rag,
    }
    return {name: make_report(stack, table, Assumptions()) for name, stack in stacks.items()}


def usual_claim(table: PriceTable) -> Decimal:
    """Lambda alone on x86_64, 512 MB for a second: what guides give for 100,000 requests."""
    compute = Decimal(REQUESTS) / 2 * table.price("lambda_x86_64_gb_second").usd
    return REQUESTS * table.price("lambda_request").usd + compute


def readme(made: Reports, table: PriceTable) -> str:
    """The README's paragraph and table, in whole dollars."""
    arm = dollars(total(next(iter(made.values())).requested, "Lambda"))
    claim = dollars(usual_claim(table))
    lines = [
        f"{REQUESTS:,} requests a month at 512 MB and one second each are ${claim} of Lambda, as guides say",
        f"(${arm} on arm64). That is not the bill. Most of it is there while nobody asks anything:",
        "",
        f"| US dollars a month, {table.region} | idle | with {REQUESTS:,} requests | the dearest of it |",
        "| --- | ---: | ---: | --- |",
    ]
    for name, report in made.items():
        idle, both = report.idle_usd, report.idle_usd + report.requested_usd
        lines.append(f"| {name} | ${whole(idle)} | ${whole(both)} | {dearest(report)} |")
    return "\n".join(lines)


def dearest(report: Report) -> str:
    return ", ".join(f"{name} ${whole(idle + asked)}" for name, idle, asked in report.components()[:4])


def whole(amount: Decimal) -> str:
    return f"{round(amount):,}"


def page(made: Reports, table: PriceTable) -> str:
    """The tables of docs/costs.md: by component, what is assumed, which prices are unchecked."""
    parts = [f"List prices of {table.region} as of {table.as_of}, US dollars a month."]
    for name, report in made.items():
        parts += ["", f"### {name}", "", *by_component(report)]
    parts += ["", "### What is assumed", "", *assumed()]
    parts += ["", "### Prices that could not be looked up", "", *unchecked(table)]
    return "\n".join(parts)


def by_component(report: Report) -> Iterator[str]:
    yield f"| component | idle | {report.requests:,} requests | together |"
    yield "| --- | ---: | ---: | ---: |"
    for name, idle, asked in report.components():
        yield f"| {name} | {dollars(idle)} | {dollars(asked)} | {dollars(idle + asked)} |"
    yield "| {} | {} | {} | {} |".format(*(f"**{cell}**" for cell in totals(report)))


def assumed() -> Iterator[str]:
    yield "| name | value | what it is |"
    yield "| --- | ---: | --- |"
    for item in fields(Assumptions):
        yield f"| `{item.name}` | {item.default} | {item.metadata['meaning']} |"


def unchecked(table: PriceTable) -> Iterator[str]:
    yield "| price | US dollars | for each | look at |"
    yield "| --- | ---: | --- | --- |"
    for price in sorted(table.prices.values(), key=lambda price: price.name):
        if price.unchecked:
            yield f"| `{price.name}` | {price.usd:f} | {price.unit} | {price.source} |"


def stale(root: Path, shared: Stack, table: PriceTable, write: bool = False) -> list[str]:
    """The documents whose figures differ from the plan's; ``write`` writes them anew."""
    made = reports(shared, table)
    found = []
    for name, text in {"README.md": readme(made, table), "docs/costs.md": page(made, table)}.items():
        path = root / name
        before = path.read_text(encoding="utf-8")
        after = with_figures(before, text, name)
        if before != after:
            found.append(name)
            if write:
                path.write_text(after, encoding="utf-8")
    return found


def with_figures(document: str, figures: str, name: str) -> str:
    """The document with the figures between its markers. Raises ``DocumentError`` where these are missing."""
    if document.count(BEGIN) != 1 or document.count(END) != 1:
        raise DocumentError(f"{name} needs {BEGIN} and {END}, once each: the figures go between.")
    head, tail = document.split(BEGIN)[0], document.split(END)[1]
    return f"{head}{BEGIN}\n{figures}\n{END}{tail}"
