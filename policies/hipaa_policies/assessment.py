"""One assessment: the findings, and everything that makes them evidence."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from hipaa_policies import __version__
from hipaa_policies.catalogue import Control, catalogue
from hipaa_policies.decisions import Waiver, apply_waivers
from hipaa_policies.facts import Account, Unreadable
from hipaa_policies.judge import judge
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import Finding, Status


@dataclass(frozen=True)
class Assessment:
    """``asked`` counts the requests by operation; ``unreadable`` is what answered with an error."""

    account: str
    region: str
    lens: str
    taken_at: datetime
    tool_version: str
    facts_sha256: str
    controls: tuple[Control, ...]
    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...]
    unused_waivers: tuple[Waiver, ...]
    settings: Settings
    asked: Mapping[str, int]
    unreadable: tuple[Unreadable, ...]

    def counts(self) -> Counter[Status]:
        return Counter(finding.status for finding in self.findings)

    def of(self, status: Status) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.status is status)


def facts_sha256(account: Account) -> str:
    """A hash of everything that was judged: the same facts have the same hash, whenever they are read."""
    text = json.dumps(asdict(account), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def assess(
    account: Account,
    settings: Settings,
    *,
    lens: str,
    taken_at: datetime,
    waivers: tuple[Waiver, ...] = (),
    asked: Mapping[str, int] | None = None,
    unreadable: tuple[Unreadable, ...] = (),
) -> Assessment:
    """Judge the facts. Raises ``DecisionFileError`` where two waivers cover one finding."""
    controls = catalogue()
    findings, unused = apply_waivers(judge(account, settings, controls), waivers, settings.today)
    return Assessment(
        account=account.id,
        region=account.region,
        lens=lens,
        taken_at=taken_at,
        tool_version=__version__,
        facts_sha256=facts_sha256(account),
        controls=controls,
        findings=findings,
        waivers=waivers,
        unused_waivers=unused,
        settings=settings,
        asked=dict(asked or {}),
        unreadable=unreadable,
    )


# What a control's findings come to, worst first.
_SEVERITY = (
    Status.FAIL,
    Status.UNKNOWN,
    Status.WAIVED,
    Status.PASS,
    Status.ATTESTED,
    Status.NOT_APPLICABLE,
)


def worst(statuses: set[Status]) -> Status:
    """The status that stands for several: a FAIL anywhere is a FAIL."""
    return next(status for status in _SEVERITY if status in statuses)


def by_control(assessment: Assessment) -> dict[str, tuple[Finding, ...]]:
    """The findings of each control, in the catalogue's order. Every control has at least one."""
    found: dict[str, list[Finding]] = {control.id: [] for control in assessment.controls}
    for finding in assessment.findings:
        found[finding.control_id].append(finding)
    return {identifier: tuple(findings) for identifier, findings in found.items()}
