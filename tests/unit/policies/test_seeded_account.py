"""The seeded account of `make bench`: every violation is found, and no compliant twin is alarmed for."""

from __future__ import annotations

import boto3
import pytest
from hipaa_policies.catalogue import catalogue
from hipaa_policies.judge import judge
from hipaa_policies.readers.live import read_account
from moto import mock_aws

from scripts.local_cloud import gaps  # noqa: F401 - importing them mends moto
from tests.bench.seeded import live
from tests.bench.seeded.ground import REGION, Ground
from tests.bench.seeded.judged import Failures, Outcome, outcome
from tests.bench.seeded.logs import mend_account
from tests.bench.seeded.seeds import NOT_SEEDED, SEEDS
from tests.unit.policies import compliant


def judged() -> Failures:
    account, record = read_account(boto3.Session("testing", "testing"), REGION, lambda text: None)
    # Of what moto does not have nothing is seeded; nothing else may go unread.
    assert [p for p in record.problems if p.message != "Not yet implemented"] == []
    findings = judge(account, compliant.settings())
    return frozenset((f.control_id, f.resource) for f in findings if f.status.value == "FAIL")


@pytest.fixture(scope="module")
def seen() -> Outcome:
    with mock_aws():
        built = live.build()
        broken = judged()
    with mock_aws():
        mend_account(Ground())
        mended = judged()
    return outcome(broken, mended, built)


def test_every_violation_is_found(seen: Outcome) -> None:
    assert [f"{seed.control} on {seed.kind} {seed.name}" for seed in seen.missed] == []
    assert len(seen.found) >= 52


def test_no_compliant_twin_is_alarmed_for(seen: Outcome) -> None:
    assert seen.false_alarms == ()


def test_every_control_is_seeded_or_says_why_not() -> None:
    seeded = {seed.control for seed in SEEDS}
    assert seeded.isdisjoint(NOT_SEEDED)
    assert seeded | set(NOT_SEEDED) == {control.id for control in catalogue()}


def test_no_two_seeds_of_a_kind_have_one_name() -> None:
    assert len({(seed.kind, seed.name) for seed in SEEDS}) == len(SEEDS)
