"""The live account that the standard AWS variables point to, read and judged once for all tests.

``AWS_PROFILE=... AWS_REGION=us-east-1 pytest tests/compliance`` for an account of yours; with
``--local-cloud`` (tests/conftest.py) the variables point to ``environments/local``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hipaa_policies.assessment import Assessment, worst
from hipaa_policies.auditing import audit
from hipaa_policies.decisions import DecisionFileError
from hipaa_policies.problems import NotDoneError
from hipaa_policies.verdicts import Finding, Status

POLICIES = Path(__file__).resolve().parents[2] / "policies"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("compliance", "HIPAA checklist of a live account")
    group.addoption(
        "--strict-unknown", action="store_true", help="fail, instead of skip, what could not be judged"
    )
    group.addoption("--waivers", type=Path, default=POLICIES / "waivers.yaml", metavar="FILE")
    group.addoption("--attestations", type=Path, default=POLICIES / "attestations.yaml", metavar="FILE")


@pytest.fixture(scope="session")
def assessment(request: pytest.FixtureRequest) -> Assessment:
    """All findings. Fails, saying what to set, where there is no account to ask."""
    option = request.config.getoption
    problem = ""
    try:
        return audit(
            waivers=option("--waivers", POLICIES / "waivers.yaml"),
            attestations=option("--attestations", POLICIES / "attestations.yaml"),
        )
    except (NotDoneError, DecisionFileError) as error:
        problem = str(error)
    pytest.fail(f"The account cannot be audited: {problem}", pytrace=False)


class Judge:
    """Turns findings into a test's outcome: FAIL fails; what is unknown, or not there, is skipped."""

    def __init__(self, assessment: Assessment, strict: bool) -> None:
        self._assessment = assessment
        self._strict = strict

    def __call__(self, *controls: str) -> None:
        found = [f for f in self._assessment.findings if f.control_id in controls]
        assert {f.control_id for f in found} == set(controls), "a control has said nothing"
        status = worst({f.status for f in found})
        if status is Status.FAIL:
            pytest.fail(self._listed(found, Status.FAIL, Status.UNKNOWN), pytrace=False)
        if status is Status.UNKNOWN:
            message = self._listed(found, Status.UNKNOWN)
            if self._strict:
                pytest.fail(message, pytrace=False)
            pytest.skip(message)
        if status is Status.NOT_APPLICABLE:
            pytest.skip(self._listed(found, Status.NOT_APPLICABLE))

    @staticmethod
    def _listed(found: list[Finding], *statuses: Status) -> str:
        return "\n".join(
            f"{f.status.value} {f.control_id} {f.resource}: {f.message}"
            for f in found
            if f.status in statuses
        )


@pytest.fixture
def judge(assessment: Assessment, request: pytest.FixtureRequest) -> Judge:
    return Judge(assessment, bool(request.config.getoption("--strict-unknown", False)))
