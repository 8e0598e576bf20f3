"""How much of what identifies was found, and how much of what was found identifies.

The rule, on letters and digits alone (what stands between them tells nothing):

- an identifier is *found* where findings, together and of whatever kind, cover 80% of its letters and digits.
  A surname left standing is a leak, a "Mrs." is not;
- a finding is *right* where at least half of its letters and digits are of identifiers, or of what may be
  redacted as well (kinds that end with "?": see values.py);
- an identifier is *named* right where in addition a finding on it has its kind.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

ITEMS = Path(__file__).with_name("items.jsonl")
_FOUND, _RIGHT = 0.8, 0.5


class Span(NamedTuple):
    """text[start:end], in code points."""

    start: int
    end: int
    kind: str


class Item(NamedTuple):
    """A text with its identifiers. `demographics` are the patient's; empty where no identifier is there."""

    id: str
    group: str
    text: str
    spans: tuple[Span, ...]
    demographics: dict[str, Any]


@dataclass
class PhiScore:
    """Counts; the shares are None where there was nothing to find, or nothing was found."""

    identifiers: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, str, str]] = field(default_factory=list)
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    cpu_seconds: float = 0.0
    kilobytes: float = 0.0

    @property
    def recall(self) -> float | None:
        return share(self.found.total(), self.identifiers.total())

    @property
    def precision(self) -> float | None:
        return share(self.right.total(), self.findings.total())

    @property
    def milliseconds_per_kilobyte(self) -> float | None:
        return share(self.cpu_seconds * 1000, self.kilobytes)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def read_items(path: Path = ITEMS) -> list[Item]:
    return [
        Item(**{**read, "spans": tuple(Span(*span) for span in read["spans"])})
        for read in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def score(items: Iterable[Item], find: Callable[[Item], Sequence[Span]]) -> PhiScore:
    """What `find` makes of the items. Only it is timed."""
    total = PhiScore()
    for item in items:
        began = time.process_time()
        findings = find(item)
        total.cpu_seconds += time.process_time() - began
        total.kilobytes += len(item.text.encode()) / 1024
        _count(item, findings, total)
    return total


def _count(item: Item, findings: Sequence[Span], total: PhiScore) -> None:
    covered = _telling(item.text, findings)
    for span in item.spans:
        if span.kind.endswith("?"):
            continue
        own = _telling(item.text, [span])
        total.identifiers[span.kind] += 1
        if len(own & covered) < _FOUND * len(own):
            total.missed.append((item.id, span.kind, item.text[span.start : span.end]))
            continue
        total.found[span.kind] += 1
        of_kind = _telling(item.text, [found for found in findings if found.kind == span.kind])
        total.named[span.kind] += bool(own & of_kind)
    allowed = _telling(item.text, item.spans)
    for finding in findings:
        own = _telling(item.text, [finding])
        total.findings[finding.kind] += 1
        if own and len(own & allowed) >= _RIGHT * len(own):
            total.right[finding.kind] += 1
        else:
            total.wrong.append((item.id, finding.kind, item.text[finding.start : finding.end]))


def _telling(text: str, spans: Iterable[Span]) -> set[int]:
    """The places of the letters and digits in the spans."""
    return {place for span in spans for place in range(span.start, span.end) if text[place].isalnum()}
