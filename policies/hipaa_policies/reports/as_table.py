"""A table for the terminal: the checklist, then what needs attention."""

from __future__ import annotations

from hipaa_policies.assessment import Assessment, by_control, worst
from hipaa_policies.checklist import Group
from hipaa_policies.verdicts import Finding, Status

_WIDTH = 14
_LISTED = (Status.FAIL, Status.UNKNOWN, Status.WAIVED)


def render_table(assessment: Assessment) -> str:
    lines = [
        f"HIPAA checklist of account {assessment.account} in {assessment.region}, "
        f"{assessment.taken_at:%Y-%m-%d %H:%M} UTC",
        "",
    ]
    if assessment.tags:
        tags = ", ".join(f"{key}={value}" for key, value in assessment.tags)
        lines.insert(
            1, f"Only what is tagged {tags}: {len(assessment.out_of_scope)} resources are out of scope"
        )
    findings = by_control(assessment)
    for group in Group:
        lines.append(group.value)
        for control in assessment.controls:
            if control.group is group:
                found = findings[control.id]
                status = worst({finding.status for finding in found})
                lines.append(f"  {status.value:<{_WIDTH}} {control.id:<7} {control.title}{_tally(found)}")
        lines.append("")
    for status in _LISTED:
        if listed := assessment.of(status):
            lines.append(f"{status.value} ({len(listed)})")
            lines += _listed(listed, assessment)
            lines.append("")
    counts = assessment.counts()
    lines.append(", ".join(f"{counts[status]} {status.value}" for status in Status if counts[status]))
    return "\n".join(lines) + "\n"


def _listed(findings: tuple[Finding, ...], assessment: Assessment) -> list[str]:
    """What a control says of several resources in the same words (a waiver's reason, most often), once."""
    alike: dict[tuple[str, str], list[str]] = {}
    for finding in findings:
        where = f"{_place(finding, assessment)}{finding.where}"
        alike.setdefault((finding.control_id, finding.message), []).append(where)
    lines = []
    for (control, message), places in alike.items():
        if len(places) == 1:
            lines.append(f"  {control:<7} {places[0]}: {message}")
        else:
            lines.append(f"  {control:<7} {len(places)} resources: {message}")
            lines += [f"{'':<10}{place}" for place in places]
    return lines


def _place(finding: Finding, assessment: Assessment) -> str:
    """Where several accounts or regions were judged, which of them it is."""
    return f"[{finding.account} {finding.region}] " if len(assessment.scopes) > 1 else ""


def _tally(found: tuple[Finding, ...]) -> str:
    judged = [f for f in found if f.status is not Status.NOT_APPLICABLE]
    if len(judged) < 2:
        return ""
    good = sum(f.status in (Status.PASS, Status.ATTESTED) for f in judged)
    return f" ({good} of {len(judged)})"
