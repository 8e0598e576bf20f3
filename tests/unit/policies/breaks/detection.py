"""Breaks of detection, and of the inventory."""

from __future__ import annotations

from typing import Any

from hipaa_policies.facts.detection import Scanner

from tests.unit.policies import compliant as c
from tests.unit.policies.breaks.changes import Break, changed, listed


def _recorder(name: str, **values: Any) -> Break:
    return Break("INV-01", name, c.ACCOUNT, "a part", changed("config_recorders", c.RECORDER, **values))


DETECTION = (
    Break("DET-01", "none", c.ACCOUNT, "no detector", listed("detectors")),
    Break("DET-01", "suspended", c.ACCOUNT, "suspended", changed("detectors", c.DETECTOR, enabled=False)),
    Break("DET-02", "none", c.ACCOUNT, "scans nothing", listed("scanners")),
    Break(
        "DET-02",
        "instances only",
        c.ACCOUNT,
        "scans EC2",
        listed("scanners", Scanner(c.arn("inspector2", "account"), ("EC2",))),
    ),
    Break("INV-01", "none", c.ACCOUNT, "records nothing", listed("config_recorders")),
    _recorder("a part", everything=False),
    _recorder("stopped", recording=False),
    _recorder("not delivered", bucket=None),
)
