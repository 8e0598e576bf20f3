"""Places smaller than a state: streets, cities, counties, postal codes, and the facilities that name them.

A facility is taken for a place, as Comprehend Medical's ADDRESS does: "St. Mary's Hospital" says where.
https://docs.aws.amazon.com/comprehend-medical/latest/dev/textanalysis-phi.html
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from rag_orchestrator.redaction_kinds import Finding
from rag_orchestrator.redaction_words import (
    EPONYM_NOUNS,
    NOT_NAMES,
    REGIONS,
    STATE_NAMES,
    STATES,
    STREETS,
    folded,
    lists,
    word_set,
)

_SUFFIX: Final = "|".join(sorted((word.capitalize() for word in STREETS), key=len, reverse=True))
_PLAIN_SUFFIX: Final = "street|avenue|ave|road|rd|lane|boulevard|blvd|drive|court|highway|parkway"
_UNIT: Final = (
    r"(?:,?[ ]+(?:apt|apartment|suite|ste|unit|bldg|building|floor|fl|box|lot|#)\.?[ ]?#?[ ]?[\w-]+)?"
)
_WORD: Final = r"[A-Z][\w'.-]*"
_STATE: Final = rf"(?:{'|'.join(sorted(STATES))}|{'|'.join(STATE_NAMES)})"
_CITY: Final = rf"{_WORD}(?:[ ]{_WORD}){{0,2}}"
_TAIL: Final = (
    rf"(?:(?:,[ ]*|[ ]|\n){_CITY}(?:,[ ]*|[ ]){_STATE}\b(?:,?[ ]+\d{{5}}(?:-\d{{4}})?\b)?|,[ ]?{_CITY})?"
)
_STREET: Final = re.compile(
    rf"(?<![\w./-])\d{{1,6}}[A-Za-z]?[ ]+(?:(?:[NSEW]{{1,2}}\.?|North|South|East|West)[ ]+)?(?:(?:{_WORD}|\d+(?:st|nd|rd|th)|of|the)[ ]+){{1,3}}"
    rf"(?:{_SUFFIX})\b\.?(?:[ ](?:NW|NE|SW|SE|[NSEW])\b)?(?i:{_UNIT}){_TAIL}"
)
_PLAIN_STREET: Final = re.compile(
    rf"(?<![\w./-])\d{{1,6}}[ ]+(?:(?!mg|mcg|ml|units|days|weeks|hours|minutes|years|times|day|week|hour|minute)[a-z][a-z'.-]+[ ]+){{1,2}}(?:{_PLAIN_SUFFIX})\b\.?{_UNIT}",
    re.IGNORECASE,
)
_NAMED_STREET: Final = re.compile(
    rf"\b(?:on|at|off|along|near)[ ](?P<v>{_WORD}(?:[ ]{_WORD})?[ ](?:Street|Avenue|Ave|Road|Rd|Lane|Boulevard|Blvd|Drive|Highway|Parkway))\b"
)
_BOX: Final = re.compile(
    r"\bP\.?[ ]?O\.?[ ]?Box[ ]\d+|\b(?:PSC|Unit)[ ]\d+,?[ ]Box[ ]\d+|\b(?:USS|USNS|USNV|USCGC)[ ][A-Z]\w+|\b(?:FPO|APO|DPO)[ ]A[AEP][ ]\d{5}(?:-\d{4})?",
    re.IGNORECASE,
)
_CITY_STATE: Final = re.compile(
    rf"\b(?P<city>{_CITY})(?P<comma>,[ ]*|[ ])(?P<state>{_STATE})\b\.?(?P<zip>,?[ ]+\d{{5}}(?:-\d{{4}})?\b)?"
)
_BEFORE_PLACE: Final = re.compile(r"\b(?:in|near|at|from|to|of|outside|around|is)[ ]$", re.IGNORECASE)
_HOUSE: Final = re.compile(
    rf"(?<![\w./-])\d{{1,6}}[ ]+(?:{_WORD}[ ]+){{1,4}}(?:(?:Apt|Suite|Ste|Unit|Apartment)\.?[ ]\w+)(?:(?:,[ ]*|[ ]|\n){_CITY}(?:,[ ]*|[ ]){_STATE}\b(?:,?[ ]+\d{{5}}(?:-\d{{4}})?\b)?)?"
    rf"|(?<![\w./-])\d{{1,6}}(?:[ ]+{_WORD}){{1,4}},?[ \n]+{_CITY},[ ]*{_STATE}[ ]+\d{{5}}(?:-\d{{4}})?\b"
)
_ZIP: Final = re.compile(
    r"\bzip(?:[ -]?code)?(?:[ ](?:is|of))?[: ]+(?P<v>\d{5}(?:-\d{4})?)(?![\w-])|\bpost(?:al|[ ]?)[ ]?code(?:[ ](?:is|of))?[: ]+(?P<w>[A-Z0-9]{2,5}(?:[ -][A-Z0-9]{2,4})?)(?!\w)",
    re.IGNORECASE,
)
_ZIP_FOUR: Final = re.compile(r"(?<![\w.-])\d{5}-\d{4}(?![\w-])")
_FOREIGN_CODE: Final = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]?[ ]\d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z][ ]\d[A-Z]\d)\b"
)
_LIVES: Final = re.compile(
    rf"\b(?i:lives?|living|resid(?:es?|ing)|resident|born|raised|moved|relocated|moving|travell?(?:ed|s|ing)|home|house|address|native|grew up|works|worked|based|visiting|stayed|staying|drives|drove|commutes)[ ](?i:(?:back |over |down |up )?(?:in|at|of|to|from|near|outside(?: of)?|is))[ ](?:downtown[ ]|rural[ ]|the[ ])?(?P<v>{_CITY})"
)
_IN: Final = re.compile(
    rf"\b(?:in|from|near|outside|to|at|around|of|via)[ ](?:downtown[ ]|rural[ ]|north[ ]|south[ ]|east[ ]|west[ ])?(?P<v>{_CITY})"
)
_COUNTY: Final = re.compile(
    rf"\b(?P<v>{_WORD}(?:[ ]{_WORD})?[ ](?:County|Parish|Township|Borough))\b|\b(?:town|city|village|municipality|county|borough|district|neighborhood)[ ]of[ ](?P<w>{_CITY})"
)
_FACILITY: Final = re.compile(
    rf"\b(?P<v>(?:{_WORD}[ ](?:(?:of|the|and|de|&)[ ])?){{1,5}}(?:Hospitals?|Medical[ ]Cent(?:er|re)|Med[ ]Ctr|Clinic|Health[ ]?care|Health[ ]Cent(?:er|re)|Health[ ]System|Health|Infirmary|Hospice|Nursing[ ]Home|Rehab(?:ilitation)?(?:[ ]Cent(?:er|re))?|Care[ ]Cent(?:er|re)|Pharmacy|Surgery[ ]Cent(?:er|re)|Medical[ ]Group|Manor|Senior[ ]Living|Assisted[ ]Living|Elementary(?:[ ]School)?|High[ ]School|School|University|College|Church|Shelter|Prison))\b"
)
_GENERIC: Final = word_set(
    "a an the this that our your his her their my any which what discharge inpatient outpatient "
    "emergency acute general community county city state national regional memorial children "
    "childrens women womens mens veterans public private local rural urban primary secondary tertiary "
    "urgent home mental behavioral family medical health care center centre clinic hospital "
    "university college school nursing skilled facility surgical surgery eye dental diabetes heart "
    "cancer wound pain sleep travel infusion dialysis retail mail specialty sports physical "
    "occupational cardiac pulmonary stroke of and the to from at in after before did does was is has "
    "when where why how who transfer transferred patient student former teaching academic pre post "
    "oral bone liver kidney lung brain joint spine skin immune sexual reproductive maternal infant "
    "child adult pediatric geriatric prenatal population global digital us va"
)
_DIGIT: Final = re.compile(r"\d")
_NUMBERED: Final = (_BOX, _STREET, _HOUSE, _PLAIN_STREET, _ZIP, _ZIP_FOUR, _FOREIGN_CODE)
_AMBIGUOUS_STATES: Final = frozenset(
    {
        "MD",
        "PA",
        "OR",
        "IN",
        "OK",
        "ME",
        "HI",
        "MS",
        "AS",
        "MA",
        "DE",
        "CO",
        "ID",
        "AL",
        "LA",
        "AP",
        "AR",
        "CT",
        "PR",
        "MI",
        "VA",
        "DC",
    }
)


def find(text: str) -> Iterator[Finding]:
    digit = _DIGIT.search(text)
    for pattern in (_NAMED_STREET, *(_NUMBERED if digit else ())):
        for found in pattern.finditer(text):
            yield Finding("LOCATION", *found.span(found.lastgroup or 0))
    for found in _CITY_STATE.finditer(text):
        yield from _city_and_state(found, text)
    for found in _LIVES.finditer(text):
        yield from _city(found, text, certain=True)
    for found in _IN.finditer(text):
        yield from _city(found, text, certain=False)
    for found in _COUNTY.finditer(text):
        group = found.lastgroup or "v"
        if _is_proper(found.group(group).split()[0]):
            yield Finding("LOCATION", *found.span(group))
    for found in _FACILITY.finditer(text):
        yield from _facility(found)
    yield from _several_words(text)


def is_city(name: str) -> bool:
    return _city_key(name) in lists()["cities"]


def _is_any_city(name: str) -> bool:
    return is_city(name) or _city_key(name) in lists()["city-words"]


def _city_key(name: str) -> str:
    return "_".join(folded(name).replace("-", " ").replace("'", " ").replace(".", "").split())


def _city_and_state(found: re.Match[str], text: str) -> Iterator[Finding]:
    """Without a postal code an abbreviation must not be a degree or a word: "Jane Doe, MD" is no city."""
    city, state = found["city"], found["state"]
    words = city.split()
    known = next((n for n in range(len(words)) if _is_any_city(" ".join(words[n:]))), None)
    listed = found["comma"].startswith(",")
    unclear = state in _AMBIGUOUS_STATES
    told = _BEFORE_PLACE.search(text, max(0, found.start() - 12), found.start()) is not None
    if not (found["zip"] or known is not None or (listed and (told or not unclear))):
        return
    if not found["zip"] and not listed and unclear:
        return
    if known is None and folded(words[-1]) in NOT_NAMES:
        return
    skipped = 0
    if known is not None:
        skipped = len(city) - len(" ".join(words[known:]))
    elif len(words) > 1 and folded(words[0]) in _GENERIC:
        skipped = len(words[0]) + 1
    yield Finding("LOCATION", found.start() + skipped, found.end())


def _city(found: re.Match[str], text: str, *, certain: bool) -> Iterator[Finding]:
    """The longest beginning of the words that is a city; where someone lives, any proper name."""
    words, start = found["v"].split(" "), found.start("v")
    after = re.compile(r"(?:'s)?[ ]*([A-Za-z]+)").match(text, found.end("v"))
    for length in range(len(words), 0, -1):
        name = " ".join(words[:length]).rstrip(".,")
        following = words[length] if length < len(words) else (after[1] if after else "")
        bare = name.removesuffix("'s")
        known = _city_key(bare) in lists()["cities"] or (certain and _city_key(bare) in lists()["city-words"])
        if known and folded(following) not in EPONYM_NOUNS:
            yield Finding("LOCATION", start, start + len(bare))
            return
    proper = []
    for word in words:
        if not _is_proper(word.rstrip(".,")):
            break
        proper.append(word)
    if certain and proper and folded(proper[0].rstrip(".,")) not in REGIONS:
        yield Finding("LOCATION", start, start + len(" ".join(proper).rstrip(".,")))


def _is_proper(word: str) -> bool:
    plain = folded(word).removesuffix("'s").strip(".")
    return (
        len(plain) > 2
        and plain not in lists()["words"]
        and plain not in NOT_NAMES
        and plain not in _GENERIC
        and not word.isupper()
    )


def _facility(found: re.Match[str]) -> Iterator[Finding]:
    """Only what a proper name begins: "the Outpatient Clinic" is any, "Mercy Hospital" is one."""
    words = list(re.finditer(r"\S+", found["v"]))
    while words and (
        folded(words[0].group()).strip(".") in _GENERIC or folded(words[0].group()) in NOT_NAMES
    ):
        words.pop(0)
    names = [word for word in words[:-1] if _names_one(word.group())]
    if names:
        yield Finding("LOCATION", found.start("v") + words[0].start(), found.end("v"))


def _names_one(word: str) -> bool:
    plain = folded(word).removesuffix("'s").strip(".")
    if plain in ("st", "saint", "mount", "mt", "mercy", "providence", "good"):
        return True
    kinds = lists()
    return plain not in _GENERIC and plain not in NOT_NAMES and (
        plain in kinds["first"] or plain in kinds["last"] or plain in kinds["cities"]
        or (plain not in kinds["words"] and plain not in kinds["last-words"] and plain not in kinds["first-words"])
    )  # fmt: skip


_SEVERAL: Final = re.compile(rf"\b{_WORD}(?:[ ]{_WORD})+")


@cache
def _longest_city() -> int:
    """Words of the longest name of a city: no longer run is one."""
    return max(name.count("_") + 1 for name in lists()["cities"])


def _several_words(text: str) -> Iterator[Finding]:
    """A city of two or more words needs no word before it: "Salt Lake City"."""
    for run in _SEVERAL.finditer(text):
        words = list(re.finditer(r"[^ ]+", run.group()))
        pairs = (
            (first, last)
            for first in range(len(words) - 1)
            for last in range(first + 1, min(first + _longest_city(), len(words)))
        )
        for first, last in pairs:
            start, end = words[first].start(), words[last].end()
            following = words[last + 1].group() if last + 1 < len(words) else ""
            name = run.group()[start:end].rstrip(".,")
            if is_city(name) and folded(following) not in EPONYM_NOUNS:
                yield Finding("LOCATION", run.start() + start, run.start() + start + len(name))
