"""How confidential: the codes of HL7's Confidentiality (2.16.840.1.113883.5.25), from laxest to strictest.

https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html
"""

from typing import Final

from document_ingest.faults import Rejected

LABELS: Final = ("U", "L", "M", "N", "R", "V")
"""Unrestricted, low, moderate, normal, restricted, very restricted."""


def stricter(one: str, other: str) -> str:
    """The stricter of two labels, "" being none; Rejected for a code that is not on the list."""
    for label in (one, other):
        if label and label not in LABELS:
            raise Rejected("access_label_unknown")
    return max(one, other, key=lambda label: LABELS.index(label) if label else -1)
