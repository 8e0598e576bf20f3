"""What a schema cannot show: every change of the 6.0 upgrade guide, each judged, and held to the code."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.provider_6.check import UNCHECKED, Finding
from scripts.provider_6.schema import SchemaError
from scripts.provider_6.usage import Usage

CHECKLIST = Path(__file__).with_name("checklist.toml")


@dataclass(frozen=True)
class Change:
    """A change of the guide. ``unused`` are types, or dotted paths of a type, that the judgement rests on."""

    title: str
    unused: tuple[str, ...]
    judgement: str


@dataclass(frozen=True)
class Judged:
    """A path that the extract's source does not describe, and where it was looked up instead."""

    path: str
    source: str


@dataclass(frozen=True)
class Checklist:
    date: str
    guide: str
    changes: tuple[Change, ...]
    judged: tuple[Judged, ...]


def load(file: Path = CHECKLIST) -> Checklist:
    """Raises ``SchemaError`` where an entry is incomplete: nothing is judged by half."""
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
        changes = tuple(
            Change(entry["title"], tuple(entry.get("unused", ())), entry["judgement"])
            for entry in document["change"]
        )
        judged = tuple(Judged(entry["path"], entry["source"]) for entry in document["judged"])
        return Checklist(document["date"], document["guide"], changes, judged)
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise SchemaError(f"{file} cannot be read as a checklist: {error!r}. Mend it, then again.") from error


def used_paths(usage: Usage) -> set[str]:
    """Every type, and every path of it that is written or read, as `aws_eip`, `aws_eip.vpc`, and `*.vpc`."""
    found: set[str] = set()
    for block in usage.written:
        for path in written(block.arguments, ()):
            found |= prefixes(block.type, path)
        found.add(spelled(block.type))
        if not block.type.startswith("provider "):
            found |= {f"*.{name}" for name in block.arguments}
    for _, reference in usage.read:
        found |= prefixes(reference.type, reference.path)
        if reference.path:
            found.add(f"*.{reference.path[0]}")
    return found


def spelled(type_name: str) -> str:
    """Resources by their name alone, the others with what they are: `data.aws_region`, `provider.aws`."""
    kind, name = type_name.split()
    return name if kind == "resource" else f"{kind}.{name}"


def prefixes(type_name: str, path: tuple[str, ...]) -> set[str]:
    return {".".join((spelled(type_name), *path[:depth])) for depth in range(len(path) + 1)}


def written(arguments: dict[str, object], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in arguments.items():
        yield (*above, name)
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from written(inner, (*above, name))


def contradicted(checklist: Checklist, usage: Usage) -> list[str]:
    """Judgements that rest on something being unused, which is used."""
    used = used_paths(usage)
    return [
        f"{path} is used, and the upgrade guide changes it ({change.title}): judge it anew in checklist.toml"
        for change in checklist.changes
        for path in change.unused
        if path in used
    ]


def unjudged(checklist: Checklist, findings: list[Finding]) -> list[Finding]:
    """The findings without those that somebody has looked up by hand."""
    known = {judged.path for judged in checklist.judged}
    return [finding for finding in findings if finding.problem != UNCHECKED or finding.name not in known]


def stale(checklist: Checklist, findings: list[Finding]) -> list[str]:
    """Judged paths that nothing uses any more, or that the extract describes by now."""
    open_paths = {finding.name for finding in findings if finding.problem == UNCHECKED}
    return [
        f"{judged.path} need not be judged by hand any more: take it off checklist.toml"
        for judged in checklist.judged
        if judged.path not in open_paths
    ]
