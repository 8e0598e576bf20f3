"""Matching of actions, ARNs and strings against patterns with ``*``, ``?`` and policy variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

ARN_SEGMENTS = 6
# ${key}, ${key, 'default'}, and the three escapes ${*}, ${?}, ${$}:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_VARIABLE = re.compile(r"\$\{\s*(?P<key>[^},]*?)\s*(?:,\s*'(?P<default>[^']*)'\s*)?\}")
# What a variable stands for is data: a user named "*" must not become a wildcard, nor a ":" in a
# value a new ARN segment. So values travel through the pattern as single private-use characters.
_FIRST_PLACEHOLDER = 0xE000

Lookup = Callable[[str], str | None]


class UnresolvedVariableError(LookupError):
    """A policy variable has neither a value in the request nor a default."""


class Pattern:
    """A pattern whose variables are resolved. ``text`` still holds placeholders for their values."""

    def __init__(self, text: str, lookup: Lookup | None = None) -> None:
        self.values: list[str] = []
        self.text = text if lookup is None or "${" not in text else self._substitute(text, lookup)

    def _substitute(self, text: str, lookup: Lookup) -> str:
        def placeholder(match: re.Match[str]) -> str:
            key = match["key"]
            value = key if key in ("*", "?", "$") else lookup(key)
            if value is None:
                value = match["default"]
            if value is None:
                raise UnresolvedVariableError(key)
            self.values.append(value)
            return chr(_FIRST_PLACEHOLDER + len(self.values) - 1)

        return _VARIABLE.sub(placeholder, text)

    def literal(self) -> str:
        """The text with the values put in, for operators that know no wildcards."""
        return "".join(
            self.values[ord(c) - _FIRST_PLACEHOLDER] if self._stands_in(c) else c for c in self.text
        )

    def matches(self, value: str) -> bool:
        return self._glob(self.text).fullmatch(value) is not None

    def matches_arn(self, arn: str) -> bool:
        """Whether the ARN is matched, segment by segment.

        A wildcard stays within its segment, but the last one runs on: the resource part may hold
        colons, and ``arn:aws:s3*`` or ``arn:aws:lambda:*`` (fewer segments) match whatever follows.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
        """
        if self.text.strip("*") == "" and self.text:
            return True
        wanted = self.text.split(":", ARN_SEGMENTS - 1)
        if len(wanted) < ARN_SEGMENTS and not self.text.endswith("*"):
            return False
        found = arn.split(":", len(wanted) - 1)
        return len(found) == len(wanted) and all(
            self._glob(pattern).fullmatch(segment) is not None
            for pattern, segment in zip(wanted, found, strict=True)
        )

    def _stands_in(self, character: str) -> bool:
        return 0 <= ord(character) - _FIRST_PLACEHOLDER < len(self.values)

    def _glob(self, text: str) -> re.Pattern[str]:
        return _compile(text, tuple(self.values))


def matches_action(pattern: str, action: str) -> bool:
    """Actions are compared without regard to case; ``*`` and ``?`` may stand anywhere."""
    return _compile(pattern.lower(), ()).fullmatch(action.lower()) is not None


@lru_cache(maxsize=8192)
def _compile(text: str, values: tuple[str, ...]) -> re.Pattern[str]:
    chunks = [_fixed_text(chunk, values) for chunk in re.split(r"\*+", text)]
    if len(chunks) == 1:
        return re.compile(chunks[0], re.DOTALL)
    first, *middle, last = chunks
    # Atomic groups: each middle chunk is taken where it comes first, so a pattern with many stars
    # costs no backtracking.
    return re.compile(first + "".join(f"(?>.*?{chunk})" for chunk in middle) + ".*" + last, re.DOTALL)


def _fixed_text(chunk: str, values: tuple[str, ...]) -> str:
    pieces = []
    for character in chunk:
        index = ord(character) - _FIRST_PLACEHOLDER
        if 0 <= index < len(values):
            pieces.append(re.escape(values[index]))
        else:
            pieces.append("." if character == "?" else re.escape(character))
    return "".join(pieces)
