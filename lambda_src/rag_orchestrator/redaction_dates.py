"""Dates more exact than a year, and ages over 89, as 45 CFR 164.514(b)(2)(i)(C) has them.

A year alone is no identifier, and neither is a time of day, a day of the week or "three days ago".
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Final

from rag_orchestrator.redaction_kinds import Finding
from rag_orchestrator.redaction_words import MONTHS

_MONTH: Final = r"(?P<{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
_M, _M2, _M3 = (_MONTH.format(name) for name in ("mb", "ma", "mo"))
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?"
_YEAR: Final = r"(?:(?:19|20)\d{2}|'\d{2})"
_TIME: Final = r"(?:(?:[T ]|,?[ ]at[ ])\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
_WEEKDAY: Final = r"(?:\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?,?[ ](?:the[ ])?)?"
_ORDINALS: Final = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|"
    "fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty[- ](?:first|second|third|fourth|"
    "fifth|sixth|seventh|eighth|ninth)|thirtieth|thirty[- ]first"
)
_NAMED: Final = re.compile(
    rf"""(?<!\w){_WEEKDAY}(?<![\w.])(?:
      (?P<db>{_DAY}|{_ORDINALS})(?:[ -]|[ ]of[ ])?{_M}(?:(?:,?[ -]|,)(?P<yb>{_YEAR}|\d{{2}}(?!\d|:|[ ]?(?:mg|mcg|ml|%|days?|weeks?))))?
    | {_M2}[ -]?(?:the[ ])?(?P<da>{_DAY}|{_ORDINALS})(?![\d:%]|[./]\d|[ ]?(?:mg|mcg|ml|weeks?|days?|months?|hours?)\b)(?:(?:,?[ ]?|-)(?P<ya>{_YEAR}|(?<=-)\d{{2}}\b))?
    | {_M3},?[ -]?(?:of[ ])?(?P<yo>{_YEAR})
    ){_TIME}(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_NUMERIC: Final = re.compile(
    rf"(?<![\w./-])(?:(?P<y1>(?:19|20)\d{{2}})(?P<s1>[-/.])(?P<m1>\d{{1,2}})(?P=s1)(?P<d1>\d{{1,2}})"
    rf"|(?P<a>\d{{1,2}})(?P<s2>[-/.])(?P<b>\d{{1,2}})(?P=s2)(?P<y2>(?:19|20)\d{{2}}|\d{{2}}))(?!\d|[./-]\d){_TIME}",
    re.IGNORECASE,
)
_COMPACT: Final = re.compile(
    r"(?<![\w./-])(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?:\d{4}(?:\d{2})?)?(?![\w./-])"
)
_MONTH_YEAR: Final = re.compile(
    r"(?<![\w./-])(?:0?[1-9]|1[0-2])[/-](?:19|20)\d{2}(?![\w/]|[-.]\d)|(?<![\w./-])(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?![\w/]|[-.]\d)"
)
_MONTH_DAY: Final = re.compile(
    r"\b(?:on|since|after|before|dated?|dob|until|till|by|by the|between|from|through|of|visit|seen|admitted|discharged|born|scheduled(?: for)?)[: ]+"
    r"(?P<v>(?P<m>0?[1-9]|1[0-2])[/](?P<d>0?[1-9]|[12]\d|3[01])(?:(?: (?:and|to|through|until) |-)(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12]\d|3[01]))?)"
    r"(?![\w/%]|[-.]\d|,? (?:strength|pain|power|tablet|tab\b|murmur|severity|inten|scale|motor|throughout|bilat|dose|positive|in (?:the )?(?:left|right|upper|lower)))",
    re.IGNORECASE,
)
_CUED: Final = re.compile(
    r"\b(?:dob|d\.o\.b\.?|birth ?date|date of birth|born(?: on)?|d/o/b)[: #=(is]*(?P<v>\d{6,8}|\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4})(?!\w)",
    re.IGNORECASE,
)
_ON_THE: Final = re.compile(
    r"\b(?:on|since|until|by|before|after) the (?P<v>(?:[1-9]|[12]\d|3[01])(?:st|nd|rd|th))(?=\s*(?:[.,;:?!)]|$|of (?:this|last|next|the) month|at \d))",
    re.IGNORECASE,
)
_ONE_MONTH: Final = re.compile(
    rf"(?i:\b(?:in|since|during|of|until|by|last|this|next|early|late|mid|before|after|from|through|to|till|between|and)[ -])(?:the (?:end|start|beginning|middle) of )?(?P<v>{_MONTH.format('m').replace('jan', '[Jj]an').replace('feb', '[Ff]eb').replace('|mar', '|[Mm]ar').replace('apr', '[Aa]pr').replace('|may', '|May').replace('june', '[Jj]une').replace('july', '[Jj]uly').replace('|aug', '|[Aa]ug').replace('sept', '[Ss]ept').replace('|oct', '|[Oo]ct').replace('|nov', '|[Nn]ov').replace('|dec', '|[Dd]ec')})"
)
_OLD_AT_ALL: Final = re.compile(r"9\d|1[0-2]\d|ninet|hundred|centen|nonagen", re.IGNORECASE)
_DIGIT: Final = re.compile(r"\d")
_ANY_MONTH: Final = re.compile(
    r"(?<![^\W\d_])(?:jan|feb|mar|apr|may|ju[nl]|aug|sep|oct|nov|dec)", re.IGNORECASE
)
_PARTED: Final = re.compile(r"\d[-/]\d")
_OLD: Final = r"(?:9\d|1[0-2]\d)"
_TENS: Final = r"ninety(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a) hundred(?:[- ]and)?(?:[- ](?:one|two|three|four|five|six|seven|eight|nine|ten))?"
_AGE: Final = re.compile(
    rf"\b(?P<a>(?:{_OLD}|{_TENS})(?:[- ]?(?:years?|yrs?)[- ]?(?:old|of age)|[- ]?(?:y/?o|y\.o\.|yr/o)[mf]?\b|[- ]?year[- ]old))"
    rf"|\b(?:age[ds]?|aged|turn(?:ed|ing|s)|is now|age(?: is| was|:| of|=))[: ]*(?P<b>{_OLD}|{_TENS})\b(?![./%]|[ ]?(?:mg|mm|bpm|days|months|weeks|hours))"
    r"|\b(?P<c>nonagenarian|centenarian|supercentenarian|in (?:his|her|their) (?:nineties|90'?s))\b",
    re.IGNORECASE,
)
_SHEETS: Final = frozenset({"MAR", "OCT"})
"""The record of medicines given, and the tomography of the eye: no months where they stand so."""


def find(text: str) -> Iterator[Finding]:
    for start, end, _ in dates(text):
        yield Finding("DATE", start, end)
    patterns: list[re.Pattern[str]] = []
    if _DIGIT.search(text):
        patterns += (_CUED, _ON_THE)
    if _PARTED.search(text):
        patterns += (_MONTH_YEAR, _MONTH_DAY)
    if _ANY_MONTH.search(text):
        patterns.append(_ONE_MONTH)
    for pattern in patterns:
        for found in pattern.finditer(text):
            group = "v" if "v" in pattern.groupindex else 0
            if found.group(group) not in _SHEETS:
                yield Finding("DATE", *found.span(group))
    for found in _AGE.finditer(text) if _OLD_AT_ALL.search(text) else ():
        name = found.lastgroup or "a"
        yield Finding("AGE", *found.span(name))


def dates(text: str) -> Iterator[tuple[int, int, frozenset[date]]]:
    """Each date of the text: its place, and the days that it may mean (3/4/2024 is March or April)."""
    for found in _NAMED.finditer(text) if _ANY_MONTH.search(text) else ():
        days = _named(found)
        if days is not None:
            yield found.start() + len(found.group()) - len(found.group().lstrip()), found.end(), days
    if not _DIGIT.search(text):
        return
    for found in _NUMERIC.finditer(text):
        days = _numeric(found)
        if days:
            yield *found.span(), days
    for found in _COMPACT.finditer(text):
        days = _days(found["y"], [(found["m"], found["d"])])
        if days:
            yield *found.span(), days


def _named(found: re.Match[str]) -> frozenset[date] | None:
    month = found["mb"] or found["ma"] or found["mo"]
    day = found["db"] or found["da"] or ""
    year = found["yb"] or found["ya"] or found["yo"] or ""
    if month in _SHEETS and not found["db"]:
        return None
    if month == "may" and not (year or found["db"]):
        return None
    number = re.match(r"\d+", day)
    return _days(year, [(str(MONTHS[month.lower()]), number.group())]) if year and number else frozenset()


def _numeric(found: re.Match[str]) -> frozenset[date]:
    if found["y1"]:
        return _days(found["y1"], [(found["m1"], found["d1"])])
    if found["s2"] == "." and len(found["y2"]) == 2:
        return frozenset()  # a version or a section as likely as a date
    return _days(found["y2"], [(found["a"], found["b"]), (found["b"], found["a"])])


def _days(year: str, pairs: list[tuple[str, str]]) -> frozenset[date]:
    digits = year.lstrip("'")
    years = [int(digits)] if len(digits) == 4 else [1900 + int(digits), 2000 + int(digits)]
    days = set()
    for month, day in pairs:
        for value in years:
            with suppress(ValueError):
                days.add(date(value, int(month), int(day)))
    return frozenset(days)
