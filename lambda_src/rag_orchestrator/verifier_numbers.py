"""The numbers of a sentence as values: 10 mg, 10 milligrams and 0.010 g are one, 10 mg and 10 mcg are not."""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from rag_orchestrator.redaction_dates import dates

_MASS, _VOLUME, _TIME, _LENGTH = "mass", "volume", "time", "length"
UNITS: Final[dict[str, tuple[str, str]]] = {
    "kg": (_MASS, "1000"), "kgs": (_MASS, "1000"), "kilogram": (_MASS, "1000"), "kilograms": (_MASS, "1000"),
    "g": (_MASS, "1"), "gm": (_MASS, "1"), "gram": (_MASS, "1"), "grams": (_MASS, "1"),
    "mg": (_MASS, "0.001"), "mgs": (_MASS, "0.001"), "milligram": (_MASS, "0.001"), "milligrams": (_MASS, "0.001"),
    "mcg": (_MASS, "0.000001"), "ug": (_MASS, "0.000001"), "µg": (_MASS, "0.000001"), "μg": (_MASS, "0.000001"),
    "microgram": (_MASS, "0.000001"), "micrograms": (_MASS, "0.000001"),
    "ng": (_MASS, "0.000000001"), "pg": (_MASS, "0.000000000001"),
    "lb": ("pounds", "1"), "lbs": ("pounds", "1"), "pound": ("pounds", "1"), "pounds": ("pounds", "1"),
    "l": (_VOLUME, "1"), "liter": (_VOLUME, "1"), "liters": (_VOLUME, "1"), "litre": (_VOLUME, "1"), "litres": (_VOLUME, "1"),
    "dl": (_VOLUME, "0.1"), "ml": (_VOLUME, "0.001"), "milliliter": (_VOLUME, "0.001"), "milliliters": (_VOLUME, "0.001"),
    "cc": (_VOLUME, "0.001"), "ul": (_VOLUME, "0.000001"), "µl": (_VOLUME, "0.000001"),
    "second": (_TIME, "1"), "seconds": (_TIME, "1"), "sec": (_TIME, "1"), "s": (_TIME, "1"),
    "min": (_TIME, "60"), "minute": (_TIME, "60"), "minutes": (_TIME, "60"), "mins": (_TIME, "60"),
    "h": (_TIME, "3600"), "hr": (_TIME, "3600"), "hrs": (_TIME, "3600"), "hour": (_TIME, "3600"), "hours": (_TIME, "3600"),
    "d": (_TIME, "86400"), "day": (_TIME, "86400"), "days": (_TIME, "86400"),
    "week": (_TIME, "604800"), "weeks": (_TIME, "604800"), "wk": (_TIME, "604800"), "wks": (_TIME, "604800"),
    "month": ("months", "1"), "months": ("months", "1"), "mo": ("months", "1"),
    "year": ("months", "12"), "years": ("months", "12"), "yr": ("months", "12"), "yrs": ("months", "12"),
    "km": (_LENGTH, "1000"), "m": (_LENGTH, "1"), "cm": (_LENGTH, "0.01"), "mm": (_LENGTH, "0.001"),
    "mol": ("amount", "1"), "mmol": ("amount", "0.001"), "umol": ("amount", "0.000001"), "µmol": ("amount", "0.000001"), "nmol": ("amount", "0.000000001"),
    "meq": ("meq", "1"), "mosm": ("mosm", "1"), "kcal": ("kcal", "1"),
    "%": ("percent", "1"), "percent": ("percent", "1"), "mmhg": ("pressure", "1"), "bpm": ("beats", "1"), "beats": ("beats", "1"),
    "unit": ("units", "1"), "units": ("units", "1"), "iu": ("units", "1"), "u": ("units", "1"),
    "tablet": ("tablets", "1"), "tablets": ("tablets", "1"), "tab": ("tablets", "1"), "tabs": ("tablets", "1"),
    "capsule": ("capsules", "1"), "capsules": ("capsules", "1"), "cap": ("capsules", "1"), "caps": ("capsules", "1"),
    "puff": ("puffs", "1"), "puffs": ("puffs", "1"), "drop": ("drops", "1"), "drops": ("drops", "1"),
    "dose": ("doses", "1"), "doses": ("doses", "1"), "pack": ("packs", "1"), "packs": ("packs", "1"),
    "°c": ("celsius", "1"), "°f": ("fahrenheit", "1"),
}  # fmt: skip
"""A unit's dimension, and its size in that dimension's first unit (gram, litre, second, metre, mole)."""

