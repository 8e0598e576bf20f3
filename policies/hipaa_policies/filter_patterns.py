"""Filter patterns of CloudWatch Logs, evaluated on events: whether a metric filter would count one.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html. JSON patterns
(``{ $.a = b }``) and patterns of terms; those of columns (``[a, b]``) match no event in JSON. No library
that is kept well reads them (November 2026: there are parts of emulators alone), and the language is small.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any

Event = Mapping[str, Any]
Test = Callable[[Event], bool]

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||[()]|!=|>=|<=|=|>|<)
    |(?P<selector>\$(?:\.[\w-]+|\.\*|\[(?:\d+|\*|'[^']*'|"[^"]*")\])+)
    |"(?P<quoted>(?:[^"\\]|\\.)*)"
    |%(?P<regex>[^%]*)%
    |(?P<word>[^\s()&|=<>!"%]+))""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.(?P<name>[\w-]+|\*)|\[(?P<index>\d+|\*)\]|\[['\"](?P<key>[^'\"]*)['\"]\]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_TERM = re.compile(r'(?P<sign>[?-]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|%(?P<regex>[^%]*)%|(?P<word>[^\s"]+))')


class FilterPatternError(ValueError):
    """The text is no filter pattern; the message says where."""


@dataclass(frozen=True)
class FilterPattern:
    """``equals`` are the selectors that the pattern compares with ``=``, each with its value: what an event
    that it matches may be made of."""

    matches: Test
    equals: tuple[tuple[str, str], ...] = ()


@lru_cache(maxsize=1024)
def filter_pattern(text: str) -> FilterPattern:
    """Read a pattern. Raises ``FilterPatternError``."""
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return _Json(stripped[1:-1]).read()
    if stripped.startswith("["):
        return FilterPattern(lambda _: False)  # columns of text: an event in JSON has none
    return _terms(stripped)


def selected(event: Event, selector: str) -> list[Any]:
    """What a selector (``$.userIdentity.type``) finds in an event: several values below a ``*``."""
    found: list[Any] = [event]
    for step in _STEP.finditer(selector):
        found = [inner for value in found for inner in _step(value, step)]
    return found


def _step(value: Any, step: re.Match[str]) -> Sequence[Any]:
    if step["index"] is not None:
        if not isinstance(value, list):
            return []
        if step["index"] == "*":
            return value
        return value[int(step["index"]) : int(step["index"]) + 1]
    if not isinstance(value, Mapping):
        return []
    if step["name"] == "*":
        return list(value.values())
    name = step["name"] if step["key"] is None else step["key"]
    return [value[name]] if name in value else []


def example(pattern: FilterPattern, words: re.Pattern[str]) -> Event | None:
    """An event that the pattern matches, made of the values that it asks for, one of which is like
    ``words``; ``None`` where there is none."""
    for selector, text in pattern.equals:
        if not words.search(text):
            continue
        event: dict[str, Any] = {}
        for other, value in (*pattern.equals, (selector, text)):
            _put(event, other, value.replace("*", ""))
        if pattern.matches(event):
            return event
    return None


def _put(event: dict[str, Any], selector: str, value: str) -> None:
    """Only what names lead to: no list is made."""
    *outer, last = [step["name"] if step["key"] is None else step["key"] for step in _STEP.finditer(selector)]
    for name in outer:
        inner = event.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        event = inner
    event[last] = value


class _Json:
    """A reader of what is between the braces. ``&&`` binds closer than ``||``."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._at = 0
        self._equals: list[tuple[str, str]] = []

    def read(self) -> FilterPattern:
        test = self._any()
        if self._at != len(self._tokens):
            raise self._error()
        return FilterPattern(test, tuple(self._equals))

    def _any(self) -> Test:
        tests = [self._every()]
        while self._take("sign", "||"):
            tests.append(self._every())
        return lambda event: any(test(event) for test in tests)

    def _every(self) -> Test:
        tests = [self._one()]
        while self._take("sign", "&&"):
            tests.append(self._one())
        return lambda event: all(test(event) for test in tests)

    def _one(self) -> Test:
        if self._take("sign", "("):
            inner = self._any()
            if not self._take("sign", ")"):
                raise self._error()
            return inner
        selector = self._take("selector")
        if selector is None:
            raise self._error()
        return self._keyword(selector) or self._comparison(selector)

    def _keyword(self, selector: str) -> Test | None:
        for words, test in _KEYWORDS.items():
            start = self._at
            if all(self._take("word", word) for word in words):
                return lambda event: test(selected(event, selector))
            self._at = start
        return None

    def _comparison(self, selector: str) -> Test:
        sign = self._take("sign")
        if sign is None or sign not in _SIGNS or self._at >= len(self._tokens):
            raise self._error()
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind not in ("quoted", "word", "regex"):
            raise self._error()
        if sign in ("=", "!="):
            compare = _expression(text) if kind == "regex" else _equal(text)
            if sign == "=" and kind != "regex":
                self._equals.append((selector, text))
            wanted = sign == "="
            # A field that is not there is not unequal either: NOT EXISTS asks for that.
            return lambda event: any(compare(value) is wanted for value in selected(event, selector))
        if kind == "regex" or not _NUMBER.fullmatch(text):
            raise self._error()
        limit, ordered = float(text), _SIGNS[sign]
        return lambda event: any(
            _is_number(value) and ordered(value, limit) for value in selected(event, selector)
        )

    def _take(self, kind: str, text: str | None = None) -> str | None:
        """The next token's text, where it is of the kind (and says ``text``)."""
        if self._at >= len(self._tokens):
            return None
        found, said = self._tokens[self._at]
        if found != kind or (text is not None and said != text):
            return None
        self._at += 1
        return said

    def _error(self) -> FilterPatternError:
        return FilterPatternError(f"{{{self._text}}} is no filter pattern (at its part {self._at + 1})")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise FilterPatternError(f"{{{text}}} is no filter pattern (at character {at + 1})")
        at = found.end()
        kind = str(found.lastgroup)
        yield kind, re.sub(r"\\(.)", r"\1", found[kind]) if kind == "quoted" else found[kind]


