"""docs/alarms.md: what rings and what to do, held against the alarms that a plan has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

_ROW = re.compile(r"^\| (`[a-z0-9*-]+`(?:, `[a-z0-9*-]+`)*) \|(.*)\|$", re.MULTILINE)


@dataclass(frozen=True)
class Entry:
    """A row: alarms' names without the prefix (``*`` matches), and the cells beside them."""

    patterns: tuple[str, ...]
    cells: tuple[str, ...]


def entries(text: str) -> list[Entry]:
    """The rows of all tables whose first cell holds nothing but names in code spans."""
    return [
        Entry(
            tuple(re.findall(r"`([^`]+)`", match.group(1))),
            tuple(cell.strip() for cell in match.group(2).split("|")),
        )
        for match in _ROW.finditer(text)
    ]


def problems(listed: list[Entry], alarms: Mapping[str, str]) -> Iterator[str]:
    """Alarms that nobody is told what to do about, told twice, or told about although there are none."""
    patterns = [pattern for entry in listed for pattern in entry.patterns]
    for name, description in sorted(alarms.items()):
        telling = [pattern for pattern in patterns if fnmatchcase(name, pattern)]
        if not telling:
            yield f"{name} ({description}) is in no row: say what it means and what to do"
        elif len(telling) > 1:
            yield f"{name} is told of more than once: {', '.join(telling)}"
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in alarms):
            yield f"there is no alarm {pattern}"
    for entry in listed:
        if any(not cell for cell in entry.cells):
            yield f"{entry.patterns[0]} has an empty cell"
