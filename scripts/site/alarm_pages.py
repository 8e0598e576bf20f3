"""docs/alarms.md: what rings and what to do, held against the alarms that a plan has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_ROW = re.compile(r"^\| `([a-z0-9*-]+)` \|(.*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """A row: the alarm's name without the prefix (``*`` matches), and the cells beside it."""

    pattern: str
    cells: tuple[str, ...]


def entries(text: str) -> list[Entry]:
    return [
        Entry(match.group(1), tuple(cell.strip() for cell in match.group(2).split("|")))
        for match in _ROW.finditer(text)
    ]


def problems(listed: list[Entry], alarms: Mapping[str, str]) -> Iterator[str]:
    """Alarms that nobody is told what to do about, told twice, or told about although there are none."""
    for name, description in sorted(alarms.items()):
        telling = [entry.pattern for entry in listed if fnmatchcase(name, entry.pattern)]
        if not telling:
            yield f"{name} ({description}) is in no row: say what it means and what to do"
        elif len(telling) > 1:
            yield f"{name} is in several rows: {', '.join(telling)}"
    for entry in listed:
        if not any(fnmatchcase(name, entry.pattern) for name in alarms):
            yield f"there is no alarm {entry.pattern}"
        if any(not cell for cell in entry.cells):
            yield f"{entry.pattern} has an empty cell"
