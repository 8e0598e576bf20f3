"""The dated extract of the provider's schema: what there is in 6.x of every type that is used here.

A leaf is its flags and its type, as in ``"oc string"``; what has parts is an object, its flags under ``""``.
Flags: r required, o optional, c computed; ``c`` alone is read-only.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

EXTRACT = Path(__file__).with_name("schema.json")
RENEW = "Run `make provider-6-renew` and commit scripts/provider_6/schema.json."
Node: TypeAlias = "str | dict[str, Any]"
# What the source does not describe: cdktf gives up on schemas that contain themselves.
ANY = "any"


class SchemaError(Exception):
    """The extract cannot be read or made; the message says why, and what to do."""


@dataclass(frozen=True)
class Schema:
    """``types`` by kind and name: ``resource aws_vpc``, ``data aws_region``, ``provider aws``."""

    version: str
    date: str
    source: str
    types: dict[str, dict[str, Any]]


def load(file: Path = EXTRACT) -> Schema:
    """Raises ``SchemaError``."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        return Schema(document["version"], document["date"], document["source"], document["types"])
    except (OSError, ValueError, KeyError) as error:
        raise SchemaError(f"{file} cannot be read as an extract: {error!r}. {RENEW}") from error


def save(schema: Schema, file: Path = EXTRACT) -> None:
    """One line a type, so that a difference in review is one of that type."""
    head = {"date": schema.date, "source": schema.source, "version": schema.version}
    lines = [f"  {json.dumps(key)}: {json.dumps(value)}," for key, value in sorted(head.items())]
    types = [
        f"    {json.dumps(name)}: {json.dumps(node, sort_keys=True, separators=(',', ':'))}"
        for name, node in sorted(schema.types.items())
    ]
    text = "{\n" + "\n".join(lines) + '\n  "types": {\n' + ",\n".join(types) + "\n  }\n}\n"
    file.write_text(text, encoding="utf-8")


def flags(node: Node) -> str:
    return (node if isinstance(node, str) else str(node[""])).split(" ", 1)[0]


def kind(node: Node) -> str:
    """The type of a leaf, or how parts are held: list, set, single."""
    return (node if isinstance(node, str) else str(node[""])).split(" ", 1)[1]


def part(node: Node, name: str) -> Node | None:
    return None if isinstance(node, str) or not name else node.get(name)
