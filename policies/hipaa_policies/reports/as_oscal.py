"""OSCAL assessment results 1.2.1: https://pages.nist.gov/OSCAL/concepts/layer/assessment/assessment-results/

An observation for each finding, a finding for each control, a risk for each control that fails or is
waived (its deadline is the first expiry of its waivers), and the inventory. Ids are made from the facts,
so that the same facts give the same document but for its times. HIPAA has no official OSCAL catalog:
controls are named by this catalogue's ids, and carry their paragraphs as the property ``citation``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from hipaa_policies.assessment import Assessment, Asset, by_control, worst
from hipaa_policies.catalogue import Control
from hipaa_policies.explain import explanations
from hipaa_policies.verdicts import Finding, Status

OSCAL_VERSION = "1.2.1"
_NAMESPACE = "urn:hipaa-policies:oscal"
_GOOD = (Status.PASS, Status.ATTESTED, Status.NOT_APPLICABLE)
_REASONS = {Status.PASS: "pass", Status.ATTESTED: "pass", Status.FAIL: "fail"}


def render_oscal(assessment: Assessment) -> str:
    return json.dumps({"assessment-results": _Document(assessment).whole()}, indent=2) + "\n"


class _Document:
    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment
        self._taken = assessment.taken_at.isoformat(timespec="seconds")
        self._space = uuid5(uuid5(NAMESPACE_URL, _NAMESPACE), assessment.facts_sha256)
        self._assets = {(a.account, a.arn): a for a in assessment.assets}

    def whole(self) -> dict[str, Any]:
        about = self._assessment
        title = f"HIPAA checklist of account {about.account} in {about.region}"
        plan = self._id("assessment plan")
        return {
            "uuid": self._id("assessment results", self._taken),
            "metadata": {
                "title": title,
                "last-modified": self._taken,
                "version": f"{about.taken_at:%Y-%m-%d}",
                "oscal-version": OSCAL_VERSION,
                "props": [_property("facts-sha256", about.facts_sha256)],
            },
            "import-ap": {"href": f"#{plan}", "remarks": "The catalogue of hipaa-policies is the plan."},
            "results": [self._result(title)],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": f"The control catalogue of hipaa-policies {about.tool_version}",
                        "description": "Every control is judged for every resource of its kind: "
                        "`hipaa controls` lists them, `hipaa explain` describes them.",
                    }
                ]
            },
        }

    def _result(self, title: str) -> dict[str, Any]:
        about = self._assessment
        found = by_control(about)
        result = {
            "uuid": self._id("result", self._taken),
            "title": title,
            "description": f"Read from the {about.lens} lens by hipaa-policies {about.tool_version}.",
            "start": self._taken,
            "reviewed-controls": {
                "control-selections": [
                    {"include-controls": [{"control-id": control.id} for control in about.controls]}
                ]
            },
            "observations": [self._observation(f) for findings in found.values() for f in findings],
            "risks": [risk for c in about.controls for risk in self._risks(c, found[c.id])],
            "findings": [self._finding(control, found[control.id]) for control in about.controls],
        }
        if about.unreadable:
            told = "\n".join(f"{problem}. {problem.message}" for problem in about.unreadable)
            result["remarks"] = f"Could not be read:\n{told}"
        if self._assets:
            items = [self._item(asset) for asset in self._assets.values()]
            result["local-definitions"] = {"inventory-items": items}
        return {name: value for name, value in result.items() if value}

    def _item(self, asset: Asset) -> dict[str, Any]:
        return {
            "uuid": self._asset_id(asset.account, asset.arn),
            "description": f"{asset.kind} {asset.arn}",
            "props": [
                {"name": "asset-id", "value": asset.arn},
                _property("resource-type", asset.kind),
                _property("account", asset.account),
                _property("region", asset.region),
            ],
        }

    def _observation(self, finding: Finding) -> dict[str, Any]:
        observation = {
            "uuid": self._observation_id(finding),
            "title": f"{finding.status.value} {finding.control_id}",
            "description": f"{finding.resource}: {finding.message}",
            "props": [
                _property("status", finding.status.value),
                _property("control-id", finding.control_id),
                _property("resource", finding.resource),
                _property("resource-type", finding.resource_type),
            ],
            "methods": ["INTERVIEW" if finding.status is Status.ATTESTED else "TEST"],
            "types": ["finding"],
            "collected": self._taken,
        }
        if (finding.account, finding.resource) in self._assets:
            subject = self._asset_id(finding.account, finding.resource)
            observation["subjects"] = [{"subject-uuid": subject, "type": "inventory-item"}]
        return observation

    def _finding(self, control: Control, findings: Sequence[Finding]) -> dict[str, Any]:
        status = worst({finding.status for finding in findings})
        finding = {
            "uuid": self._id("finding", control.id),
            "title": f"{control.id} {control.title}",
            "description": explanations()[control.id].checks,
            "props": [
                _property("status", status.value),
                _property("citation", control.cite),
                _property("requirement", control.requirement.value),
                _property("checklist", control.group.value),
            ],
            "target": {
                "type": "objective-id",
                "target-id": control.id,
                "status": {
                    "state": "satisfied" if status in _GOOD else "not-satisfied",
                    "reason": _REASONS.get(status, "other"),
                    "remarks": status.value,
                },
            },
            "related-observations": self._related(findings),
            "related-risks": [{"risk-uuid": risk["uuid"]} for risk in self._risks(control, findings)],
        }
        return {name: value for name, value in finding.items() if value}

    def _risks(self, control: Control, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
        for status, state in ((Status.FAIL, "open"), (Status.WAIVED, "deviation-approved")):
            concerned = [finding for finding in findings if finding.status is status]
            if not concerned:
                continue
            risk = {
                "uuid": self._id("risk", control.id, status.value),
                "title": f"{control.id} {control.title}: {status.value}",
                "description": explanations()[control.id].why,
                "statement": "\n".join(f"{f.resource}: {f.message}" for f in concerned),
                "status": state,
                "related-observations": self._related(concerned),
            }
            if deadline := self._deadline(concerned) if status is Status.WAIVED else None:
                risk["deadline"] = deadline
            yield risk

    def _deadline(self, waived: Sequence[Finding]) -> str:
        """The end of the last day of the waiver that expires first."""
        waivers = self._assessment.waivers
        last = min(w.expires for w in waivers for finding in waived if w.covers(finding))
        return datetime.combine(last, time(23, 59, 59), UTC).isoformat()

    def _related(self, findings: Sequence[Finding]) -> list[dict[str, str]]:
        return [{"observation-uuid": self._observation_id(finding)} for finding in findings]

    def _observation_id(self, finding: Finding) -> str:
        named = (finding.control_id, finding.account, finding.region, finding.resource, finding.message)
        return self._id("observation", *named)

    def _asset_id(self, account: str, arn: str) -> str:
        return self._id("asset", account, arn)

    def _id(self, *names: str) -> str:
        """A UUID of version 5, from the facts and the names."""
        identifier: UUID = uuid5(self._space, "\n".join(names))
        return str(identifier)


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": name, "ns": _NAMESPACE, "value": value}
