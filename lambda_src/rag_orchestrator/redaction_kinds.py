"""What redaction finds, what it is told, and what it gives: the shapes that its parts share.

A finding is a kind and a place, never a value: it may be counted, logged and audited.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

KINDS: Final = frozenset(
    {
        "NAME", "LOCATION", "DATE", "AGE", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "HEALTH_PLAN", "ACCOUNT",
        "LICENSE", "VEHICLE", "DEVICE", "URL", "IP", "BIOMETRIC", "PHOTO", "ID",
    }
)  # fmt: skip
"""The 18 kinds of 45 CFR 164.514(b)(2)(i)(A)-(R), with ages over 89 of (C) as a kind of their own.

A name is (A), a location (B), a date and an age (C), ... and ID (R), any other unique number.
"""


class Finding(NamedTuple):
    """text[start:end] of the text that was given is PHI of this kind."""

    kind: str
    start: int
    end: int


class KnownValue(NamedTuple):
    """A value of the patient's own record: it is redacted wherever it stands, however it is written."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class Redacted:
    """The text with `[KIND]` in the place of each finding, and the findings in order, without overlaps."""

    text: str
    found: tuple[Finding, ...]


Layer = Callable[[str], Sequence[Finding]]
"""Finds PHI in a text. What it cannot do it raises as a Problem: it never answers half."""

Redactor = Callable[[str, Sequence[KnownValue]], Redacted]
"""The whole: what the orchestrator calls with a question and the patient's known values."""
