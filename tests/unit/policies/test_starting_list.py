"""Nothing on the list that the catalogue began with is lost silently."""

from __future__ import annotations

import pytest
from hipaa_policies.catalogue import catalogue

# The ids of the list, and its three groups that name several at once: S3-01..05.
STARTING_LIST = (
    *(f"LAM-{number:02}" for number in range(1, 11)),
    *(f"NET-{number:02}" for number in range(1, 7)),
    *(f"KMS-{number:02}" for number in range(1, 4)),
    *(f"IAM-{number:02}" for number in range(1, 11)),
    *(f"API-{number:02}" for number in range(1, 5)),
    *(f"WAF-{number:02}" for number in range(1, 3)),
    *(f"COG-{number:02}" for number in range(1, 4)),
    *(f"LOG-{number:02}" for number in range(1, 6)),
    *(f"TRL-{number:02}" for number in range(1, 6)),
    *(f"DDB-{number:02}" for number in range(1, 4)),
    *(f"S3-{number:02}" for number in range(1, 6)),
    *(f"SQS-{number:02}" for number in range(1, 3)),
    "SNS-01",
    "EVB-01",
    *(f"RDS-{number:02}" for number in range(1, 4)),
    *(f"SEC-{number:02}" for number in range(1, 3)),
    *(f"ALM-{number:02}" for number in range(1, 5)),
    "CST-01",
    *(f"BKP-{number:02}" for number in range(1, 4)),
    *(f"DET-{number:02}" for number in range(1, 3)),
    "INV-01",
    *(f"ATT-{number:02}" for number in range(1, 4)),
)
# An id of the list that is not in the catalogue any more: what it is called now, and why.
RENAMED: dict[str, tuple[str, str]] = {}
CONTROLS = {control.id for control in catalogue()}


@pytest.mark.parametrize("identifier", STARTING_LIST)
def test_nothing_is_lost(identifier: str) -> None:
    if identifier in RENAMED:
        now, why = RENAMED[identifier]
        assert now in CONTROLS
        assert why
    else:
        assert identifier in CONTROLS


def test_only_what_is_gone_is_renamed() -> None:
    assert set(RENAMED) <= set(STARTING_LIST) - CONTROLS
