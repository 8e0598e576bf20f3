"""What a module's page says besides its README, and the list of modules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from hipaa_policies.catalogue import Control

from scripts.module_docs import modules, read_blocks
from scripts.site.control_pages import satisfied_by


def callers(root: Path, module: str) -> list[str]:
    """The pages of the root module that call it: ``["hl7.tf", "patient_api.tf"]``."""
    call = re.compile(rf'^\s+source\s*=\s*"\./modules/{module}"$', re.MULTILINE)
    return [file.name for file in sorted(root.glob("*.tf")) if call.search(file.read_text(encoding="utf-8"))]


def footer(root: Path, module: str, controls: Sequence[Control]) -> str:
    """Who uses the module, and which controls it satisfies, to stand below its README."""
    parts = []
    if called := callers(root, module):
        pages = ", ".join(f"[{name}](../../{name})" for name in called)
        parts.append(f"## In the root module\n\nCalled in {pages}.")
    if satisfied := satisfied_by(controls, module):
        rows = [f"| `{control.id}` | {control.title} |" for control in satisfied]
        parts.append(
            "\n".join(["## Controls that it satisfies", "", "| control | |", "| --- | --- |", *rows])
        )
    return "\n\n".join(parts)


def index(root: Path) -> str:
    """The table of all modules: what each is, by the first paragraph of its README, and how much it takes."""
    rows = []
    for module in modules():
        blocks = read_blocks(module)
        counts = [sum(block.kind == kind for block in blocks) for kind in ("variable", "output", "resource")]
        summary = first_paragraph((module / "README.md").read_text(encoding="utf-8"))
        path = module.relative_to(root)
        rows.append(f"| [{module.name}](../{path}) | {summary} | {counts[0]} | {counts[1]} | {counts[2]} |")
    head = [
        "| module | what it is | variables | outputs | resource blocks |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    return "\n".join([*head, *rows])


def first_paragraph(readme: str) -> str:
    """The words below the title, in one line, without links (their targets are the README's own)."""
    paragraph = readme.split("\n\n")[1]
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split())).replace("|", "\\|")
