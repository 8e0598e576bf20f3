"""Text of other people's in GitHub's Markdown: it shows as it is, and does nothing."""

from __future__ import annotations

import string

# Everything else goes as a number: CommonMark takes a character reference for no markup, and the tables and
# bare addresses of GitHub's dialect are looked for before references are read.
# https://spec.commonmark.org/0.31.2/#entity-and-numeric-character-references
_PLAIN = frozenset(string.ascii_letters + string.digits + " -")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"  # for what cannot be seen: line ends, reversals of direction
_LONGEST = 300


def code(text: str) -> str:
    """A name as code: there GitHub looks for no @mention, #issue or :emoji: either."""
    return f"<code>{_references(text)}</code>"


def prose(text: str) -> str:
    """A sentence. A space of no width keeps @ from mentioning anybody, and # from linking an issue."""
    return _references(text, after={"@": "&#8203;", "#": "&#8203;"})


def _references(text: str, after: dict[str, str] | None = None) -> str:
    shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(
        character
        if character in _PLAIN
        else f"&#{ord(_visible(character))};{(after or {}).get(character, '')}"
        for character in shown
    )


def _visible(character: str) -> str:
    return character if character.isprintable() else _REPLACEMENT
