"""`hipaa plan FILE`: judge what Terraform is about to do."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hipaa_policies.assessment import Assessment, Location, assess
from hipaa_policies.catalogue import catalogue
from hipaa_policies.commands.common import (
    ATTESTATIONS,
    FAILED,
    PASSED,
    WAIVERS,
    add_decision_options,
    existing,
)
from hipaa_policies.commands.outputs import add_output_options, outputs, write_reports
from hipaa_policies.decisions import read_settings, read_waivers
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.plan import PlanError, PlanReading, load, read_plan
from hipaa_policies.readers.plan.sources import Sources
from hipaa_policies.verdicts import Finding, PlannedFinding, Status

# What no plan shows. A PASS would say that it was looked at.
LIVE_ONLY = {
    "BKP-03": "a plan does not show restores: `hipaa audit` does",
    "IAM-08": "a plan does not show who signs in, and how: `hipaa audit` does",
    "KMS-03": "a plan does not show which keys are pending deletion: `hipaa audit` does",
}


@dataclass(frozen=True)
class Judged:
    """A judged plan, with what was read of it."""

    assessment: Assessment
    reading: PlanReading


def add_to(commands: Any) -> None:
    """Enter the command."""
    parser = commands.add_parser(
        "plan",
        help="judge a Terraform plan",
        description="Judge the output of `terraform show -json PLANFILE` with the controls of `audit`.",
    )
    parser.add_argument("file", metavar="FILE", help="the plan as JSON; - is standard input")
    add_reading_options(parser)
    add_output_options(parser)
    add_decision_options(parser)
    parser.add_argument("--quiet", action="store_true", help="no summary on standard error")
    parser.set_defaults(run=run)


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--root",
        type=Path,
        metavar="FOLDER",
        help="the root module's folder: its files give lines, and local values, which a plan leaves out. "
        "Default: the current directory, where it has .tf files",
    )
    parser.add_argument("--region", help="default: that of the plan's AWS provider")


def run(options: argparse.Namespace) -> int:
    wanted = outputs(options.format, options.output)
    judged = judge_plan(
        read_file(options.file),
        root=options.root or default_root(),
        region=options.region,
        waivers=options.waivers or existing(WAIVERS),
        attestations=options.attestations or existing(ATTESTATIONS),
        proposed_rule=options.proposed_rule,
    )
    write_reports(judged.assessment, wanted)
    counts = judged.assessment.counts()
    if not options.quiet:
        sys.stderr.write(_summary(judged))
    if counts[Status.FAIL] or (options.strict_unknown and counts[Status.UNKNOWN]):
        return FAILED
    return PASSED


def _summary(judged: Judged) -> str:
    counts, reading = judged.assessment.counts(), judged.reading
    totals = ", ".join(f"{counts[status]} {status.value}" for status in Status if counts[status])
    lines = [f"{totals}; {reading.resources} resources"]
    if reading.ignored:
        types = ", ".join(f"{kind} ({number})" for kind, number in reading.ignored.items())
        lines.append(
            f"{sum(reading.ignored.values())} of them are of types that no control looks at: {types}"
        )
    if reading.unjudged:
        lines.append(
            f"{len(reading.unjudged)} belong to what another plan makes, and were not judged: "
            f"{', '.join(reading.unjudged)}"
        )
    return "\n".join(lines) + "\n"


def read_file(name: str) -> bytes:
    """The file's bytes, or those of standard input for "-". Raises ``NotDoneError``."""
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise NotDoneError(f"{name} cannot be read: {error.strerror}") from error


def default_root() -> Path | None:
    """The current directory, where Terraform's files are in it."""
    here = Path()
    return here if any(here.glob("*.tf")) else None


def judge_plan(
    raw: bytes,
    *,
    root: Path | None = None,
    account: str | None = None,
    region: str | None = None,
    waivers: Path | None = None,
    attestations: Path | None = None,
    proposed_rule: bool = False,
    taken_at: datetime | None = None,
) -> Judged:
    """Read and judge a plan. ``account`` is for a plan that does not tell whose it is.

    Raises ``NotDoneError`` and ``DecisionFileError``.
    """
    taken_at = taken_at or datetime.now(UTC)
    controls = [control.id for control in catalogue()]
    waived = read_waivers(waivers, controls) if waivers else ()
    settings = replace(read_settings(attestations, taken_at.date()), proposed_rule=proposed_rule)
    if root is not None and not root.is_dir():
        raise NotDoneError(f"{root} is no folder: give the root module's")
    sources = None if root is None else Sources(root)
    try:
        reading = read_plan(
            load(raw),
            account=account,
            region=region,
            locals_of=sources.references if sources else None,
        )
    except PlanError as error:
        raise NotDoneError(f"the plan cannot be judged: {error}") from error
    locations = _locations(reading, sources)
    assessment = assess(
        reading.account,
        settings,
        lens="plan",
        taken_at=taken_at,
        waivers=waived,
        locations=locations,
    )
    findings = tuple(_planned(f, reading, locations) for f in assessment.findings)
    return Judged(replace(assessment, findings=findings), reading)


def _locations(reading: PlanReading, sources: Sources | None) -> Mapping[str, Location]:
    """Where the resources are written, by their ARNs; files relative to the current directory."""
    if sources is None:
        return {}
    found = {}
    for arn, address in reading.addresses.items():
        place = sources.locate(address)
        if place is not None:
            file = Path(os.path.relpath(sources.root / place[0]))
            found[arn] = Location(file.as_posix(), place[1])
    return found


def _planned(finding: Finding, reading: PlanReading, locations: Mapping[str, Location]) -> PlannedFinding:
    place = locations.get(finding.resource)
    values = dict(vars(finding))
    address = reading.addresses.get(finding.resource)
    # What is not known of a resource begins with its address, which is there already.
    values["message"] = finding.message.removeprefix(f"{address}: ")
    if finding.control_id in LIVE_ONLY and finding.status in (Status.PASS, Status.UNKNOWN):
        values |= {"status": Status.NOT_APPLICABLE, "message": LIVE_ONLY[finding.control_id]}
    return PlannedFinding(
        **values,
        address=address,
        file=place.file if place else None,
        line=place.line if place else None,
    )
