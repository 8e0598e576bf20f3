"""Links between Markdown files: checked as GitHub follows them, and rewritten for the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scripts.site.headings import github_anchors, lines_outside_fences
from scripts.site.paths import page_of, source_page_of

_CODE = re.compile(r"(`+)(?:(?!\1).)*\1")
# [text](target), ![text](target), [text](target "title")
_LINK = re.compile(r"(\]\()([^)\s]+)((?:\s+\"[^\"]*\")?\))")
_ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True)
class Link:
    """A link into the repository: the file or folder it leads to, relative to the root, and the anchor."""

    target: PurePosixPath
    anchor: str


def links(text: str, file: PurePosixPath) -> Iterator[tuple[int, str, Link]]:
    """Line number (from 1), written target and meaning of every link into the repository."""
    for number, line in lines_outside_fences(text):
        for match in _LINK.finditer(without_code(line)):
            if link := parse(match.group(2), file):
                yield number + 1, match.group(2), link


def parse(target: str, file: PurePosixPath) -> Link | None:
    """What ``target`` means in ``file``; ``None`` for an address elsewhere."""
    if _ELSEWHERE.match(target) or target.startswith("//"):
        return None
    path, _, anchor = target.partition("#")
    joined = posixpath.normpath(posixpath.join(str(file.parent), path)) if path else str(file)
    return Link(PurePosixPath(joined), anchor)


def problems(root: Path, files: list[PurePosixPath]) -> Iterator[str]:
    """One line for each link that leads nowhere, or to an anchor that no heading has."""
    for file in files:
        for number, written, link in links((root / file).read_text(encoding="utf-8"), file):
            if reason := problem(root, link):
                yield f"{file}:{number}: {written}: {reason}"


def problem(root: Path, link: Link) -> str | None:
    target = root / link.target
    if ".." in link.target.parts or link.target.is_absolute():
        return "leads out of the repository"
    if not target.exists():
        return "there is no such file"
    if not link.anchor or target.suffix != ".md":
        return None
    if link.anchor in github_anchors(target.read_text(encoding="utf-8")):
        return None
    return f"{link.target} has no heading of that name"


def rewritten(
    text: str, file: PurePosixPath, page: PurePosixPath, where: Callable[[PurePosixPath], PurePosixPath]
) -> str:
    """The text with its links as they must be in ``page``; ``where`` says which page shows a file."""

    def replace(match: re.Match[str]) -> str:
        link = parse(match.group(2), file)
        if link is None or match.group(2).startswith("#"):
            return match.group(0)
        target = posixpath.relpath(str(where(link.target)), str(page.parent))
        return f"{match.group(1)}{target}{'#' + link.anchor if link.anchor else ''}{match.group(3)}"

    lines = text.split("\n")
    for number, line in lines_outside_fences(text):
        lines[number] = outside_code(line, lambda part: _LINK.sub(replace, part))
    return "\n".join(lines)


def outside_code(line: str, change: Callable[[str], str]) -> str:
    """The line with ``change`` made in what is no code span."""
    parts, position = [], 0
    for match in _CODE.finditer(line):
        parts += [change(line[position : match.start()]), match.group(0)]
        position = match.end()
    # A link's text may be code: [`main.tf`](../main.tf) has its target after the span.
    return "".join([*parts, change(line[position:])])


def without_code(line: str) -> str:
    return _CODE.sub(lambda match: "`" * len(match.group(0)), line)


def page_for(root: Path, pages: set[PurePosixPath], target: PurePosixPath) -> PurePosixPath:
    """The page that shows a file or folder of the repository: its own, its README's, or its source.

    A picture of docs/assets is copied as it is, and shown by itself.
    """
    if target.is_relative_to("docs/assets"):
        return target.relative_to("docs")
    is_folder = (root / target).is_dir()
    for file in (target, target / "README.md"):
        if file in pages:
            return page_of(file)
    return source_page_of(target, is_folder)
