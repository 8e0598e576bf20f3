"""JUnit XML, as CI servers read it: a suite for each control, a case for each resource it judged.

FAIL is a failure. UNKNOWN and NOT_APPLICABLE are skipped, with the reason, as in ``tests/compliance``;
so is WAIVED, with the decision.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hipaa_policies.assessment import Assessment, by_control
from hipaa_policies.catalogue import Control
from hipaa_policies.verdicts import Finding, PlannedFinding, Status

_SKIPPED = (Status.UNKNOWN, Status.NOT_APPLICABLE, Status.WAIVED)
# What XML 1.0 cannot hold, escaped or not. Messages quote what AWS, and whoever named a resource, wrote.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render_junit(assessment: Assessment) -> str:
    findings = by_control(assessment)
    root = Element("testsuites", {"name": "HIPAA checklist", **_totals(assessment.findings)})
    for control in assessment.controls:
        root.append(_suite(assessment, control, findings[control.id]))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(assessment: Assessment, control: Control, findings: Sequence[Finding]) -> Element:
    suite = Element("testsuite", {"name": f"{control.id} {control.title}", **_totals(findings)})
    suite.set("timestamp", assessment.taken_at.strftime("%Y-%m-%dT%H:%M:%S"))
    properties = SubElement(suite, "properties")
    told = {
        "citation": control.cite,
        "requirement": control.requirement.value,
        "checklist": control.group.value,
        "account": assessment.account,
        "region": assessment.region,
        "facts_sha256": assessment.facts_sha256,
    }
    for name, value in told.items():
        SubElement(properties, "property", name=name, value=value)
    for finding in findings:
        suite.append(_case(finding))
    return suite


def _case(finding: Finding) -> Element:
    # Without its line, so that CI servers take it for the same case when the line changes.
    planned = finding.address if isinstance(finding, PlannedFinding) else None
    case = Element(
        "testcase", classname=f"hipaa.{finding.control_id}", name=_text(planned or finding.resource), time="0"
    )
    message = _text(f"{finding.status.value}: {finding.message}")
    if finding.status is Status.FAIL:
        failure = SubElement(case, "failure", type=finding.status.value, message=message)
        failure.text = _text(
            f"{finding.control_id} {finding.title}\n{finding.where} ({finding.resource_type}) in account "
            f"{finding.account}, {finding.region}\n{finding.message}\n45 CFR {finding.citation}"
        )
    elif finding.status in _SKIPPED:
        SubElement(case, "skipped", message=message)
    else:
        SubElement(case, "system-out").text = message
    return case


def _totals(findings: Sequence[Finding]) -> dict[str, str]:
    statuses = [finding.status for finding in findings]
    return {
        "tests": str(len(statuses)),
        "failures": str(statuses.count(Status.FAIL)),
        "errors": "0",
        "skipped": str(sum(status in _SKIPPED for status in statuses)),
        "time": "0",
    }


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
