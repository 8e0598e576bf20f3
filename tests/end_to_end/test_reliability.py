"""`make reliability` with few messages: the same code, on the deployment that all tests share."""

from __future__ import annotations

import pytest

from scripts.local_deployment import LocalDeployment
from tests.reliability.run import run

pytestmark = pytest.mark.deployment


def test_sent_is_stored_and_duplicate_and_quarantined_while_aws_fails(deployment: LocalDeployment) -> None:
    report = run(deployment, 300, seed=7)
    print(report)
    assert not report.wrong, str(report)
    assert "sent 300 = stored 270 + duplicate 15 + quarantined 15" in report.lines
