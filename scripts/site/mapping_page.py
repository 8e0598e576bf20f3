"""The HIPAA mapping: paragraphs that are cited, and the six groups of the checklist, with their controls."""

from __future__ import annotations

from collections.abc import Sequence

from hipaa_policies.catalogue import Control
from hipaa_policies.checklist import Group, Line
from hipaa_policies.citations import CITATIONS

from scripts.site.control_pages import address, cell, linked


def by_paragraph(controls: Sequence[Control], places: set[str]) -> str:
    """One row for each paragraph of 45 CFR 164.308 to 164.316 that a control cites, in the rule's order."""
    rows = []
    for paragraph in sorted(CITATIONS):
        citing = [control for control in controls if paragraph in control.cite.split(", ")]
        citation = CITATIONS[paragraph]
        rows.append(
            f"| [{paragraph}]({address(paragraph)}) | {citation.name} | {citation.requirement.value} "
            f"| {ids(citing)} | {modules(citing, places)} |"
        )
    head = [
        "| 45 CFR | standard or specification | | controls | satisfied by |",
        "| --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*head, *rows])


def by_checklist(controls: Sequence[Control], places: set[str]) -> str:
    """The six groups, and of each its lines with the controls that answer them."""
    parts = []
    for group in Group:
        rows = []
        for line in (line for line in Line if line.group is group):
            answering = [control for control in controls if line in control.checklist]
            rows.append(f"| {cell(line.text)} | {ids(answering)} | {modules(answering, places)} |")
        head = [
            f"### {group.value}",
            "",
            "| line of the checklist | controls | satisfied by |",
            "| --- | --- | --- |",
        ]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts)


def ids(controls: Sequence[Control]) -> str:
    return " ".join(f"`{control.id}`" for control in controls) or "none: yours"


def modules(controls: Sequence[Control], places: set[str]) -> str:
    return linked(cell("; ".join(sorted({control.satisfied_by for control in controls}))), places, "..")
