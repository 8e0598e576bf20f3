"""Mermaid diagrams as SVG in the page: no script, no network; one that cannot be drawn stops the build."""

from __future__ import annotations

import hashlib
import html
import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

from scripts.site.problems import SiteError

_FENCE = re.compile(r"^```mermaid\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_RENDERER = Path(__file__).with_name("draw_mermaid.py")


def sources(text: str) -> list[str]:
    """The Mermaid sources of a Markdown text."""
    return _FENCE.findall(text)


def drawn(sources: Iterable[str], python: Path, cache: Path) -> dict[str, str]:
    """The SVG of each source, drawn by the docs environment's Python, or taken from ``cache``.

    Raises ``SiteError`` where one cannot be drawn.
    """
    cache.mkdir(parents=True, exist_ok=True)
    wanted = {source: cache / f"{name(source)}.svg" for source in sources}
    new = {str(file): source for source, file in wanted.items() if not file.exists()}
    if new:
        finished = subprocess.run(
            [str(python), str(_RENDERER)], input=json.dumps(new), capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            raise SiteError(f"A Mermaid diagram could not be drawn:\n{finished.stderr.strip()}")
    return {source: file.read_text(encoding="utf-8") for source, file in wanted.items()}


def name(source: str) -> str:
    """What a diagram is called: by its source and by how it is drawn."""
    return "d" + hashlib.sha256(_RENDERER.read_bytes() + source.encode()).hexdigest()[:12]


def with_drawings(text: str, svgs: dict[str, str]) -> str:
    """The Markdown with drawings for fences; ``accTitle`` becomes the label that screen readers say."""

    def replace(match: re.Match[str]) -> str:
        source = match.group(1)
        title = re.search(r"^\s*accTitle:\s*(.+)$", source, re.MULTILINE)
        label = html.escape(title.group(1).strip() if title else "Diagram")
        # Scrolled where it is wider than the page, so that its words stay readable on a telephone.
        attributes = f'class="diagram" role="img" aria-label="{label}" tabindex="0" data-search-exclude'
        return f"<div {attributes}>{svgs[source]}</div>"

    return _FENCE.sub(replace, text)
