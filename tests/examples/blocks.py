"""Every fenced HCL block of the documents, and what makes a plan of it.

An HTML comment right before a block says what is not plain from the block itself:

- ``<!-- tests/plan plans this block. -->``: another test does, which is named;
- ``<!-- Not planned: the reason. -->``: nobody does.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2

from scripts.constructs.variables import Collection, Record, Type, unquoted

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = (
    "*.md",
    "constructs/*.md",
    "docs/**/*.md",
    "environments/**/*.md",
    "examples/*/README.md",
    "modules/*/README.md",
    "policies/**/*.md",
)
# What is planned or validated by other tests: a block that stands in one of these files is an excerpt.
PLANNED_FILES = ("*.tf", "modules/*/*.tf", "environments/*/*.tf", "examples/*/*.tf", "examples/*/*.tfvars")
FENCE = re.compile(
    r"(?:<!-- (?P<comment>[^\n]*?) -->\n\n?)?^ *```(?:hcl|terraform|tf|tfvars)\n(?P<text>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)
TYPE = re.compile(r"^(object|map|list|set|tuple|optional|string|number|bool)\b[({]?")
TOP_LEVEL = re.compile(
    r"^(check|data|import|locals|module|moved|output|provider|removed|resource|terraform|variable)\b[^=]*\{",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """One fenced block. ``comment`` is the HTML comment before it, ``line`` where its text begins."""

    file: str
    line: int
    text: str
    comment: str

    @property
    def name(self) -> str:
        """A name for a folder, an identifier for Terraform."""
        return re.sub(r"\W+", "_", f"{self.file.removesuffix('.md')}_{self.line}")

    @property
    def kind(self) -> str:
        """``elsewhere``, ``excerpt``, ``unplanned``, ``type``, ``configuration`` or ``arguments``."""
        if re.fullmatch(r"Not planned: .{10,}\.", self.comment):
            return "unplanned"
        if self.planned_by():
            return "elsewhere"
        if TYPE.match(self.text):
            return "type"
        if any(self.text.strip() in file.read_text() for file in planned_files()):
            return "excerpt"
        return "configuration" if TOP_LEVEL.search(self.text) else "arguments"

    def planned_by(self) -> str:
        match = re.fullmatch(r"(tests/\S+) plans this block\.", self.comment)
        return match[1] if match else ""

    @property
    def module(self) -> str | None:
        """The module whose README this is."""
        match = re.fullmatch(r"modules/(\w+)/README\.md", self.file)
        return match[1] if match else None


def planned_files() -> Iterator[Path]:
    for pattern in PLANNED_FILES:
        yield from ROOT.glob(pattern)


def read_blocks(root: Path = ROOT) -> list[Block]:
    files = sorted({file for pattern in DOCUMENTS for file in root.glob(pattern)})
    return [
        block
        for file in files
        if not any(part.startswith(".") for part in file.relative_to(root).parts)
        for block in blocks_in(file.read_text(encoding="utf-8"), str(file.relative_to(root)))
    ]


def blocks_in(text: str, file: str) -> Iterator[Block]:
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start("text")) + 1
        yield Block(file, line, textwrap.dedent(match["text"]), match["comment"] or "")


def calls_in(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Source and arguments of each module call."""
    for named in hcl2.loads(text).get("module", []):
        for arguments in unquoted(named).values():
            yield arguments["source"], arguments


def unknown_attributes(value: Any, kind: Type, where: str) -> list[str]:
    """Attributes of literal objects that the type has not. Terraform drops them without a word.

    https://developer.hashicorp.com/terraform/language/expressions/type-constraints#conversion-of-complex-types
    """
    if isinstance(kind, Record) and isinstance(value, dict):
        types = {attribute.name: attribute.type for attribute in kind.attributes}
        unknown = [f"{where}.{name}" for name in value if name not in types]
        inner = ((f"{where}.{name}", item, types[name]) for name, item in value.items() if name in types)
        return unknown + [error for at, item, type_ in inner for error in unknown_attributes(item, type_, at)]
    if isinstance(kind, Collection) and isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        return [error for item in items for error in unknown_attributes(item, kind.element, where)]
    return []
