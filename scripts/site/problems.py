"""What keeps the site from being built."""

from __future__ import annotations

from collections.abc import Iterable


class SiteError(Exception):
    """The site was not built; the message says what is wrong, where, and how to mend it."""


def refuse(problems: Iterable[str], what: str) -> None:
    """Raise ``SiteError`` with all of them, if there are any: one run shows everything that is wrong."""
    if listed := sorted(problems):
        raise SiteError("\n".join([f"{what}:", *(f"  {problem}" for problem in listed)]))
