"""Hold what is used against the extract of 6.x."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from scripts.provider_6.references import Reference
from scripts.provider_6.schema import ANY, RENEW, Node, Schema, flags, kind, part
from scripts.provider_6.usage import Usage, Written

UNKNOWN, MISSING, READ_ONLY, REQUIRED, WHOLE, UNCHECKED = (
    "unknown",
    "missing",
    "read-only",
    "required",
    "whole",
    "unchecked",
)


@dataclass(frozen=True, order=True)
class Finding:
    """Something that 6.x would not take, or that could not be looked up. ``path`` is dotted."""

    file: str
    where: str
    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.file}: {self.where}: {SAID[self.problem].format(path=self.path)}"

    @property
    def name(self) -> str:
        """The type and what is used of it, as provider_6/checklist.toml names what was judged by hand."""
        return ".".join([self.where.split()[0], *filter(None, [self.path])])


SAID = {
    UNKNOWN: f"its type is not in the extract, so nothing of it was checked. {RENEW}",
    MISSING: "`{path}` is not there in 6.x (or the type is not in the extract's version at all)",
    READ_ONLY: "`{path}` is read-only in 6.x, and is written here",
    REQUIRED: "`{path}` must be given in 6.x, and is not",
    WHOLE: "the whole object is handed on, so that nobody sees what is read of it: name the attributes",
    UNCHECKED: "`{path}` is not described by the extract's source: judge it by hand in checklist.toml",
}


def check(usage: Usage, schema: Schema) -> list[Finding]:
    """Everything that is not as 6.x wants it, in order, once each."""
    found = [finding for block in usage.written for finding in check_written(block, schema)]
    found += [finding for file, reference in usage.read for finding in check_read(file, reference, schema)]
    return sorted(set(found))


def check_written(block: Written, schema: Schema) -> Iterator[Finding]:
    where = f"{block.type.split()[1]} {block.name}"
    tree = schema.types.get(block.type)
    if tree is None:
        yield Finding(block.file, where, "", UNKNOWN)
        return
    for path, problem in check_tree(block.arguments, tree, ()):
        yield Finding(block.file, where, ".".join(path), problem)


def check_tree(
    given: dict[str, Any], tree: dict[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in given.items():
        node, path = part(tree, name), (*above, name)
        if node is None:
            yield path, MISSING
        elif flags(node) == "c":
            yield path, READ_ONLY
        elif isinstance(node, dict):
            for inner in objects(value):
                yield from check_tree(inner, node, path)
        elif ANY in kind(node).split():
            yield from ((inner, UNCHECKED) for inner in paths_in(value, path))
        elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
            yield path, MISSING  # a block here, and a plain argument there
    for name, node in tree.items():
        if name and "r" in flags(node) and name not in given:
            yield (*above, name), REQUIRED


def objects(value: Any) -> list[dict[str, Any]]:
    """The blocks, or objects written out; an expression says nothing about its parts."""
    listed = value if isinstance(value, list) else [value]
    return [
        {key.strip('"'): inner for key, inner in one.items() if key != "__is_block__"}
        for one in listed
        if isinstance(one, dict)
    ]


def paths_in(value: Any, above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    inner = objects(value)
    if not inner:
        yield above
    for one in inner:
        for name, part_of in one.items():
            yield from paths_in(part_of, (*above, name))


def check_read(file: str, reference: Reference, schema: Schema) -> Iterator[Finding]:
    where = f"{reference.type.split()[1]} {reference.name}"
    node: Node | None = schema.types.get(reference.type)
    if node is None:
        yield Finding(file, where, "", UNKNOWN)
        return
    if not reference.path:
        yield Finding(file, where, "", WHOLE)
    for depth, name in enumerate(reference.path):
        if isinstance(node, str):
            return  # a key of a map, or the name of an object that no schema describes
        node = part(node, name)
        if node is None:
            yield Finding(file, where, ".".join(reference.path[: depth + 1]), MISSING)
            return
