"""What a text says of times that are over: "warfarin until 2019" is warfarin that was stopped.

An end counts where it lies before today, or where nobody can tell: "until March", "until 2026" in 2026. A time to
come is none ("until review in March 2030"), and neither is an end without a date ("until further notice").
"""
# ruff: noqa: E501 - a pattern is one line, as it is read

import re
from datetime import date
from typing import Final

from rag_orchestrator.redaction_dates import dates
from rag_orchestrator.redaction_words import MONTHS
from rag_orchestrator.verifier_numbers import UNITS

_UNIT: Final = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
_YEAR: Final = rf"(?<![\w.,])(?:19|20)\d\d(?!\d|[.,]\d|[ ]?(?:{_UNIT})(?!\w))"
_MONTH: Final = r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)(?!\w)"
_UNTIL: Final = re.compile(r"\b(?:until|till|til)\b(?! further)", re.IGNORECASE)
"""Its date may stand further on: "until her visit to the clinic in March 2019"."""
_ENDING: Final = re.compile(
    rf"\b(?:(?:through|thru|up to|end(?:s|ing)?(?: date)?|stop date|last (?:taken|used)|from [^.,;\n]{{1,25}}? to)[: ]|between {_YEAR} and |(?:from )?{_YEAR} ?(?:-|–|to) ?)",  # noqa: RUF001
    re.IGNORECASE,
)
"""Its date follows at once."""
_FAR: Final = re.compile(r"(?:[^.,;\n]|,(?= ?\d{4})){0,40}")
_AT_ONCE: Final = re.compile(
    rf"[: ]*(?:(?:on|in|the) |(?:the )?(?:end|beginning|start|middle) of |(?:early|mid|late)[ -])*(?:\d[\d./-]*(?: {_MONTH},? ?(?:\d{{4}})?)?|{_MONTH}[ \d,]*)"
)
_YEAR_ALONE: Final = re.compile(_YEAR)
_MONTH_ALONE: Final = re.compile(rf"(?<!\w){_MONTH}")
_UNDATED: Final = re.compile(
    rf"\W+(?:(?:the )?(?:end|beginning|start|middle) of |(?:early|mid|late)[ -])?(?:{_MONTH}|(?:last|yesterday|recently|(?:this |the )?admission)\b)"
)
_KEPT: Final = re.compile(
    r"\b(?:(?:has|have|was|were|is|are|be|been|being|should|must|do|did|does|will|would)(?: not|n't)|not|never)(?: to)?(?: be| been| being)? "
    r"(?:stop(?:ped|ping)?|discontinued?|d/c'd|ceased?|held|withdrawn|suspended|ended|interrupted)\b",
    re.IGNORECASE,
)
_LIFETIME: Final = 50
"""Years: "5/3/30" is not 1930, and "5/3/99" not 2099."""


def told(text: str, today: date) -> str:
    """The text with "stopped" before an end that is over, and "continued" for "not stopped"."""
    text = _KEPT.sub("continued", text)
    ends = [found.start() for found in _UNTIL.finditer(text) if _is_over(text, found.end(), _FAR, today)]
    ends += [
        found.start() for found in _ENDING.finditer(text) if _is_over(text, found.end(), _AT_ONCE, today)
    ]
    for at in sorted(ends, reverse=True):
        text = f"{text[:at]}stopped {text[at:]}"
    return text


def _is_over(text: str, end: int, reach: re.Pattern[str], today: date) -> bool:
    """Whether the date after text[:end] is past, or may be."""
    found = reach.match(text, end)
    near = found.group() if found else ""
    named = [days for _, _, days in dates(near)]
    if any(named):
        likely = [day for days in named for day in days if abs(day.year - today.year) <= _LIFETIME]
        return not likely or min(likely) < today
    year = _YEAR_ALONE.search(near)
    if year is None:
        return bool(named) or _UNDATED.match(near) is not None
    month = _MONTH_ALONE.search(near[: year.start()])
    number = MONTHS[month.group().lower()] if month else 1
    return (int(year.group()), number) <= (today.year, today.month)
