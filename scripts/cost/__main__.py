"""What an environment costs a month. ``make cost ENV=prod``, or ``make cost PLAN=plan.json``.

Exit 0: everything in the plan has a price or is known to be free. 3: there are figures, and resources
that are not in them. 1: no figures (no plan, no price). 2: the arguments are wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from scripts.broken_pipe import ending_quietly
from scripts.cost.assumptions import AssumptionError, Assumptions
from scripts.cost.environment import plan_environment
from scripts.cost.plan import PlanError, load
from scripts.cost.prices import TABLE, PriceError
from scripts.cost.prices import load as load_prices
from scripts.cost.report import REQUESTS, as_json, as_text, make_report, staleness

DONE, FAILED, INCOMPLETE = 0, 1, 3


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(f"{number} is below 1")
    return number


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.cost", description="What an environment costs a month."
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--environment", metavar="NAME", help="a folder of environments/, planned offline")
    source.add_argument("--plan", type=Path, metavar="FILE", help="what `terraform show -json` printed")
    parser.add_argument("--requests", type=positive, default=REQUESTS, help="a month (default: 100000)")
    parser.add_argument(
        "--endpoint-zones", type=positive, help="zones of the endpoints, where the plan does not say"
    )
    parser.add_argument("--assume", action="append", default=[], metavar="NAME=NUMBER", help="see the report")
    parser.add_argument("--prices", type=Path, default=TABLE, help="another table of prices")
    parser.add_argument("--output", choices=("table", "json"), default="table")
    return parser


def main(words: list[str] | None = None) -> int:
    given = arguments().parse_args(words)
    today = datetime.now(UTC).date()
    try:
        table = load_prices(given.prices)
        assumptions = Assumptions().changed(given.assume)
        stack = load(given.plan) if given.plan else plan_environment(given.environment)
        if given.endpoint_zones:
            stack = stack.with_endpoint_zones(given.endpoint_zones)
        report = make_report(stack, table, assumptions, given.requests)
    except (AssumptionError, PlanError, PriceError) as error:
        print(error, file=sys.stderr)
        return FAILED
    if table.is_stale(today):
        print(f"Warning: {staleness(table, today)}", file=sys.stderr)
    print(json.dumps(as_json(report, today), indent=2) if given.output == "json" else as_text(report, today))
    return INCOMPLETE if report.unpriced else DONE


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
