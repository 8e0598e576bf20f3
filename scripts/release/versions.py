"""Semantic versions, and the order they come in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from scripts.release.errors import ReleaseError

# https://semver.org/spec/v2.0.0.html, 2 and 9. Build metadata (10) is left out: it has no place in the order.
NUMBER = r"(0|[1-9]\d*)"
IDENTIFIER = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
PATTERN = re.compile(rf"{NUMBER}\.{NUMBER}\.{NUMBER}(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?", re.ASCII)


@total_ordering
@dataclass(frozen=True)
class Version:
    """``MAJOR.MINOR.PATCH``, with the identifiers of a pre-release if it is one."""

    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ".".join(map(str, self.numbers)) + ("-" + ".".join(self.prerelease) if self.prerelease else "")

    def __lt__(self, other: Version) -> bool:
        return self.precedence() < other.precedence()

    def precedence(self) -> tuple[object, ...]:
        """https://semver.org/spec/v2.0.0.html, 11: a release comes after its own pre-releases."""
        identifiers = tuple(
            (0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.prerelease
        )
        return (*self.numbers, not self.prerelease, identifiers)

    @property
    def tag(self) -> str:
        return f"v{self}"


def parse(text: str) -> Version:
    """The version that ``text`` says. Raises ``ReleaseError``."""
    match = PATTERN.fullmatch(text)
    if match is None:
        raise ReleaseError(
            f"{text!r} is no semantic version, so nothing was released. It is MAJOR.MINOR.PATCH, as in "
            "0.2.0 or 1.0.0-rc.1, without a leading v and without build metadata: https://semver.org."
        )
    major, minor, patch, prerelease = match.groups()
    return Version((int(major), int(minor), int(patch)), tuple(prerelease.split(".")) if prerelease else ())


def newest(tags_and_headings: list[str]) -> Version | None:
    """The newest of those that are versions, with or without a ``v``; others are somebody's own tags."""
    texts = (text.removeprefix("v") for text in tags_and_headings)
    return max((parse(text) for text in texts if PATTERN.fullmatch(text)), default=None)
