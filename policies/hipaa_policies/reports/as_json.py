"""JSON. Its schema is ``schema.json`` beside this file, and ``hipaa schema`` prints it."""

from __future__ import annotations

import json
from dataclasses import asdict
from enum import Enum
from importlib.resources import files
from typing import Any

from hipaa_policies.assessment import Assessment
from hipaa_policies.verdicts import Status

SCHEMA_VERSION = "1"


def schema_text() -> str:
    return files("hipaa_policies").joinpath("reports/schema.json").read_text(encoding="utf-8")


def render_json(assessment: Assessment) -> str:
    counts = assessment.counts()
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "hipaa-policies", "version": assessment.tool_version},
        "taken_at": assessment.taken_at.isoformat(timespec="seconds"),
        "lens": assessment.lens,
        "account": assessment.account,
        "region": assessment.region,
        "facts_sha256": assessment.facts_sha256,
        "scopes": [asdict(scope) for scope in assessment.scopes],
        "summary": {status.value: counts[status] for status in Status},
        "findings": [asdict(finding) for finding in assessment.findings],
        "waivers": [asdict(waiver) for waiver in assessment.waivers],
        "unused_waivers": [asdict(waiver) for waiver in assessment.unused_waivers],
        "attestations": [asdict(given) for given in assessment.settings.attestations.values()],
        "asked": dict(sorted(assessment.asked.items())),
        "unreadable": [asdict(problem) for problem in assessment.unreadable],
        "tags": [{"key": key, "value": value} for key, value in assessment.tags],
        "out_of_scope": [asdict(asset) for asset in assessment.out_of_scope],
        "assets": [asdict(asset) for asset in assessment.assets],
    }
    return json.dumps(document, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> str:
    return str(value.value) if isinstance(value, Enum) else str(value)
