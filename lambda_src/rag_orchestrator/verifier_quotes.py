"""Where a quote stands in a chunk's text.

Verbatim means equal after this, and nothing else: Unicode's NFC; a run of white space is one space; single
and double quotation marks, and hyphens and dashes, are each one mark; soft hyphens and zero-width characters
are none. Case, digits, punctuation and words are as they stand.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

_MARKS: Final = str.maketrans(
    dict.fromkeys("‘’‚‛′ʼ`´", "'")  # noqa: RUF001 - the marks that are meant
    | dict.fromkeys("“”„‟″«»", '"')
    | dict.fromkeys("‐‑‒–—―−", "-")  # noqa: RUF001
    | dict.fromkeys("\u00ad\u200b\u200c\u200d\u2060\ufeff", "")
)
_ENDS: Final = ".!?"
# A line that goes on in lower case or with a number is the one before it, wrapped.
_PARTED: Final = re.compile(r"(?<=[.!?;])\s+|\n\s*(?=[^\sa-z0-9])")


class Span(NamedTuple):
    """text[start:end] of the chunk's text, in characters (code points)."""

    start: int
    end: int


class _Folded(NamedTuple):
    """A text after the rules above; starts[n] and ends[n] say which characters folded[n] came from."""

    text: str
    starts: list[int]
    ends: list[int]


def same(text: str) -> str:
    """The text after the rules: two quotes are the same where these are equal."""
    if text.isascii() and "`" not in text:
        return " ".join(text.split())
    return _folded(text).text.strip(" ")


def locate(quote: str, text: str) -> tuple[Span | None, bool]:
    """The quote's first place that does not cut a word or a number; and whether it stands anywhere at all."""
    at = text.find(quote) if quote.strip() == quote else -1
    if at >= 0 and _is_whole(text, at, at + len(quote)):
        return Span(at, at + len(quote)), True
    wanted = same(quote)
    if not wanted:
        return None, False
    within = _folded(text)
    found = False
    for at in _places(wanted, within.text):
        found = True
        if _is_whole(within.text, at, at + len(wanted)):
            return Span(within.starts[at], within.ends[at + len(wanted) - 1]), True
    return None, found


def sentence(text: str, span: Span) -> str:
    """The sentences that the span lies in, whole: what stands beside a quote may turn its meaning."""
    start, end = span
    while start > 0 and not _is_end(text, start - 1):
        start -= 1
    while end < len(text) and not _is_end(text, end - 1):
        end += 1
    return text[start:end]


def pieces(quote: str) -> list[str]:
    """The quote's lines and sentences. A heading belongs to all that follow, what names nothing to the last.

    "Medications:", "- 10 mg" and the like say something with what stands beside them only.
    """
    found: list[str] = []
    heading = ""
    for part in _PARTED.split(quote):
        if part.rstrip().endswith(":"):
            heading = f"{heading} {part}"
        elif found and not any(len(word) > 3 for word in re.findall(r"[^\W\d_]+", part)):
            found[-1] += f" {part}"
        elif part.strip():
            found.append(f"{heading} {part}".strip())
    return found


def _folded(text: str) -> _Folded:
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, cluster in _clusters(text):
        if cluster.isspace():
            if letters and letters[-1] == " ":
                ends[-1] = end
                continue
            cluster = " "
        else:
            cluster = cluster.translate(_MARKS)
        for letter in cluster:
            letters.append(letter)
            starts.append(start)
            ends.append(end)
    return _Folded("".join(letters), starts, ends)


def _clusters(text: str) -> Iterator[tuple[int, int, str]]:
    """Each character with the marks that combine with it, composed."""
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        yield from ((at, at + 1, letter) for at, letter in enumerate(text))
        return
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not _joins(text[start:at], text[at]):
            yield start, at, unicodedata.normalize("NFC", text[start:at])
            start = at


def _joins(before: str, letter: str) -> bool:
    """Whether the letter combines with what stands before it: a mark, or a part of a Korean syllable."""
    if unicodedata.combining(letter):
        return True
    return not letter.isascii() and unicodedata.normalize("NFC", before[-1] + letter) != before[-1] + letter


def _places(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _is_whole(text: str, start: int, end: int) -> bool:
    """Not "5 mg" out of "25 mg" or "2.5 mg", "pain" out of "painless", "10" out of "10/20" or "10,000"."""
    return not (_is_cut(text, start - 1, -1) and text[start].isalnum()) and not (
        _is_cut(text, end, 1) and text[end - 1].isalnum()
    )


def _is_cut(text: str, at: int, step: int) -> bool:
    if not 0 <= at < len(text):
        return False
    if text[at].isalnum():
        return True
    beyond = at + step
    inside = text[at - step]
    return (
        text[at] in ".,/-:'" and 0 <= beyond < len(text) and text[beyond].isdigit() and inside.isdigit()
    ) or (text[at] in "-'" and 0 <= beyond < len(text) and text[beyond].isalpha() and inside.isalpha())


def _is_end(text: str, at: int) -> bool:
    if text[at] == "\n":
        return not _goes_on(text, at)
    return text[at] in _ENDS and (at + 1 == len(text) or text[at + 1].isspace())


def _goes_on(text: str, end: int) -> bool:
    """Whether the line after the one that ends there is set in under it: it says more of the same."""
    line, below = text[text.rfind("\n", 0, end) + 1 : end], text[end + 1 :].partition("\n")[0]
    return bool(line.strip()) and bool(below.strip()) and _indent(line) < _indent(below)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
