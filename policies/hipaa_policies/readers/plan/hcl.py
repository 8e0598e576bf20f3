"""Just enough of HCL to find blocks, their lines, and the references in an expression.

Not a parser: text is masked (comments and the words of strings become blanks, what is interpolated stays),
and then braces are counted. Offsets and lines stay those of the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_HEADER = re.compile(r'^[ \t]*([a-z_]+)((?:[ \t]+(?:"[^"\n]*"|[\w-]+))*)[ \t]*\{', re.MULTILINE)
_LABEL = re.compile(r'"([^"]*)"|([\w-]+)')
_ATTRIBUTE = re.compile(r'[ \t]*(?:"([^"\n]*)"|\(?([\w-]+)\)?)[ \t]*[=:](?![=>])')
_BRACKET = re.compile(r"[{}\[\]()]")
_SPECIAL = re.compile(r'[#/"<{}]')  # where code may turn into something else
_PLAIN = re.compile(r'[^"\\$%]+')  # words of a string
_OPENING = re.compile(r"[{\[(]")
_HEREDOC = re.compile(r"<<-?([A-Za-z_]\w*)\r?\n")
_REFERENCE = re.compile(
    r"(?<![\w.\"])(?:module|var|local|each|data|count|[a-z][a-z0-9]*_\w+)(?:\.[A-Za-z_*][\w*-]*|\[[^\]\n]*\])+"
)


@dataclass(frozen=True)
class TopBlock:
    """A block at the top of a file: ``labels`` of ``resource "a" "b"`` are a and b; lines count from 1."""

    kind: str
    labels: tuple[str, ...]
    line: int
    body: str
    masked: str


def masked(text: str) -> str:
    """The text with comments and the words of strings blanked, offset for offset."""
    out = list(text)
    _mask_code(text, 0, out, closing=None)
    return "".join(out)


def _mask_code(text: str, at: int, out: list[str], closing: str | None) -> int:
    """Mask code up to the brace that closes an interpolation; the offset after it."""
    depth = 0
    while special := _SPECIAL.search(text, at):
        at = special.start()
        char = text[at]
        if char == "#" or text.startswith("//", at):
            end = text.find("\n", at)
            at = _blank(text, out, at, len(text) if end < 0 else end)
        elif text.startswith("/*", at):
            end = text.find("*/", at)
            at = _blank(text, out, at, len(text) if end < 0 else end + 2)
        elif char == '"':
            at = _mask_string(text, at + 1, out, '"')
        elif char == "<" and (heredoc := _HEREDOC.match(text, at)):
            at = _mask_heredoc(text, heredoc, out)
        else:
            depth += (char == "{") - (char == "}")
            if closing and depth < 0:
                return at
            at += 1
    return len(text)


def _mask_string(text: str, at: int, out: list[str], quote: str) -> int:
    while at < len(text):
        if text[at] == "\\":
            at = _blank(text, out, at, min(at + 2, len(text)))
        elif text.startswith(("$${", "%%{"), at):
            at = _blank(text, out, at, at + 3)
        elif text.startswith(("${", "%{"), at):
            at = _interpolation(text, at, out)
        elif text[at] == quote:
            return at + 1
        else:
            plain = _PLAIN.match(text, at)
            at = _blank(text, out, at, plain.end() if plain else at + 1)
    return at


def _interpolation(text: str, at: int, out: list[str]) -> int:
    """Its braces become parentheses, so that those of blocks can be counted."""
    end = _mask_code(text, at + 2, out, closing="}")
    out[at], out[at + 1] = " ", "("
    if end < len(text):
        out[end] = ")"
    return end + 1


def _mask_heredoc(text: str, opening: re.Match[str], out: list[str]) -> int:
    closing = re.compile(rf"^[ \t]*{opening[1]}[ \t]*\r?$", re.MULTILINE).search(text, opening.end())
    end = closing.start() if closing else len(text)
    _blank(text, out, opening.start(), opening.end())
    at = opening.end()
    while at < end:
        if text.startswith(("${", "%{"), at):
            at = _interpolation(text, at, out)
        else:
            at = _blank(text, out, at, at + 1)
    return _blank(text, out, end, closing.end() if closing else end)


def _blank(text: str, out: list[str], start: int, end: int) -> int:
    out[start:end] = ["\n" if char == "\n" else " " for char in text[start:end]]
    return end


def blocks(text: str) -> Iterator[TopBlock]:
    """The blocks at the top of a file."""
    cover = masked(text)
    at = 0
    while header := _HEADER.search(cover, at):
        end = closing(cover, header.end() - 1)
        labels = _LABEL.findall(text[header.start(2) : header.end(2)])
        line = text.count("\n", 0, header.start(1)) + 1
        body = slice(header.end(), end)
        yield TopBlock(header[1], tuple(a or b for a, b in labels), line, text[body], cover[body])
        at = end


def closing(cover: str, opening: int) -> int:
    """The offset of the bracket that closes the one at ``opening``; the end where nothing does."""
    depth = 0
    for bracket in _BRACKET.finditer(cover, opening):
        depth += 1 if bracket[0] in "{[(" else -1
        if depth == 0:
            return bracket.start()
    return len(cover)


def attributes(body: str, cover: str) -> Iterator[tuple[str, int, int]]:
    """Names and the spans of their expressions, at the top of a block's body or of an object."""
    at = 0
    while at < len(cover):
        found = _ATTRIBUTE.match(cover, at)
        if found:
            end = _expression_end(cover, found.end())
            yield (
                (body[found.start(1) : found.end(1)] if found[1] is not None else found[2]),
                found.end(),
                end,
            )
            at = end + 1
            continue
        line_end = cover.find("\n", at) % (len(cover) + 1)  # -1, no further line, is the end
        opening = _OPENING.search(cover, at, line_end)
        at = (closing(cover, opening.start()) if opening else line_end) + 1


def _expression_end(cover: str, at: int) -> int:
    while at < len(cover):
        if cover[at] in "{[(":
            at = closing(cover, at)
        elif cover[at] in "\n,":
            return at
        at += 1
    return at


def references(body: str, cover: str, start: int, end: int, path: Sequence[str | int]) -> tuple[str, ...]:
    """The references in an expression: in the part that ``path`` leads to, where it is an object's."""
    for step in path:
        opening = next((i for i in range(start, end) if not cover[i].isspace()), end)
        if opening >= end or cover[opening] != "{" or closing(cover, opening) < _last(cover, start, end):
            break
        inner = slice(opening + 1, closing(cover, opening))
        spans = {n: (s, e) for n, s, e in attributes(body[inner], cover[inner])}
        if step not in spans:
            break
        start, end = (opening + 1 + offset for offset in spans[str(step)])
    found = []
    for match in _REFERENCE.finditer(cover, start, end):
        text = body[match.start() : match.end()]
        found.append(re.sub(r"\[\*\]|\.\*", "", text))
    return tuple(dict.fromkeys(found))


def _last(cover: str, start: int, end: int) -> int:
    """The offset of the last thing in an expression."""
    return next((i for i in range(end - 1, start, -1) if not cover[i].isspace()), start)
