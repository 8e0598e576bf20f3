"""Where someone is reached: e-mail, web and network addresses, telephone and fax numbers."""
# ruff: noqa: E501 - a pattern is one line, as it is read

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from rag_orchestrator.redaction_kinds import Finding

_EMAIL: Final = re.compile(
    r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+|[\w.+-]+ (?:\(at\)|\[at\]) [\w.-]+ (?:\(dot\)|\[dot\]) \w+"
)
_ENDINGS: Final = "com|org|net|edu|gov|mil|info|biz|io|health|us|uk|ca|de|fr|co|app|dev|me|care|clinic|int|eu"
_URL: Final = re.compile(
    rf"\b(?:(?:https?|ftp|sftp)://|www\.)[^\s<>\"'()\[\]]+|\b(?:[a-z0-9-]+\.)+(?:{_ENDINGS})(?:/[^\s<>\"'()]*)?(?![\w@.-])",
    re.IGNORECASE,
)
_IP: Final = re.compile(
    r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f:.]*)(?:/\d{1,3})?(?![\w:])",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(
    r"""(?<![\w.+/-])(?:
      (?:(?:\+|00)?1[-. ]{0,2})?(?:\(\d{3}\)[-. ]{0,2}|\d{3}[-. ]{1,2})\d{3}[-. ]{1,2}\d{4}
    | \+\d{1,3}(?:[-. ]?\(?\d{1,5}\)?){2,6}
    )(?:[ ,]*(?:x|ext\.?|extension)[ ]*\d{1,6})?(?![\w/]|[-.]\d)""",
    re.VERBOSE | re.IGNORECASE,
)
_LOCAL: Final = re.compile(
    r"(?<![\w.+/-])\d{3}[-.]\d{4}(?![\w/%]|[-.]\d|[ ](?:m?c?g|m?l|units?|kcal|cal|steps|ft|feet)\b)"
)
_CUE: Final = re.compile(
    r"\b(?:tel(?:ephone)?|phone|ph|cell|mobile|call(?:ed|back)?|pager|beeper|reach(?:ed|able)?|contact|text(?:ed)?|fax|facsimile|dial(?:ed)?|voicemail|hotline)"
    r"(?:[ ]+(?:number|no|num|is|was|at|me|her|him|them|on|to|back|line|#|home|work))*[.:#]*[ ]*(?P<v>\(?\d[\d() .-]{5,16}\d)(?![\w/]|[ ]?(?:mg|mcg|ml|g)\b)",
    re.IGNORECASE,
)  # fmt: skip
_FAX: Final = re.compile(r"\b(?:fax|facsimile)(?:ed)?\b\W*(?:\w+\W+){0,3}$", re.IGNORECASE)
_DOTTED: Final = re.compile(r"[a-z0-9-]\.[a-z]", re.IGNORECASE)
_PARTED: Final = re.compile(r"\d\.\d{1,3}\.\d|:[0-9a-f]*:", re.IGNORECASE)
_DIGITS: Final = re.compile(r"\d{3}")
_REACH: Final = 40  # characters before a number in which "fax" speaks of it


def find(text: str) -> Iterator[Finding]:
    if "@" in text or "at)" in text or "at]" in text:
        for found in _EMAIL.finditer(text):
            yield Finding("EMAIL", *found.span())
    if "." in text:
        for found in _URL.finditer(text) if "//" in text or _DOTTED.search(text) else ():
            yield Finding("URL", found.start(), found.start() + len(found.group().rstrip(".,;:!?")))
    if ":" in text or "." in text:
        for found in _IP.finditer(text) if _PARTED.search(text) else ():
            address = found.group().rstrip(".")
            if _is_address(address):
                yield Finding("IP", found.start(), found.start() + len(address))
    for start, end in _numbers(text) if _DIGITS.search(text) else ():
        fax = _FAX.search(text, max(0, start - _REACH), start)
        yield Finding("FAX" if fax else "PHONE", start, end)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_PHONE, _LOCAL):
        for found in pattern.finditer(text):
            digits = sum(letter.isdigit() for letter in found.group())
            if digits >= 7:  # a number of a telephone has seven digits at least
                yield found.span()
    for found in _CUE.finditer(text):
        value = found.group("v").rstrip("() .-")
        if 7 <= sum(letter.isdigit() for letter in value) <= 15:  # E.164: at most fifteen
            yield found.start("v"), found.start("v") + len(value)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return text.count(":") != 2 or "::" in text  # not a time of day
