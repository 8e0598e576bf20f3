"""How confidential a document is: HL7's Confidentiality (2.16.840.1.113883.5.25), from laxest to strictest.

https://terminology.hl7.org/CodeSystem-v3-Confidentiality.html
"""

from typing import Final

LABELS: Final = ("U", "L", "M", "N", "R", "V")
"""Unrestricted, low, moderate, normal, restricted, very restricted."""
