"""The reports that other tools read: JUnit, SARIF, OSCAL."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hipaa_policies.assessment import Assessment, Location
from hipaa_policies.reports import FORMATS
from hipaa_policies.verdicts import Requirement, Status
from trestle.core.validator_factory import validator_factory
from trestle.oscal.assessment_results import AssessmentResults

from tests.unit.policies import compliant as c
from tests.unit.policies.test_reports import NOW, WAIVER, every_status

TOLD = (Status.FAIL, Status.WAIVED, Status.UNKNOWN)
ALL_VALIDATORS = validator_factory.get(Namespace(mode="all"))


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return every_status()


@pytest.fixture(scope="module")
def junit(assessment: Assessment) -> ElementTree.Element:
    return ElementTree.fromstring(FORMATS["junit"](assessment))  # noqa: S314 - our own


def test_junit_has_a_suite_for_each_control_and_a_case_for_each_finding(
    junit: ElementTree.Element, assessment: Assessment
) -> None:
    assert [suite.get("name") for suite in junit] == [f"{x.id} {x.title}" for x in assessment.controls]
    cases = [(x.get("classname"), x.get("name")) for x in junit.iter("testcase")]
    assert sorted(cases) == sorted((f"hipaa.{f.control_id}", f.resource) for f in assessment.findings)


def test_junit_counts_as_its_cases_say(junit: ElementTree.Element, assessment: Assessment) -> None:
    counts = assessment.counts()
    skipped = counts[Status.UNKNOWN] + counts[Status.NOT_APPLICABLE] + counts[Status.WAIVED]
    for element in (junit, *junit):
        assert element.get("tests") == str(len(list(element.iter("testcase"))))
        assert element.get("failures") == str(len(list(element.iter("failure"))))
        assert element.get("skipped") == str(len(list(element.iter("skipped"))))
    assert (junit.get("failures"), junit.get("skipped")) == (str(counts[Status.FAIL]), str(skipped))


def test_a_failure_in_junit_says_what_and_where(junit: ElementTree.Element, assessment: Assessment) -> None:
    (failed,) = assessment.of(Status.FAIL)
    (failure,) = junit.iter("failure")
    assert failure.get("message") == f"FAIL: {failed.message}"
    assert failed.resource in (failure.text or "")
    assert failed.citation in (failure.text or "")


def test_junit_stays_xml_whatever_a_resource_is_called(assessment: Assessment) -> None:
    odd = replace(assessment.findings[0], resource="a\x00b<c>\x1b\ud800", status=Status.FAIL, message="\x07")
    text = FORMATS["junit"](replace(assessment, findings=(odd, *assessment.findings[1:])))
    names = [x.get("name") for x in ElementTree.fromstring(text).iter("testcase")]  # noqa: S314 - our own
    assert "a\ufffdb<c>\ufffd\ufffd" in names


@pytest.fixture(scope="module")
def run(assessment: Assessment) -> Any:
    located = replace(assessment, locations={c.FUNCTION: Location("modules/a b/main.tf", 12)})
    log = json.loads(FORMATS["sarif"](located))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    return run


def test_sarif_has_every_rule_and_each_result_its_own(run: Any, assessment: Assessment) -> None:
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [control.id for control in assessment.controls]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    told = Counter(f.control_id for f in assessment.findings if f.status in TOLD)
    assert Counter(result["ruleId"] for result in run["results"]) == told
    assert run["properties"]["summary"] == {s.value: assessment.counts()[s] for s in Status}


def test_sarif_levels_kinds_and_suppressions(run: Any, assessment: Assessment) -> None:
    """SARIF 3.27.9, 3.27.10 and 3.35: what is not a failure has no level, what is accepted is suppressed."""
    binding = {control.id: control.requirement for control in assessment.controls}
    seen = set()
    for result in run["results"]:
        status = result["properties"]["status"]
        seen.add(status)
        strict = binding[result["ruleId"]] is Requirement.REQUIRED
        expected = ("open", "none") if status == "UNKNOWN" else ("fail", "error" if strict else "warning")
        assert (result["kind"], result["level"]) == expected
        assert ("suppressions" in result) == (status == "WAIVED")
    assert seen == {status.value for status in TOLD}
    prints = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_points_to_the_line_where_a_plan_knows_it(run: Any) -> None:
    physical = {}
    for result in run["results"]:
        (place,) = result["locations"]
        name = place["logicalLocations"][0]["fullyQualifiedName"]
        physical[name] = place.get("physicalLocation")
    where = physical.pop(c.FUNCTION)
    assert where["artifactLocation"]["uri"] == "modules/a%20b/main.tf"
    assert where["region"] == {"startLine": 12}
    assert physical
    assert set(physical.values()) == {None}


def test_sarif_tells_what_could_not_be_read(run: Any) -> None:
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert (
        "kms:ListKeys answered AccessDeniedException; grant kms:ListKeys" in notification["message"]["text"]
    )


@pytest.fixture(scope="module")
def results(assessment: Assessment) -> Any:
    """Read by compliance-trestle, which refuses what the OSCAL schema does not have."""
    return AssessmentResults(**json.loads(FORMATS["oscal"](assessment))["assessment-results"])


def test_oscal_is_valid(results: Any, tmp_path: Path) -> None:
    assert ALL_VALIDATORS.model_is_valid(results, True, tmp_path)


def test_oscal_is_refused_by_the_same_validator_where_it_is_wrong(results: Any, tmp_path: Path) -> None:
    broken = results.model_copy(deep=True)
    broken.results[0].observations[1].uuid = broken.results[0].observations[0].uuid
    assert not ALL_VALIDATORS.model_is_valid(broken, True, tmp_path)


def test_oscal_has_every_finding_every_control_and_every_asset(results: Any, assessment: Assessment) -> None:
    (result,) = results.results
    assert len(result.observations) == len(assessment.findings)
    assert [finding.target.target_id for finding in result.findings] == [x.id for x in assessment.controls]
    assert len(result.local_definitions.inventory_items) == len(assessment.assets)
    observed = {observation.uuid for observation in result.observations}
    for finding in result.findings:
        assert {related.observation_uuid for related in finding.related_observations} <= observed
    states = {f.target.target_id: f.target.status.state.value for f in result.findings}
    assert states["LAM-08"] == "not-satisfied"  # waived is not satisfied
    assert states["ATT-02"] == "not-satisfied"  # unknown is not satisfied
    assert (states["ATT-01"], states["LAM-01"]) == ("satisfied", "satisfied")


def test_oscal_has_a_risk_for_each_failure_and_for_each_waiver_until_it_expires(
    results: Any,
) -> None:
    risks = {risk.title.partition(" ")[0]: risk for risk in results.results[0].risks}
    assert set(risks) == {"LAM-08", "LAM-09"}
    assert risks["LAM-09"].status.root.root == "open"
    assert risks["LAM-08"].status.root.root == "deviation-approved"
    assert risks["LAM-08"].deadline.date() == WAIVER.expires


def test_oscal_is_the_same_for_the_same_facts(assessment: Assessment) -> None:
    assert FORMATS["oscal"](assessment) == FORMATS["oscal"](every_status())
    later = replace(assessment, taken_at=NOW.replace(day=22))
    first, second = (json.loads(FORMATS["oscal"](x))["assessment-results"] for x in (assessment, later))
    assert first["uuid"] != second["uuid"]
    assert [f["uuid"] for f in first["results"][0]["findings"]] == [
        f["uuid"] for f in second["results"][0]["findings"]
    ]


def test_the_package_does_not_need_what_tests_its_reports() -> None:
    text = (Path(__file__).resolve().parents[3] / "policies" / "pyproject.toml").read_text()
    assert "trestle" not in text
