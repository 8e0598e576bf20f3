"""The compliance auditor: a run that reads everything, and leaves its report."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from tests.prove_iam.groups import Failed
from tests.prove_iam.probes.more_to_read import more_to_read
from tests.prove_iam.world import Probe, World


def run(world: World) -> dict[str, Any]:
    """The report of a run of its own. Raises ``ProbeFailedError`` where none was written."""
    event = {
        "id": str(uuid.uuid4()),
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [],
        "detail": {},
    }
    with more_to_read(world.deployment):
        answer = world.invoke("compliance_auditor", event)
    world.check(answer.get("written"), f"a report is written, and it said {answer}")
    bucket = world.deployment.outputs["evidence_bucket"]
    body = world.deployment.client("s3").get_object(Bucket=bucket, Key=answer["report"])["Body"].read()
    report: dict[str, Any] = json.loads(body)
    return report


def attempt(world: World) -> Failed | None:
    """What the report says that it could not read for want of a permission."""
    problems = run(world)["unreadable"]
    missing = frozenset(problem["missing_action"] for problem in problems if problem["missing_action"])
    return Failed(missing, "the report names what it could not read") if missing else None


def audit(world: World) -> None:
    failed = attempt(world)
    world.check(failed is None, f"everything can be read: {failed}")


AUDIT = "an audit reads everything"
PROBES = [Probe(AUDIT, ("compliance_auditor",), audit)]
