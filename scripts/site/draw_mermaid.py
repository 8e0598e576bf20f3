"""Draw Mermaid as SVG: ``{file: source}`` as JSON on standard input. Run by the docs environment's Python.

mermaidx runs Mermaid's own code (11.16.0) without a browser, and measures text in DejaVu Sans: wider than
the fonts of pages, so that labels fit their boxes. Its style sheet is left out: docs/assets/site.css has the
colours of the light and of the dark page. (Labels as SVG text, `htmlLabels: false`, take ten times as long.)
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import mermaidx

CONFIG = {"flowchart": {"nodeSpacing": 30, "rankSpacing": 40, "padding": 8}, "fontSize": 14}


def draw(source: str, name: str) -> str:
    """One line of SVG whose ids are this diagram's own: several stand in one page."""
    svg = mermaidx.render(source, theme="base", config=CONFIG).svg()
    svg = re.sub(r"<style>.*?</style>", "", svg, count=1, flags=re.DOTALL)
    svg = svg.replace("my-svg", name)
    width = re.search(r"max-width: ([0-9.]+)px", svg)
    if not width:
        raise ValueError("the drawing does not say how wide it is: mermaidx has changed")
    svg = re.sub(r' style="max-width[^"]*"', "", svg, count=1)
    # How wide it is by itself: the style sheet does not let it become so small that it cannot be read.
    svg = svg.replace('width="100%"', f'style="--width: {float(width.group(1)):.0f}px"', 1)
    return " ".join(svg.split("\n"))


def main() -> int:
    for file, source in json.load(sys.stdin).items():
        path = Path(file)
        try:
            svg = draw(source, path.stem)
        except Exception as error:  # noqa: BLE001 (whatever Mermaid throws is told, with the source that it threw at)
            print(f"{error}\n{source}", file=sys.stderr)
            return 1
        whole = path.with_suffix(".new")  # what is half written would be taken for a drawing ever after
        whole.write_text(svg, encoding="utf-8")
        whole.replace(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
