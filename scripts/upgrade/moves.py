"""``moved`` and ``removed`` blocks, as addresses of the root module.

https://developer.hashicorp.com/terraform/language/modules/develop/refactoring
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"^(moved|removed)\s*\{(.*?)^\}", re.MULTILINE | re.DOTALL)
ARGUMENT = re.compile(r"^\s*(from|to)\s*=\s*(\S.*?)\s*$", re.MULTILINE)
CALL = re.compile(r'^module\s+"([^"]+)"\s*\{(.*?)^\}', re.MULTILINE | re.DOTALL)
RESOURCE = re.compile(r'^resource\s+"([^"]+)"\s+"([^"]+)"', re.MULTILINE)
SOURCE = re.compile(r'^\s*source\s*=\s*"([^"]+)"', re.MULTILINE)
COMMENT = re.compile(r"\s+(#|//).*$", re.MULTILINE)
LONGEST_CHAIN = 100


@dataclass(frozen=True)
class Move:
    """``start`` and ``end`` are addresses within ``module``, the path of calls to it ("" for the root).
    ``end`` is None for what is removed."""

    start: str
    end: str | None
    module: str = ""

    def applied(self, address: str) -> str | None:
        """Where ``address`` (of the root) goes by this; itself where it says nothing of it; None: removed."""
        prefix = self._prefix(address)
        if prefix is None:
            return address
        inner = address[len(prefix) :]
        rest = inner[len(self.start) :]
        if not inner.startswith(self.start) or (rest and rest[0] not in ".["):
            return address
        return None if self.end is None else prefix + self.end + rest

    def _prefix(self, address: str) -> str | None:
        """The part of ``address`` that is this module's instance: module.name[0]. and so on."""
        if not self.module:
            return ""
        found = re.match(re.escape(f"module.{self.module}") + r"(\[[^\]]*\])?\.", address)
        return found.group(0) if found else None


def bare(address: str) -> str:
    """Without the keys of instances."""
    return re.sub(r"\[[^\]]*\]", "", address)


def declared(root: Path) -> set[str]:
    """The bare addresses of all resources in the code, of the root module and of those that it calls.

    What a plan makes of them (whether there is one, and under which keys) is not known here.
    """
    found = set()
    for file in root.glob("*.tf"):
        text = COMMENT.sub("", file.read_text())
        found |= {f"{kind}.{name}" for kind, name in RESOURCE.findall(text)}
        for call, body in CALL.findall(text):
            source = SOURCE.search(body)
            folder = root / source[1] if source else None
            for inner in folder.glob("*.tf") if folder else ():
                named = RESOURCE.findall(inner.read_text())
                found |= {f"module.{call}.{kind}.{name}" for kind, name in named}
    return found


def moves_of(root: Path) -> tuple[Move, ...]:
    """Of the root module and of each module that it calls by a path."""
    texts = {file: COMMENT.sub("", file.read_text()) for file in sorted(root.glob("*.tf"))}
    found = [move for text in texts.values() for move in _moves(text, "")]
    for text in texts.values():
        for name, body in CALL.findall(text):
            source = SOURCE.search(body)
            folder = root / source[1] if source else None
            if folder is not None and folder.is_dir():
                inner = "".join(COMMENT.sub("", file.read_text()) for file in sorted(folder.glob("*.tf")))
                found += _moves(inner, name)
    return tuple(found)


def _moves(text: str, module: str) -> Iterable[Move]:
    for kind, body in BLOCK.findall(text):
        given: Mapping[str, str] = dict(ARGUMENT.findall(body))
        yield Move(given["from"], given["to"] if kind == "moved" else None, module)


def destination(address: str, moves: Iterable[Move]) -> str | None:
    """Where an address is after all moves, one after the other; None where it was removed."""
    known = tuple(moves)
    for _ in range(LONGEST_CHAIN):
        following = address
        for move in known:
            if (gone := move.applied(address)) != address:
                if gone is None:
                    return None
                following = gone
                break
        if following == address:
            return address
        address = following
    return address
