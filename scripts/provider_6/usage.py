"""What the Terraform files of this repository write and read of the provider."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hcl2
from hcl2 import SerializationOptions

from scripts.provider_6.references import Aliases, Reference, gone_over, references

# Terraform's own, whatever the provider: https://developer.hashicorp.com/terraform/language/meta-arguments.
META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"}
MARKER = "__is_block__"


@dataclass(frozen=True)
class Written:
    """A resource, data source or provider block: its type as in the extract, and what is written in it.

    ``arguments`` is a tree: an argument is its expression, a block a list of such trees.
    """

    file: str
    type: str
    name: str
    arguments: dict[str, Any]


@dataclass
class Usage:
    """All of it. ``read`` has the file that a reference stands in beside it."""

    written: list[Written] = field(default_factory=list)
    read: list[tuple[str, Reference]] = field(default_factory=list)


def files(root: Path) -> list[Path]:
    """The Terraform files that git knows here, or would: what tests make for themselves is left out."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.tf"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    present = (root / name for name in sorted(set(listed)) if not name.startswith("tests/"))
    return [file for file in present if file.is_file() and not file.is_symlink()]


def usage(root: Path, paths: Iterable[Path]) -> Usage:
    found = Usage()
    for file in paths:
        text = file.read_text(encoding="utf-8")
        if "aws" in text:  # parsing takes most of the time, and a file of variables uses nothing
            add(
                found,
                str(file.relative_to(root)),
                hcl2.loads(text, serialization_options=SerializationOptions(with_comments=False)),
            )
    return found


def add(found: Usage, file: str, document: dict[str, Any]) -> None:
    for kind in ("resource", "data", "ephemeral"):
        for block in document.pop(kind, []):
            for type_name, named in block.items():
                for name, body in named.items():
                    if bare(type_name).startswith("aws_"):
                        add_block(found, file, f"{kind} {bare(type_name)}", bare(name), body)
    for block in document.pop("provider", []):
        for name, body in block.items():
            if bare(name) == "aws":
                add_block(found, file, "provider aws", "aws", body)
    # `moved` and `removed` name addresses, which read nothing.
    for kind in ("moved", "removed", "import"):
        document.pop(kind, None)
    found.read += [(file, reference) for reference in read_in(document, {})]


def add_block(found: Usage, file: str, type_name: str, name: str, body: dict[str, Any]) -> None:
    aliases = gone_over(str(body.get("for_each", "")), "each.value")
    found.read += [(file, reference) for reference in read_in(body, aliases)]
    found.written.append(Written(file, type_name, name, arguments(body)))


def bare(label: str) -> str:
    return label.strip('"')


def arguments(body: dict[str, Any]) -> dict[str, Any]:
    """The block without Terraform's own words, with dynamic blocks among the others."""
    tree: dict[str, Any] = {}
    for key, value in body.items():
        if key in META or key == MARKER:
            continue
        if key == "dynamic":
            for block in value:
                for name, parts in block.items():
                    tree.setdefault(bare(name), []).extend(arguments(inner) for inner in parts["content"])
        elif is_block(value):
            tree.setdefault(key, []).extend(arguments(inner) for inner in value)
        else:
            tree[bare(key)] = value
    return tree


def is_block(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(inner, dict) and MARKER in inner for inner in value)


def read_in(value: Any, aliases: Aliases) -> Iterator[Reference]:
    """What is read in ``value``. What `for_each` goes over is read by each.value and its like alone."""
    if isinstance(value, str):
        yield from references(value, aliases)
    elif isinstance(value, list):
        for inner in value:
            yield from read_in(inner, aliases)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key == "dynamic":
                yield from read_in_dynamic(inner, aliases)
            elif key == "for_each":
                yield from (reference for reference in read_in(inner, aliases) if reference.path)
            elif key != "depends_on":
                yield from references(key, aliases)
                yield from read_in(inner, aliases)


def read_in_dynamic(blocks: list[dict[str, Any]], aliases: Aliases) -> Iterator[Reference]:
    for block in blocks:
        for name, parts in block.items():
            iterator = str(parts.get("iterator", bare(name))).removeprefix("${").removesuffix("}")
            yield from read_in(parts, {**aliases, **gone_over(str(parts["for_each"]), f"{iterator}.value")})
