"""Pages that are made from the catalogue and from modules: they say all that these say."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from hipaa_policies.catalogue import Control, catalogue
from hipaa_policies.checklist import Line
from hipaa_policies.citations import CITATIONS
from hipaa_policies.explain import explanations

from scripts.module_docs import modules
from scripts.site import control_pages, mapping_page, module_pages, source_pages
from scripts.site.assemble import places
from scripts.site.paths import ROOT

CONTROLS = catalogue()


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_a_controls_page_says_what_explain_says(control: Control) -> None:
    page = control_pages.page(control, set())
    told = explanations()[control.id]
    assert page.startswith(f"# {control.id}: {control.title}\n")
    for text in (told.checks, told.why, told.ours, control.blind, control.remedy, control.satisfied_by):
        assert text.replace("|", "\\|") in page or text in page
    for paragraph in control.cite.split(", "):
        assert f"45 CFR {paragraph}](https://www.ecfr.gov/" in page
        assert CITATIONS[paragraph].says in page
    for line in control.checklist:
        assert line.text in page
    for table in control.tables:
        assert str(table.as_of) in page


def test_modules_and_pages_of_the_root_are_links_where_they_exist() -> None:
    text = control_pages.linked("modules/queue, modules/gone and rag.tf", places(ROOT), "../..")
    assert text == "[modules/queue](../../modules/queue), modules/gone and [rag.tf](../../rag.tf)"


def test_the_mapping_has_every_paragraph_and_every_line_of_the_checklist() -> None:
    by_paragraph = mapping_page.by_paragraph(CONTROLS, set())
    by_checklist = mapping_page.by_checklist(CONTROLS, set())
    for paragraph, citation in CITATIONS.items():
        (row,) = (line for line in by_paragraph.splitlines() if line.startswith(f"| [{paragraph}]("))
        assert f"| {citation.name} | {citation.requirement.value} |" in row
    for line in Line:
        assert f"| {line.text} |" in by_checklist
    for control in CONTROLS:
        assert f"`{control.id}`" in by_paragraph
        assert f"`{control.id}`" in by_checklist


def test_a_paragraph_that_no_control_cites_is_said_to_be_yours() -> None:
    (row,) = (line for line in mapping_page.by_paragraph((), set()).splitlines() if "164.312(b)" in line)
    assert "none: yours" in row


def test_every_module_is_in_the_list_with_its_first_words() -> None:
    index = module_pages.index(ROOT)
    for module in modules():
        assert f"| [{module.name}](../modules/{module.name}) | " in index


def test_a_modules_page_says_who_calls_it_and_what_it_satisfies() -> None:
    footer = module_pages.footer(ROOT, "network", CONTROLS)
    assert "[main.tf](../../main.tf)" in footer
    assert "| `NET-05` |" in footer
    assert "NET-05" not in module_pages.footer(ROOT, "queue", CONTROLS)


def test_a_source_page_shows_a_file_and_is_not_searched() -> None:
    page = source_pages.page(ROOT, PurePosixPath("scripts/cost/prices.toml"))
    assert page.startswith("---\nsearch:\n  exclude: true\n---\n\n# scripts/cost/prices.toml\n")
    assert "~~~~ toml\n" in page