_UNIT: Final = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+"
_QUANTITY: Final = re.compile(
    rf"(?<![\w.])(?P<sign>[<>≤≥=~]?[ ]?)(?P<a>{_NUMBER})(?:[ ]?(?P<unit1>{_UNIT})?[ ]?(?:-|–|to)[ ]?(?P<b>{_NUMBER}))?"  # noqa: RUF001
    rf"(?:[ ]*-?(?P<unit>{_UNIT})(?:[ ]?(?:/|per)[ ]?(?P<per>{_UNIT}))?(?![\w%]))?",
    re.IGNORECASE,
)
_RATIO: Final = re.compile(r"(?<![\w./])(\d{1,3})[ ]?(?:/|over)[ ]?(\d{1,3})(?![\w/]|\.\d)", re.IGNORECASE)
_TIMES: Final = {
    "four": r"(?:four times|4 times|4x)(?: (?:a|per|each|every))? ?(?:day|daily)|q\.?i\.?d\.?|every (?:six|6) hours|q ?6 ?h(?:rs?|ours)?",
    "three": r"(?:three times|thrice|3 times|3x)(?: (?:a|per|each|every))? ?(?:day|daily)|t\.?i\.?d\.?|every (?:eight|8) hours|q ?8 ?h(?:rs?|ours)?",
    "two": r"(?:twice|two times|2 times|2x)(?: (?:a|per|each|every))? ?(?:day|daily)|b\.?i\.?d\.?|every (?:twelve|12) hours|q ?12 ?h(?:rs?|ours)?",
    "alternate": r"every other day|every (?:second|2nd) day|qod|on alternate days",
    "weekly": r"(?:once )?(?:weekly|a week|per week|each week|every week)",
    "monthly": r"(?:once )?(?:monthly|a month|per month|each month|every month)",
    "bedtime": r"(?:at |every |each )?(?:bedtime|night(?:ly)?)|q\.?h\.?s\.?|qpm",
    "needed": r"(?:as|when|if) needed|p\.?r\.?n\.?",
    "once": r"(?:once |one time |1x )?(?:daily|(?:a|per|each|every) day)|q\.?d\.?|o\.?d\.?|every (?:24|twenty-four) hours|q ?24 ?h",
    "other": r"every \w+ (?:hours|days|weeks|months)|q ?\d+ ?(?:h|d|w)(?:rs?|ours)?",
}
FREQUENCY: Final = re.compile(
    r"(?<![\w.])(?=[abdefimnopqtw1-4])(?:"
    + "|".join(rf"(?P<{name}>{pattern})" for name, pattern in _TIMES.items())
    + r")(?!\w)",
    re.IGNORECASE,
)
_WORDS: Final = {
    word: str(value)
    for value, word in enumerate(
        (
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ),
        start=2,
    )
} | {
    "thirty": "30",
    "forty": "40",
    "fifty": "50",
    "sixty": "60",
    "seventy": "70",
    "eighty": "80",
    "ninety": "90",
}
_WORD: Final = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_COMPARED: Final = (
    (re.compile(r"<|\b(?:less|lower|fewer) than\b|\bbelow\b|\bunder\b", re.IGNORECASE), "less"),
    (re.compile(r">|\b(?:more|greater|higher) than\b|\babove\b|\bover\b(?! \d+$)", re.IGNORECASE), "more"),
    (re.compile(r"≥|\bat least\b|\bminimum of\b", re.IGNORECASE), "least"),
    (re.compile(r"≤|\bat most\b|\bup to\b|\bmaximum of\b", re.IGNORECASE), "most"),
)


