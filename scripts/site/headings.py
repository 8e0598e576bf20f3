"""Headings of a Markdown text and the anchors that GitHub and the site give them."""

from __future__ import annotations

import re
from collections.abc import Iterator

FENCE = re.compile(r"^ {0,3}(```+|~~~+)")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def lines_outside_fences(text: str) -> Iterator[tuple[int, str]]:
    """The number (from 0) and the text of every line that is not in a fenced block."""
    fence = ""
    for number, line in enumerate(text.split("\n")):
        match = FENCE.match(line)
        if fence:
            if match and match.group(1).startswith(fence):
                fence = ""
        elif match:
            fence = match.group(1)
        else:
            yield number, line


def headings(text: str) -> list[str]:
    """The texts of the headings, in their order, links taken for their words."""
    found = (_HEADING.match(line) for _, line in lines_outside_fences(text))
    return [_LINK.sub(r"\1", match.group(1)) for match in found if match]


def github_anchor(heading: str) -> str:
    """As GitHub makes it: lower case, punctuation gone, every space a hyphen.

    https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def github_anchors(text: str) -> set[str]:
    """Those of all headings: of several with one name, all but the first carry a number."""
    anchors: dict[str, int] = {}
    taken = set()
    for heading in headings(text):
        anchor = github_anchor(heading)
        count = anchors.get(anchor, 0)
        anchors[anchor] = count + 1
        taken.add(f"{anchor}-{count}" if count else anchor)
    return taken
