"""Text of other people's in GitHub's Markdown: it shows as it is, and does nothing."""

from __future__ import annotations

import string

# Everything else goes as a number: CommonMark takes a character reference for no markup, and GitHub's dialect
# looks for tables and bare addresses before references are read.
# https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
_PLAIN = frozenset(string.ascii_letters + string.digits + " -")
# These mean something in the text that was read: @ makes a mention, and an address of e-mail even in `<code>`
# (cmark-gfm's postprocess_text), # an issue. A space of no width after them ends that.
_READ = {"@": "&#8203;", "#": "&#8203;"}
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # for what cannot be seen: line ends, reversals of direction
_LONGEST = 300


def code(text: str) -> str:
    """A name as code."""
    return f"<code>{prose(text)}</code>"


def prose(text: str) -> str:
    """A sentence, or a name in one."""
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(
        character if character in _PLAIN else f"&#{ord(_visible(character))};{_READ.get(character, '')}"
        for character in shown
    )


def _visible(character: str) -> str:
    return character if character.isprintable() else _REPLACEMENT
