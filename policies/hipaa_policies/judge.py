"""Run the catalogue over the facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from hipaa_policies.catalogue import Control, catalogue
from hipaa_policies.dated import DatedTable
from hipaa_policies.facts import Account, FactUnreadableError, Listing
from hipaa_policies.facts.base import Resource
from hipaa_policies.iam import MalformedPolicyError
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import Finding, Verdict, failed, not_applicable, unknown

_PROPOSED = (
    "only the proposed rule of January 2025 (90 FR 898) asks for it, and that is not in force: "
    "--proposed-rule judges it all the same"
)


def judge(
    account: Account, settings: Settings, controls: Sequence[Control] | None = None
) -> tuple[Finding, ...]:
    """Every control's findings: at least one for each, whatever could be read."""
    return tuple(
        finding
        for control in (catalogue() if controls is None else controls)
        for finding in judge_control(control, account, settings)
    )


def judge_control(control: Control, account: Account, settings: Settings) -> Iterator[Finding]:
    """One control's findings. An unreadable fact, or a policy that AWS would refuse, makes UNKNOWN."""
    if control.proposed and not settings.proposed_rule:
        yield _finding(control, account, not_applicable(_PROPOSED), account.arn, account.TYPE)
        return
    for table in control.tables:
        if stale := table.staleness(settings.today):
            yield _finding(control, account, failed(stale), f"table:{table.name}", DatedTable.__name__)
    try:
        listing: Listing[Any] = control.of(account)
    except FactUnreadableError as error:
        yield _finding(control, account, unknown(str(error)), account.arn, account.TYPE)
        return
    for resource in listing.items:
        for verdict in _verdicts(control, resource, account, settings):
            about = verdict.about or resource
            yield _finding(control, account, verdict, about.arn, about.TYPE)
    if listing.problem is not None:
        message = f"not all of them could be listed: {listing.problem}"
        yield _finding(control, account, unknown(message), account.arn, account.TYPE)
    elif not listing.items:
        verdict = not_applicable("there is nothing of this kind to judge")
        yield _finding(control, account, verdict, account.arn, account.TYPE)


def _verdicts(
    control: Control, resource: Resource, account: Account, settings: Settings
) -> Iterable[Verdict]:
    found: list[Verdict] = []
    try:
        given = control.judge(resource, account, settings)
        if isinstance(given, Verdict):
            return [given]
        for verdict in given:
            found.append(verdict)  # noqa: PERF402 - what came before an unreadable fact is kept
    except FactUnreadableError as error:
        found.append(unknown(str(error)))
    except MalformedPolicyError as error:
        found.append(unknown(f"a policy could not be evaluated: {error}"))
    if not found:
        raise AssertionError(f"{control.id} said nothing of {resource.arn}")
    return found


def _finding(control: Control, account: Account, verdict: Verdict, resource: str, kind: str) -> Finding:
    return Finding(
        control_id=control.id,
        title=control.title,
        status=verdict.status,
        resource=resource,
        resource_type=kind,
        account=account.id,
        region=account.region,
        citation=control.cite,
        requirement=control.requirement,
        checklist=control.group.value,
        message=verdict.message,
    )