_SIGNS: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
}
_KEYWORDS: Mapping[tuple[str, ...], Callable[[list[Any]], bool]] = {
    ("NOT", "EXISTS"): lambda values: not values,
    ("EXISTS",): bool,
    ("IS", "NULL"): lambda values: any(value is None for value in values),
    ("IS", "TRUE"): lambda values: any(value is True for value in values),
    ("IS", "FALSE"): lambda values: any(value is False for value in values),
}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(text: str) -> Callable[[Any], bool]:
    """Numbers by value, texts by case and with ``*`` for anything."""
    number = float(text) if _NUMBER.fullmatch(text) else None
    like = re.compile(translate(re.sub(r"([\[?])", r"[\1]", text)))

    def compare(value: Any) -> bool:
        if _is_number(value):
            return number is not None and value == number
        return isinstance(value, str) and like.match(value) is not None

    return compare


def _expression(text: str) -> Callable[[Any], bool]:
    try:
        found = re.compile(text)
    except re.error as error:
        raise FilterPatternError(f"%{text}% is no regular expression: {error}") from error
    return lambda value: isinstance(value, str) and found.search(value) is not None


def _terms(text: str) -> FilterPattern:
    """Words that an event holds: all of them, none with ``-``, and any of those with ``?``."""
    every: list[Callable[[str], bool]] = []
    some: list[Callable[[str], bool]] = []
    none: list[Callable[[str], bool]] = []
    wanted_words = []
    for term in _TERM.finditer(text):
        if term["sign"] != "-" and term["regex"] is None:
            wanted_words.append(_words(term))
        {"": every, "?": some, "-": none}[term["sign"]].append(_holds(term))

    def test(event: Event) -> bool:
        message = json.dumps(event, separators=(",", ":"))
        # Beside terms that must be there, those with ? change nothing.
        wanted = all(t(message) for t in every) and (bool(every) or not some or any(t(message) for t in some))
        return wanted and not any(t(message) for t in none)

    return FilterPattern(test, (("$.message", " ".join(wanted_words)),) if wanted_words else ())


def _words(term: re.Match[str]) -> str:
    return term["word"] if term["quoted"] is None else re.sub(r"\\(.)", r"\1", term["quoted"])


def _holds(term: re.Match[str]) -> Callable[[str], bool]:
    if term["regex"] is not None:
        return _expression(term["regex"])
    text = _words(term)
    return lambda message: text in message
