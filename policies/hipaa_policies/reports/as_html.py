"""One self-contained HTML page: the evidence report that an auditor is handed. No script, no link out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

from hipaa_policies.assessment import Assessment, Asset, by_control, worst
from hipaa_policies.catalogue import Control
from hipaa_policies.checklist import Group, Line
from hipaa_policies.citations import CITATIONS, Citation
from hipaa_policies.verdicts import Finding, Status

LABELS = {
    Status.PASS: "Pass",
    Status.FAIL: "Fail",
    Status.UNKNOWN: "Unknown",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.WAIVED: "Waived",
    Status.ATTESTED: "Attested",
}
MEANINGS = {
    Status.PASS: "the resource was read, and it is as the control asks",
    Status.FAIL: "the resource was read, and it is not as the control asks",
    Status.UNKNOWN: "something the control needs could not be read: neither good nor bad",
    Status.NOT_APPLICABLE: "there is nothing of this kind in the account",
    Status.WAIVED: "a failure that a named person accepts until a date",
    Status.ATTESTED: "stated by a named person: no API can show it",
}
# From left to right in every bar.
ORDER = (
    Status.FAIL,
    Status.UNKNOWN,
    Status.WAIVED,
    Status.ATTESTED,
    Status.PASS,
    Status.NOT_APPLICABLE,
)
_BAR_WIDTH = 200.0


@dataclass(frozen=True)
class Segment:
    """A piece of a bar, in the units of its drawing."""

    status: Status
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Judged:
    """A control with its findings, the worst first."""

    control: Control
    status: Status
    findings: tuple[Finding, ...]
    counts: Counter[Status]


@dataclass(frozen=True)
class LineSummary:
    line: Line
    status: Status
    controls: tuple[Judged, ...]
    counts: Counter[Status]


@dataclass(frozen=True)
class CitationSummary:
    citation: Citation
    status: Status
    controls: tuple[Judged, ...]
    counts: Counter[Status]


def render_html(assessment: Assessment) -> str:
    # Here, because importing it takes longer than any other report.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("hipaa_policies", "reports/templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["segments"] = segments
    judged = _judged(assessment)
    css = files("hipaa_policies").joinpath("reports/templates/report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        assessment=assessment,
        css=css,
        judged=judged,
        lines={group: _lines(group, judged) for group in Group},
        group_counts={group: _sum(j for j in judged if j.control.group is group) for group in Group},
        citations=_citations(judged),
        counts=assessment.counts(),
        control_counts=Counter(j.status for j in judged),
        inventory=_inventory(assessment),
        labels=LABELS,
        meanings=MEANINGS,
        order=ORDER,
        groups=tuple(Group),
        Status=Status,
    )


def segments(counts: Counter[Status], width: float = _BAR_WIDTH) -> list[Segment]:
    """The pieces of a bar of the given width."""
    total = sum(counts.values())
    found, x = [], 0.0
    for status in ORDER:
        if counts[status]:
            part = width * counts[status] / total
            found.append(Segment(status, counts[status], round(x, 2), round(part, 2)))
            x += part
    return found


def _judged(assessment: Assessment) -> tuple[Judged, ...]:
    findings = by_control(assessment)
    return tuple(
        Judged(
            control,
            worst({finding.status for finding in findings[control.id]}),
            tuple(sorted(findings[control.id], key=lambda f: (ORDER.index(f.status), f.resource))),
            Counter(finding.status for finding in findings[control.id]),
        )
        for control in assessment.controls
    )


def _sum(judged: Iterable[Judged]) -> Counter[Status]:
    total: Counter[Status] = Counter()
    for one in judged:
        total.update(one.counts)
    return total


def _lines(group: Group, judged: tuple[Judged, ...]) -> tuple[LineSummary, ...]:
    found = []
    for line in Line:
        if line.group is group:
            controls = tuple(j for j in judged if line in j.control.checklist)
            found.append(LineSummary(line, worst({j.status for j in controls}), controls, _sum(controls)))
    return tuple(found)


def _citations(judged: tuple[Judged, ...]) -> tuple[CitationSummary, ...]:
    found = []
    for paragraph in sorted(CITATIONS):
        controls = tuple(j for j in judged if paragraph in j.control.cite.split(", "))
        if controls:
            status = worst({j.status for j in controls})
            found.append(CitationSummary(CITATIONS[paragraph], status, controls, _sum(controls)))
    return tuple(found)


def _inventory(assessment: Assessment) -> dict[str, list[Asset]]:
    """The assets by kind."""
    found: dict[str, list[Asset]] = {}
    for asset in assessment.assets:
        found.setdefault(asset.kind, []).append(asset)
    return dict(sorted(found.items()))
