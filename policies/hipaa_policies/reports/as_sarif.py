"""SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

What needs somebody's attention: failures, waived ones (suppressed, with the decision) and what could
not be judged (kind ``open``). A finding of a plan points to the line that the resource is written at;
one of an account has no file, and a logical location alone: its ARN.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from hipaa_policies.assessment import Assessment
from hipaa_policies.catalogue import Control
from hipaa_policies.explain import explanations
from hipaa_policies.facts import Unreadable
from hipaa_policies.verdicts import Finding, Requirement, Status

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TOLD = (Status.FAIL, Status.WAIVED, Status.UNKNOWN)
_LEVELS = {Requirement.REQUIRED: "error", Requirement.ADDRESSABLE: "warning"}
# The name that GitHub, and those who follow it, give to the root of the repository.
_ROOT = "%SRCROOT%"


def render_sarif(assessment: Assessment) -> str:
    counts = assessment.counts()
    indexes = {control.id: index for index, control in enumerate(assessment.controls)}
    run = {
        "tool": {
            "driver": {
                "name": "hipaa-policies",
                "semanticVersion": assessment.tool_version,
                "rules": [_rule(control) for control in assessment.controls],
            }
        },
        "automationDetails": {
            "id": f"hipaa/{assessment.lens}/{assessment.account}/{assessment.region}/".replace(", ", "+")
        },
        "invocations": [
            {
                "executionSuccessful": True,
                "startTimeUtc": assessment.taken_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [_notification(u) for u in assessment.unreadable],
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, indexes, assessment) for f in assessment.findings if f.status in _TOLD],
        "properties": {
            "facts_sha256": assessment.facts_sha256,
            "summary": {status.value: counts[status] for status in Status},
        },
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(control: Control) -> dict[str, Any]:
    told = explanations()[control.id]
    return {
        "id": control.id,
        "shortDescription": {"text": control.title},
        "fullDescription": {"text": f"{told.checks} {told.why}"},
        "help": {
            "text": f"{control.remedy} What this cannot see: {control.blind} "
            f"45 CFR {control.cite} ({control.requirement.value})."
        },
        "defaultConfiguration": {"level": _LEVELS[control.requirement]},
        "properties": {
            "citation": control.cite,
            "requirement": control.requirement.value,
            "checklist": [line.text for line in control.checklist],
            "tags": ["HIPAA", control.group.value],
        },
    }


def _result(finding: Finding, indexes: Mapping[str, int], assessment: Assessment) -> dict[str, Any]:
    unknown = finding.status is Status.UNKNOWN
    identity = "|".join((finding.control_id, finding.resource, finding.account, finding.region))
    result: dict[str, Any] = {
        "ruleId": finding.control_id,
        "ruleIndex": indexes[finding.control_id],
        "kind": "open" if unknown else "fail",
        # 3.27.10: the level of what is no failure is "none".
        "level": "none" if unknown else _LEVELS[finding.requirement],
        "message": {"text": f"{finding.title}: {finding.resource} {finding.message}"},
        "locations": [_location(finding, assessment)],
        "partialFingerprints": {"finding/v1": hashlib.sha256(identity.encode()).hexdigest()},
        "properties": {
            "status": finding.status.value,
            "account": finding.account,
            "region": finding.region,
            "resource_type": finding.resource_type,
        },
    }
    if finding.status is Status.WAIVED:
        decision = {"kind": "external", "status": "accepted", "justification": finding.message}
        result["suppressions"] = [decision]
    return result


def _location(finding: Finding, assessment: Assessment) -> dict[str, Any]:
    place: dict[str, Any] = {
        "logicalLocations": [
            {
                "name": finding.resource.rpartition("/")[2].rpartition(":")[2] or finding.resource,
                "fullyQualifiedName": finding.resource,
                "kind": "resource",
            }
        ]
    }
    if where := assessment.locations.get(finding.resource):
        place["physicalLocation"] = {
            "artifactLocation": {"uri": quote(where.file), "uriBaseId": _ROOT},
            "region": {"startLine": where.line},
        }
    return place


def _notification(problem: Unreadable) -> dict[str, Any]:
    return {"level": "warning", "message": {"text": f"{problem}. {problem.message}".strip()}}
