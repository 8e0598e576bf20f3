"""`hipaa drift --plan FILE`: where the account and the plan disagree."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hipaa_policies.assessment import Assessment, worst
from hipaa_policies.commands.common import FAILED, NOT_DONE, PASSED, write
from hipaa_policies.commands.plan import Judged, add_reading_options, default_root, judge_plan, read_file
from hipaa_policies.facts.base import Unreadable
from hipaa_policies.problems import NotDoneError
from hipaa_policies.readers.plan.identity import is_made_of_address
from hipaa_policies.verdicts import Finding, Status

Live = Callable[[str | None, str | None, bool], Assessment]
_DECIDED = (Status.PASS, Status.FAIL)


@dataclass(frozen=True)
class Difference:
    """One control and resource of which the lenses say different things."""

    control_id: str
    resource: str
    address: str | None
    live: Finding
    plan: Finding


def add_to(commands: Any, live: Live) -> None:
    """Enter the command. ``live`` is asked with region, profile and whether to show progress."""
    parser = commands.add_parser(
        "drift",
        help="where the account and a Terraform plan disagree",
        description="Judge a plan and the live account, and list where they disagree on a control. "
        "Resources are matched by their ARN. Exits 1 on drift, 2 where none was found and not all was read.",
    )
    parser.add_argument("--plan", required=True, metavar="FILE", help="the plan as JSON; - is standard input")
    add_reading_options(parser)
    parser.add_argument("--profile", help="a profile of the AWS configuration")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--quiet", action="store_true", help="no progress on standard error")
    parser.set_defaults(run=lambda options: run(options, live))


def run(options: argparse.Namespace, live: Live) -> int:
    raw, root = read_file(options.plan), options.root or default_root()
    region = options.region or judge_plan(raw, root=root).assessment.region
    account = live(region, options.profile, not options.quiet)
    judged = judge_plan(raw, root=root, account=account.account, region=region)
    if judged.assessment.account != account.account:
        raise NotDoneError(
            f"the plan is for the account {judged.assessment.account}, and the credentials are for "
            f"{account.account}: there is nothing to compare"
        )
    found = differences(account.findings, judged.assessment.findings)
    gone = missing(account, judged)
    compared = matched(account.findings, judged.assessment.findings)
    write(render(found, gone, compared, account.unreadable), options.output)
    if not options.quiet:
        sys.stderr.write(f"{len(found) + len(gone)} differences\n")
    if found or gone:
        return FAILED
    return NOT_DONE if account.unreadable else PASSED


def differences(live: Iterable[Finding], plan: Iterable[Finding]) -> list[Difference]:
    """Where one lens passes what the other fails. What either could not decide is no difference."""
    there, here = _by_subject(live), _by_subject(plan)
    found = []
    for (control, resource), planned in here.items():
        actual = there.get((control, resource))
        if actual is not None and actual.status is not planned.status:
            address = getattr(planned, "address", None)
            found.append(Difference(control, resource, address, actual, planned))
    return sorted(found, key=lambda d: (d.control_id, d.resource))


def matched(live: Iterable[Finding], plan: Iterable[Finding]) -> int:
    """How many controls of resources both lenses decided."""
    return len(_by_subject(live).keys() & _by_subject(plan).keys())


def _by_subject(findings: Iterable[Finding]) -> dict[tuple[str, str], Finding]:
    """One finding for each control and resource: the worst, where it has several."""
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.control_id, finding.resource), []).append(finding)
    chosen = {}
    for subject, several in found.items():
        status = worst({finding.status for finding in several})
        if status in _DECIDED:
            chosen[subject] = next(f for f in several if f.status is status)
    return chosen


def missing(live: Assessment, judged: Judged) -> list[str]:
    """Addresses of resources that the plan takes for existing, and that the account does not have.

    Nothing is said of services of which a call failed.
    """
    there = {asset.arn for asset in live.assets}
    unread = {problem.operation.partition(":")[0].partition("-")[0] for problem in live.unreadable}
    return sorted(
        address
        for asset in judged.assessment.assets
        if asset.arn not in there
        and not is_made_of_address(asset.arn)  # AWS gives a subscription filter no ARN
        and asset.kind.split("::")[1].lower() not in unread  # what could not be read may well be there
        and (address := judged.reading.addresses.get(asset.arn)) is not None
        and judged.reading.actions.get(address) in (("no-op",), ("update",))
    )


def render(found: list[Difference], gone: list[str], compared: int, unread: Sequence[Unreadable] = ()) -> str:
    lines = [
        f"{d.control_id:<7} {_named(d)}\n  {_line(d.live, 'live')}\n  {_line(d.plan, 'plan')}" for d in found
    ]
    lines += [f"        {address}\n  live: is not there\n  plan: exists, by its state" for address in gone]
    if unread:
        lines.append("Not compared, because the account did not answer:")
        lines += sorted({f"  {problem}" for problem in unread})
    lines.append(f"{compared} verdicts compared, {len(found)} differ; {len(gone)} resources are gone")
    return "\n".join(lines) + "\n"


def _named(difference: Difference) -> str:
    return (
        difference.resource if difference.address is None else f"{difference.address} ({difference.resource})"
    )


def _line(finding: Finding, lens: str) -> str:
    return f"{lens}: {finding.status.value} {finding.message}"
