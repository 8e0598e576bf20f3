"""The HIPAA checklist: one test a control, against a live account."""

from __future__ import annotations

import pytest
from hipaa_policies.catalogue import catalogue

from tests.compliance.conftest import Judge

CONTROLS = catalogue()


@pytest.mark.parametrize(
    "identifier",
    [control.id for control in CONTROLS],
    ids=[f"{control.id} {control.title}" for control in CONTROLS],
)
def test_control(identifier: str, judge: Judge) -> None:
    judge(identifier)
