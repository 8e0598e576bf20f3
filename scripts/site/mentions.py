"""Names of controls in running text: each leads to its page, and one that does not exist is a mistake."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from scripts.site.headings import lines_outside_fences

# Links and code spans stay as they are, but for a code span that is nothing but a control's name.
_KEPT = re.compile(r"!?\[[^\]]*\]\([^)]*\)|(?P<ticks>`+)(?P<code>.*?)(?P=ticks)|<[^>]+>")
_NAME = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{1,3}-\d\d)(?![\w-])")


def linked(text: str, page: PurePosixPath, controls: set[str]) -> str:
    """The text with every control's name outside of headings as a link to the control's page."""
    lines = text.split("\n")
    for number, line in lines_outside_fences(text):
        if not line.startswith("#"):
            lines[number] = _linked_line(line, page, controls)
    return "\n".join(lines)


def _linked_line(line: str, page: PurePosixPath, controls: set[str]) -> str:
    parts, position = [], 0
    for match in _KEPT.finditer(line):
        parts.append(_linked_words(line[position : match.start()], page, controls))
        is_name = match.group("code") in controls
        parts.append(link(match.group("code"), match.group(0), page) if is_name else match.group(0))
        position = match.end()
    return "".join([*parts, _linked_words(line[position:], page, controls)])


def _linked_words(text: str, page: PurePosixPath, controls: set[str]) -> str:
    return _NAME.sub(
        lambda match: (
            link(match.group(1), match.group(1), page) if match.group(1) in controls else match.group(0)
        ),
        text,
    )


def link(control: str, shown: str, page: PurePosixPath) -> str:
    if page == page_of(control):
        return shown
    # The class keeps the name in one line (docs/assets/site.css).
    return f"[{shown}]({posixpath.relpath(str(page_of(control)), str(page.parent))}){{ .control }}"


def page_of(control: str) -> PurePosixPath:
    return PurePosixPath("controls") / f"{control}.md"


def unknown(text: str, controls: set[str]) -> Iterator[tuple[int, str]]:
    """Line (from 1) and name of what looks like a control of a known family, and is none."""
    families = {control.partition("-")[0] for control in controls}
    for number, line in lines_outside_fences(text):
        for name in _NAME.findall(line):
            if name.partition("-")[0] in families and name not in controls:
                yield number + 1, name
