"""The formats of FHIR's primitive types: https://hl7.org/fhir/R4/datatypes.html#primitive

The specification's regular expressions, and what they leave out: days that the calendar does not have, and
the ranges of integers.
"""

import base64
import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from fhir_ingest.narrative import is_narrative

_YEAR: Final = r"(?P<year>\d{4})"
_MONTH: Final = r"(?P<month>0[1-9]|1[0-2])"
_DAY: Final = r"(?P<day>0[1-9]|[12]\d|3[01])"
_TIME: Final = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
_ZONED_TIME: Final = _TIME + r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))"
_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_MAX_TEXT: Final = 1_048_576
_MAX_INTEGER: Final = 2**31 - 1


def _matches(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and compiled.fullmatch(value) is not None


def _is_day(pattern: str) -> Callable[[object], bool]:
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object) -> bool:
        match = compiled.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            return False
        try:
            date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
        except ValueError:
            return False
        return True

    return check


def _is_text(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= _MAX_TEXT
        and not value.isspace()
        and not _NOT_TEXT.search(value)
    )


def _is_integer(low: int) -> Callable[[object], bool]:
    # bool is an int in Python, and not in JSON.
    return lambda value: type(value) is int and low <= value <= _MAX_INTEGER


def _is_decimal(value: object) -> bool:
    return type(value) is int or isinstance(value, Decimal)


def _is_base64(value: object) -> bool:
    if not isinstance(value, str) or not value:
        return False
    try:
        # White space is allowed between groups: R4's own expression has it.
        base64.b64decode("".join(value.split()), validate=True)
    except ValueError:
        return False
    return True


CHECKS: Final[Mapping[str, Callable[[object], bool]]] = {
    "base64Binary": _is_base64,
    "boolean": lambda value: isinstance(value, bool),
    "canonical": _matches(r"\S+"),
    "code": _matches(r"[^\s]+( [^\s]+)*"),
    "date": _is_day(f"{_YEAR}(-{_MONTH}(-{_DAY})?)?"),
    "dateTime": _is_day(f"{_YEAR}(-{_MONTH}(-{_DAY}(T{_ZONED_TIME})?)?)?"),
    "decimal": _is_decimal,
    "id": _matches(r"[A-Za-z0-9.-]{1,64}"),
    "instant": _is_day(f"{_YEAR}-{_MONTH}-{_DAY}T{_ZONED_TIME}"),
    "integer": _is_integer(-(2**31)),
    "markdown": _is_text,
    "oid": _matches(r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    "positiveInt": _is_integer(1),
    "string": _is_text,
    "time": _matches(_TIME),
    "unsignedInt": _is_integer(0),
    "uri": _matches(r"\S+"),
    "url": _matches(r"\S+"),
    "uuid": _matches(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "xhtml": is_narrative,
}
"""Whether a JSON value is one of the primitive type."""
