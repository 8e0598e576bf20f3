"""The configuration's files: where a resource is written, and what its plan leaves out (local values)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from hipaa_policies.readers.plan import hcl
from hipaa_policies.readers.plan.references import Module, Segment

_CALL = re.compile(r'module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?\.?')
_MAX_BYTES = 2_000_000  # of one file: nobody writes such configuration by hand


def locate(address: str, root_folder: Path) -> tuple[Path, int] | None:
    """The file, relative to the root folder where it is below it, and the line of a resource's block."""
    return sources(root_folder).locate(address)


@lru_cache(maxsize=8)
def sources(root_folder: Path) -> Sources:
    """The files of a root module, read when they are asked for, once."""
    return Sources(root_folder)


class Sources:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._blocks: dict[Path, tuple[tuple[Path, hcl.TopBlock], ...]] = {}
        self._places: dict[tuple[Path | None, str, str], Path | None] = {}
        self._resources: dict[Path, Mapping[tuple[str, ...], tuple[Path, int]]] = {}
        self._installed = _installed(root)

    def locate(self, address: str) -> tuple[Path, int] | None:
        folder: Path | None = self.root
        steps: list[str] = []
        at = 0
        while call := _CALL.match(address, at):
            steps.append(call[1])
            folder = self._called(folder, call[1], ".".join(steps))
            at = call.end()
        if folder is None:
            return None
        kind, _, name = address[at:].partition("[")[0].partition(".")
        if kind == "data":
            kind, _, name = name.partition(".")
        found = self._resource_lines(folder).get((kind, name))
        if found is None:
            return None
        file, line = found
        return (file.relative_to(self.root) if file.is_relative_to(self.root) else file), line

    def references(self, module: Module, name: str, path: Sequence[Segment]) -> Sequence[str] | None:
        """The references in a module's local value, or in the part of it that ``path`` leads to."""
        folder = self._folder(module)
        if folder is None:
            return None
        for _, block in self._all(folder):
            if block.kind != "locals":
                continue
            for found, start, end in hcl.attributes(block.body, block.masked):
                if found == name:
                    return hcl.references(block.body, block.masked, start, end, path)
        return None

    def _folder(self, module: Module) -> Path | None:
        if module.parent is None:
            return self.root
        names: list[str] = []
        step: Module | None = module
        while step is not None and step.parent is not None:
            names.insert(0, step.name)
            step = step.parent
        return self._called(self._folder(module.parent), module.name, ".".join(names))

    def _called(self, folder: Path | None, name: str, key: str) -> Path | None:
        """The folder of a module that another one calls."""
        if (folder, name, key) not in self._places:
            self._places[folder, name, key] = self._looked_up(folder, name, key)
        return self._places[folder, name, key]

    def _looked_up(self, folder: Path | None, name: str, key: str) -> Path | None:
        if key in self._installed:
            return self._installed[key]
        if folder is None:
            return None
        for _, block in self._all(folder):
            if block.kind == "module" and block.labels == (name,):
                source = re.search(r'^\s*source\s*=\s*"(\.{1,2}/[^"]*)"', block.body, re.MULTILINE)
                return (folder / source[1]).resolve() if source else None
        return None

    def _resource_lines(self, folder: Path) -> Mapping[tuple[str, ...], tuple[Path, int]]:
        if folder not in self._resources:
            self._resources[folder] = {
                block.labels: (file, block.line)
                for file, block in self._all(folder)
                if block.kind in ("resource", "data")
            }
        return self._resources[folder]

    def _all(self, folder: Path) -> tuple[tuple[Path, hcl.TopBlock], ...]:
        """The blocks of a folder's files. Files that cannot be read hold none: lines are a convenience."""
        if folder not in self._blocks:
            found = []
            for file in sorted(folder.glob("*.tf")):
                if file.is_file() and file.stat().st_size <= _MAX_BYTES:
                    text = file.read_text(encoding="utf-8", errors="replace")
                    found += [(file, block) for block in hcl.blocks(text)]
            self._blocks[folder] = tuple(found)
        return self._blocks[folder]


def _installed(root: Path) -> dict[str, Path]:
    """Where `terraform init` put the modules: https://developer.hashicorp.com/terraform/internals"""
    manifest = root / ".terraform" / "modules" / "modules.json"
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))["Modules"]
        return {e["Key"]: (root / e["Dir"]).resolve() for e in entries if e["Key"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # not initialised here: local modules are found by their source
