"""The patient's own demographics, found however they are written: case, accents, spacing, order, format."""
# ruff: noqa: E501, RUF001 - a pattern is one line, as it is read

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from rag_orchestrator.redaction_dates import dates
from rag_orchestrator.redaction_kinds import Finding, KnownValue
from rag_orchestrator.redaction_words import folded, lists, word_set

_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"(?<!\d)\+?\d(?:[ ().\-/]{0,3}\d)*(?!\d)")
_SHORT: Final = {
    "street": "st", "avenue": "ave", "road": "rd", "boulevard": "blvd", "drive": "dr", "lane": "ln", "court": "ct",
    "place": "pl", "square": "sq", "highway": "hwy", "parkway": "pkwy", "terrace": "ter", "circle": "cir",
    "apartment": "apt", "suite": "ste", "north": "n", "south": "s", "east": "e", "west": "w", "saint": "st",
    "mount": "mt", "fort": "ft",
}  # fmt: skip
_FIELDS: Final = {
    "family_name": "NAME", "given_name": "NAME", "middle_name": "NAME", "preferred_name": "NAME", "birth_date": "DATE",
    "phone": "PHONE", "email": "EMAIL", "ssn": "SSN", "mrn": "MRN",
}  # fmt: skip
_ADDRESS: Final = ("line", "city", "postal_code")
"""Not state and country: 45 CFR 164.514(b)(2)(i)(B) keeps them."""
_OPENERS: Final = word_set(
    "will may can long young day best more still high low english white black green good short small "
    "little rich sharp strong what with love hope mark bill pat sue drew chase rose see so see list "
    "give show tell check pull find start stop hold add note page call ask"
)
"""Names that more often begin a question as a word."""
_NUMBERS: Final = frozenset({"PHONE", "SSN", "MRN"})
_SHORTEST: Final = 3
_NATIONAL: Final = 10
"""Digits of a North American number without its country's: both are looked for."""


def known_values(demographics: Mapping[str, Any]) -> tuple[KnownValue, ...]:
    """What the patients table says of a person (openapi.yaml, Demographics), each value with its kind."""
    address = demographics.get("address")
    within = address if isinstance(address, Mapping) else {}
    found = [(kind, demographics.get(field)) for field, kind in _FIELDS.items()]
    found += [("LOCATION", within.get(field)) for field in _ADDRESS]
    return tuple(KnownValue(kind, value) for kind, value in found if isinstance(value, str) and value.strip())


def find(text: str, known: Sequence[KnownValue]) -> Iterator[Finding]:
    """Every place of a known value. A name that is also a word ("Long") counts with a capital or beside another."""
    words = [(_short(folded(found.group())), *found.span()) for found in _WORD.finditer(text)]
    names = {part for value in known if value.kind == "NAME" for part in _parts(value.value)}
    yield from _names(text, words, names)
    for value in known:
        if value.kind == "DATE":
            yield from _date(text, value)
        elif value.kind in _NUMBERS:
            yield from _number(text, value)
        elif value.kind == "EMAIL" or value.kind != "NAME":
            yield from _sequence(words, value)


def _short(word: str) -> str:
    return _SHORT.get(word, word)


def _parts(value: str) -> list[str]:
    return [_short(folded(found.group())) for found in _WORD.finditer(value)]


def _names(text: str, words: Sequence[tuple[str, int, int]], names: set[str]) -> Iterator[Finding]:
    sure = {at for at, word in enumerate(words) if word[0] in names and _is_sure(text, words, at, names)}
    at = 0
    while at < len(words):
        if at not in sure:
            at += 1
            continue
        first = last = at
        while (
            first
            and _is_initial(words[first - 1][0], names)
            and words[first][1] - words[first - 1][2] <= 2
            and _capital(text, words[first - 1])
        ):
            first -= 1
        while last + 1 < len(words) and words[last + 1][1] - words[last][2] <= 2 and "\n" not in text[words[last][2] : words[last + 1][1]] and (
            words[last + 1][0] in names or (_is_initial(words[last + 1][0], names) and _capital(text, words[last + 1]))
        ):  # fmt: skip
            last += 1
        yield Finding("NAME", words[first][1], words[last][2])
        at = last + 1


def _is_sure(text: str, words: Sequence[tuple[str, int, int]], at: int, names: set[str]) -> bool:
    word, start, end = words[at]
    if len(word) == 1:
        return False
    kinds = lists()
    if word not in kinds["words"] and word not in kinds["first-words"] and word not in kinds["last-words"]:
        return True
    beside = [words[near] for near in (at - 1, at + 1) if 0 <= near < len(words)]
    if any(
        near[0] in names - {word} and (text[start].isupper() or text[near[1]].isupper()) for near in beside
    ):
        return True
    opens = start == 0 or text[:start].rstrip().endswith((".", "!", "?", ":"))
    return text[start].isupper() and (
        not opens or word not in _OPENERS or text[end : end + 2] in ("'s", "’s")
    )


def _capital(text: str, word: tuple[str, int, int]) -> bool:
    return text[word[1]].isupper()


def _is_initial(word: str, names: set[str]) -> bool:
    return len(word) == 1 and any(name.startswith(word) for name in names)


def _date(text: str, value: KnownValue) -> Iterator[Finding]:
    try:
        day = date.fromisoformat(value.value)
    except ValueError:
        return
    if f"{day:%y}" in text:
        yield from (Finding("DATE", start, end) for start, end, days in dates(text) if day in days)
    forms = {day.strftime(form) for form in ("%m%d%Y", "%d%m%Y", "%Y%m%d", "%m%d%y", "%d%m%y")}
    for found in re.finditer(r"(?<!\d)\d{6,8}(?!\d)", text):
        if found.group() in forms:
            yield Finding("DATE", *found.span())
    for found in re.finditer(r"(?<!\d)(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?!\d)", text):
        parts = [int(part) for part in found.groups()]
        if sorted(parts) in (
            sorted([day.year, day.month, day.day]),
            sorted([day.year % 100, day.month, day.day]),
        ):
            yield Finding("DATE", *found.span())


def _number(text: str, value: KnownValue) -> Iterator[Finding]:
    wanted = "".join(letter for letter in value.value if letter.isdigit())
    if len(wanted) < 5 or not value.value.strip("+ ().-").replace("-", "").replace(" ", "").isdigit():
        yield from _sequence([(folded(f.group()), *f.span()) for f in _WORD.finditer(text)], value)
        return
    forms = {
        wanted,
        wanted[-_NATIONAL:],
        wanted.removeprefix("1"),
        "0" + wanted[2:],
        "00" + wanted,
        "011" + wanted,
    }
    if value.kind == "PHONE":
        forms.add(wanted[-7:])
    for found in _DIGITS.finditer(text):
        if "".join(letter for letter in found.group() if letter.isdigit()) in forms:
            before = found.start() - 1 if found.start() and text[found.start() - 1] == "(" else found.start()
            yield Finding(value.kind, before, found.end())


def _sequence(words: Sequence[tuple[str, int, int]], value: KnownValue) -> Iterator[Finding]:
    wanted = _parts(value.value)
    if len("".join(wanted)) < _SHORTEST:
        return
    for at in range(len(words) - len(wanted) + 1):
        if all(words[at + n][0] == part for n, part in enumerate(wanted)):
            yield Finding(value.kind, words[at][1], words[at + len(wanted) - 1][2])
