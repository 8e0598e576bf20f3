"""A page for each control: what ``hipaa explain`` says, with links; and the list of all controls."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from hipaa_policies.catalogue import Control
from hipaa_policies.checklist import Group
from hipaa_policies.citations import CITATIONS, Citation
from hipaa_policies.explain import explanations

# The Code of Federal Regulations names sections, and anchors paragraphs by their number.
ECFR = "https://www.ecfr.gov/current/title-45/section-"
# Where a control speaks of a module or a page of the root: that is a link.
_PLACE = re.compile(r"\bmodules/[a-z_]+|\b[a-z_]+\.tf\b|\blambda_src/[a-z_]+")


def page(control: Control, places: set[str]) -> str:
    """The control's page as Markdown, as if it stood in ``docs/controls``.

    ``places`` are the files and folders of the repository that its words may be linked to.
    """
    told = explanations()[control.id]
    parts = [
        f"# {control.id}: {control.title}",
        facts(control, places),
        section("What it checks", told.checks),
        section("Why", told.why),
        section("The rule", "\n\n".join(rule(CITATIONS[cite]) for cite in control.cite.split(", "))),
        section("What it cannot see", control.blind),
        section("How our modules satisfy it", linked(told.ours, places, "../..")),
        section("How to mend it elsewhere", control.remedy),
    ]
    if control.tables:
        tables = [f"- {table.name}, as of {table.as_of}: {table.source}" for table in control.tables]
        parts.append(section("Dated tables", "\n".join(tables)))
    parts.append(
        section(
            "See it",
            f"```shell\nhipaa explain {control.id}\nhipaa audit   # the account\nhipaa plan plan.json\n```",
        )
    )
    return "\n\n".join(parts) + "\n"


def facts(control: Control, places: set[str]) -> str:
    lines = "; ".join(line.text for line in control.checklist)
    rows = [
        ("Checklist", f"{control.group.value}: {lines}"),
        ("Rule", ", ".join(f"45 CFR {cite}" for cite in control.cite.split(", "))),
        ("Binding", binding(control)),
        ("Satisfied by", linked(control.satisfied_by, places, "../..")),
    ]
    if control.proposed:
        rows.append(
            ("In force", "no: the proposed rule of January 2025 (90 FR 898); judged with `--proposed-rule`")
        )
    return "\n".join(["| | |", "| --- | --- |", *(f"| **{name}** | {cell(text)} |" for name, text in rows)])


def binding(control: Control) -> str:
    if control.requirement.value == "required":
        return "required: it must be met"
    return (
        "addressable: meet it, or record why it is not reasonable and what is done instead (164.306(d)(3)); "
        "a waiver is that record"
    )


def rule(citation: Citation) -> str:
    return (
        f"[45 CFR {citation.paragraph}]({address(citation.paragraph)}), {citation.name} "
        f"({citation.requirement.value}). {citation.says}"
    )


def address(paragraph: str) -> str:
    """The paragraph at the eCFR: https://www.ecfr.gov/current/title-45/section-164.312#p-164.312(b)"""
    return f"{ECFR}{paragraph.partition('(')[0]}#p-{paragraph.replace('(', '%28').replace(')', '%29')}"


def section(title: str, text: str) -> str:
    return f"## {title}\n\n{text}"


def linked(text: str, places: set[str], up: str) -> str:
    """The text, with the modules and pages of the root that exist as links; ``up`` leads to the root."""

    def replace(match: re.Match[str]) -> str:
        place = match.group(0)
        return f"[{place}]({up}/{place})" if place in places else place

    return _PLACE.sub(replace, text)


def index(controls: Sequence[Control]) -> str:
    """All controls by the checklist's groups, for docs/controls.md."""
    parts = []
    for group in Group:
        rows = [
            f"| `{control.id}` | {cell(control.title)} | {control.requirement.value} |"
            for control in controls
            if control.group is group
        ]
        parts.append(
            "\n".join(
                [f"## {group.value}", "", "| control | what is asked | |", "| --- | --- | --- |", *rows]
            )
        )
    return "\n\n".join(parts)


def satisfied_by(controls: Iterable[Control], module: str) -> list[Control]:
    """The controls that name ``modules/<module>`` as what satisfies them."""
    return [
        control for control in controls if module in re.findall(r"modules/([a-z_]+)", control.satisfied_by)
    ]


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