class Quantity(NamedTuple):
    """A value in its dimension's first unit ("" has none), as it was written, and where it stands."""

    value: Decimal
    dimension: str
    written: Decimal
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a text says in numbers. `days` has for each date the days that it may mean."""

    quantities: tuple[Quantity, ...]
    ratios: frozenset[tuple[int, int]]
    frequencies: frozenset[str]
    days: tuple[frozenset[date], ...]
    compared: frozenset[str]


def numbers_of(text: str) -> Numbers:
    """Everything of the text that counts, each part read once: a date's digits are no quantity."""
    rest = list(text)
    days = []
    for start, end, meant in dates(text):
        if meant:
            days.append(meant)
            rest[start:end] = " " * (end - start)
    left = "".join(rest)
    frequencies = set()
    for found in FREQUENCY.finditer(left):
        kind = str(found.lastgroup)
        frequencies.add(_WORD.sub(_digits, found.group().lower()) if kind == "other" else kind)
        rest[found.start() : found.end()] = " " * len(found.group())
    left = "".join(rest)
    ratios = set()
    for found in _RATIO.finditer(left):
        ratios.add((int(found[1]), int(found[2])))
        rest[found.start() : found.end()] = " " * len(found.group())
    left = _WORD.sub(_digits, "".join(rest))
    compared = frozenset(name for pattern, name in _COMPARED if pattern.search(left))
    return Numbers(tuple(_quantities(left)), frozenset(ratios), frozenset(frequencies), tuple(days), compared)


def _digits(found: re.Match[str]) -> str:
    return _WORDS[found.group().lower()].ljust(len(found.group()))


def _quantities(text: str) -> list[Quantity]:
    quantities = []
    for found in _QUANTITY.finditer(text):
        for name in ("a", "b"):
            if found[name]:
                unit = found["unit"] or (found["unit1"] if name == "a" else "") or ""
                quantities.append(
                    _quantity(found[name], unit, found["per"] or "", found.start(), found.end())
                )
    return quantities


def _quantity(number: str, unit: str, per: str, start: int, end: int) -> Quantity:
    written = Decimal(number.replace(",", "")[:30])
    if not unit:
        return Quantity(written, "", written, start, end)
    dimension, size = UNITS[unit.lower()]
    value = written * Decimal(size)
    if per:
        below, size = UNITS[per.lower()]
        return Quantity(value / Decimal(size), f"{dimension}/{below}", written, start, end)
    return Quantity(value, dimension, written, start, end)


def missing(claim: Numbers, quote: Numbers) -> str:
    """The code of what the claim says in numbers and the quote does not; "" where all of it agrees.

    A number without a unit agrees with the same number with one; a number with a unit never with one without.
    """
    if not all(
        _in_dates(quantity, quote) or any(equal(quantity, other) for other in quote.quantities)
        for quantity in claim.quantities
    ):
        return "number_not_in_quote"
    if not claim.ratios <= quote.ratios:
        return "number_not_in_quote"
    if not claim.frequencies <= quote.frequencies:
        return "frequency_not_in_quote"
    if not all(any(days & others for others in quote.days) for days in claim.days):
        return "date_not_in_quote"
    if not claim.compared <= quote.compared:
        return "comparison_not_in_quote"
    if quote.compared and claim.quantities and not claim.compared and len(quote.quantities) == 1:
        return "comparison_not_in_quote"
    return ""


def equal(one: Quantity, other: Quantity) -> bool:
    if not one.dimension:
        return one.written == other.written
    return one.dimension == other.dimension and one.value == other.value


def _in_dates(quantity: Quantity, quote: Numbers) -> bool:
    """A year by itself stands in a date of that year."""
    return not quantity.dimension and any(quantity.written == day.year for days in quote.days for day in days)
