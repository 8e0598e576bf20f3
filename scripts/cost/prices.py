"""The table of prices: read, checked, and loud where something is missing or old."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.toml")
STALE_AFTER_DAYS = 365


class PriceError(Exception):
    """The table lacks a price or is malformed; the message says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars for one unit. ``seen`` is the date that the source gives, empty where it gives none."""

    name: str
    usd: Decimal
    unit: str
    source: str
    seen: str
    unchecked: bool


@dataclass(frozen=True, slots=True)
class PriceTable:
    """List prices of one region as of one date."""

    as_of: date
    region: str
    prices: Mapping[str, Price]

    def price(self, name: str) -> Price:
        """The price of that name. Raises ``PriceError``: nothing is zero because it is missing."""
        if name not in self.prices:
            raise PriceError(
                f"There is no price {name!r} in the table, so nothing was added up. "
                f"Add [prices.{name}] to {TABLE.name}, with its unit and source."
            )
        return self.prices[name]

    def age_days(self, today: date) -> int:
        return (today - self.as_of).days

    def is_stale(self, today: date) -> bool:
        return self.age_days(today) > STALE_AFTER_DAYS


def load(path: Path = TABLE) -> PriceTable:
    """Read the table. Raises ``PriceError`` where it cannot be read or an entry is incomplete."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        prices = {name: read_price(name, entry) for name, entry in document["prices"].items()}
        return PriceTable(date.fromisoformat(document["date"]), document["region"], prices)
    except (OSError, tomllib.TOMLDecodeError, KeyError, ValueError, InvalidOperation) as error:
        raise PriceError(
            f"{path} cannot be read as a table of prices: {error!r}. Mend it, then again."
        ) from error


def read_price(name: str, entry: Mapping[str, Any]) -> Price:
    price = Price(
        name,
        Decimal(entry["usd"]),
        entry["unit"],
        entry["source"],
        entry["seen"],
        entry.get("unchecked", False),
    )
    if price.usd <= 0 or not price.unit or not price.source:
        raise ValueError(f"prices.{name} needs dollars above 0, a unit and a source")
    return price
