"""Breaks of the business associate agreement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, added, told


@dataclass(frozen=True)
class _Strange:
    """A resource of a service that is not on the list."""

    TYPE = "AWS::AppStream::Fleet"
    arn: str = "arn:aws:appstream:us-east-1:123456789012:fleet/x"


AGREEMENT = (
    Break(
        "ATT-01",
        "expired",
        c.ACCOUNT,
        "expired",
        told(attestations={"ATT-01": c.attestation("ATT-01", expires=date(2026, 1, 1))}),
    ),
    Break(
        "ATT-04",
        "expired",
        c.ACCOUNT,
        "expired",
        told(attestations={"ATT-04": c.attestation("ATT-04", expires=date(2026, 1, 1))}),
    ),
    Break(
        "ATT-02",
        "old analysis",
        c.ACCOUNT,
        "more than a year",
        told(attestations={"ATT-02": c.attestation("ATT-02", dated=date(2025, 1, 1))}),
    ),
    Break("ATT-03", "strange", c.ACCOUNT, "AppStream", added("secrets", _Strange())),
)
