"""JSON. Its schema is ``schema.json`` beside this file, and ``hipaa schema`` prints it."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib.resources import files
from io import StringIO
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
        "scopes": assessment.scopes,
        "summary": {status.value: counts[status] for status in Status},
        "findings": assessment.findings,
        "waivers": assessment.waivers,
        "unused_waivers": assessment.unused_waivers,
        "attestations": tuple(assessment.settings.attestations.values()),
        "asked": dict(sorted(assessment.asked.items())),
        "unreadable": assessment.unreadable,
        "tags": [{"key": key, "value": value} for key, value in assessment.tags],
        "out_of_scope": assessment.out_of_scope,
        "assets": assessment.assets,
    }
    # Piece by piece, and each fact when its turn comes: of ten thousand findings json.dumps holds a list of
    # a million pieces, five times the text.
    text = StringIO()
    for piece in json.JSONEncoder(indent=2, default=_plain).iterencode(document):
        text.write(piece)
    text.write("\n")
    return text.getvalue()


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return str(value.value) if isinstance(value, Enum) else str(value)
