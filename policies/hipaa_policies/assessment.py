"""One assessment: the findings, and everything that makes them evidence."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime

from hipaa_policies import __version__
from hipaa_policies.catalogue import Control, catalogue
from hipaa_policies.decisions import Waiver, apply_waivers
from hipaa_policies.facts import Account, Listing, Unreadable
from hipaa_policies.judge import judge
from hipaa_policies.scoping import TagScope, left_out_of, narrowed
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import Finding, Status


@dataclass(frozen=True)
class Location:
    """Where a resource is written. ``file`` is relative to the current directory, in a pipeline the
    root of the repository; ``line`` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True, order=True)
class Asset:
    """A resource that was read, whether or not any control judges it."""

    account: str
    kind: str
    arn: str
    region: str


@dataclass(frozen=True)
class Scope:
    """One account and region that was judged, and the hash of its facts."""

    account: str
    region: str
    facts_sha256: str


@dataclass(frozen=True)
class Assessment:
    """``asked`` counts the requests by operation; ``unreadable`` is what answered with an error.

    ``account`` and ``region`` name several, separated by commas, where ``scopes`` has several.
    ``tags`` narrowed the findings and assets to what has them; ``out_of_scope`` is what was left out.
    ``not_read`` tells of accounts beside others of which nothing could be read, and why.
    ``locations`` says for resources, by the name that findings give them, where they are written: a
    plan knows, an account doesn't.
    """

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
    scopes: tuple[Scope, ...]
    assets: tuple[Asset, ...]
    locations: Mapping[str, Location] = field(default_factory=dict)
    tags: tuple[tuple[str, str], ...] = ()
    out_of_scope: tuple[Asset, ...] = ()
    not_read: tuple[str, ...] = ()

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
    locations: Mapping[str, Location] | None = None,
    scope: TagScope | None = None,
) -> Assessment:
    """Judge the facts. Raises ``DecisionFileError`` where two waivers cover one finding."""
    controls = catalogue()
    findings, unused = apply_waivers(judge(account, settings, controls), waivers, settings.today)
    facts, inventory, outside = facts_sha256(account), assets(account), tuple[Asset, ...]()
    if scope is not None:
        left_out = left_out_of(scope, account)
        findings = narrowed(findings, controls, account, left_out)
        outside = tuple(asset for asset in inventory if left_out(asset.kind, asset.arn))
        inventory = tuple(asset for asset in inventory if not left_out(asset.kind, asset.arn))
    return Assessment(
        account=account.id,
        region=account.region,
        lens=lens,
        taken_at=taken_at,
        tool_version=__version__,
        facts_sha256=facts,
        controls=controls,
        findings=findings,
        waivers=waivers,
        unused_waivers=unused,
        settings=settings,
        asked=dict(asked or {}),
        unreadable=unreadable,
        scopes=(Scope(account.id, account.region, facts),),
        assets=inventory,
        locations=dict(locations or {}),
        tags=scope.tags if scope else (),
        out_of_scope=outside,
    )


def assets(account: Account) -> tuple[Asset, ...]:
    """Everything that was read and has a name of its own, in order. Parts of others (an API's stage, a
    queue's event source) are there too where AWS gives them an ARN."""
    found = {
        Asset(account.id, item.TYPE, item.arn, account.region)
        for f in fields(account)
        if isinstance(listing := getattr(account, f.name), Listing)
        for item in listing.items
        if getattr(item, "arn", None) and "::" in getattr(item, "TYPE", "")
    }
    return tuple(sorted(found))


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
