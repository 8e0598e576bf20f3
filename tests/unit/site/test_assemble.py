"""All pages of this repository, gathered; drawings are left to the docs environment."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hipaa_policies.catalogue import catalogue

from scripts.site import diagrams, navigation
from scripts.site.assemble import assemble
from scripts.site.paths import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raises with what `make site-check` would say: dead links, pages that are not in the navigation."""
    made = tmp_path_factory.mktemp("site")
    assemble(made, lambda sources: dict.fromkeys(sources, "<svg/>"))
    return made


def test_every_document_control_and_module_is_a_page(folder: Path) -> None:
    pages = folder / "pages"
    for document in (ROOT / "docs").rglob("*.md"):
        name = document.relative_to(ROOT / "docs")
        page = name.with_name("index.md") if name.name == "README.md" else name
        assert (pages / page).exists(), document
    for control in catalogue():
        assert (pages / "controls" / f"{control.id}.md").exists()
    for readme in (ROOT / "modules").glob("*/README.md"):
        assert (pages / "modules" / readme.parent.name / "index.md").exists()


def test_the_configuration_lists_what_is_there(folder: Path) -> None:
    configuration = yaml.safe_load((folder / "mkdocs.yml").read_text())
    assert (configuration["docs_dir"], configuration["site_dir"]) == ("pages", "html")
    for path in navigation.paths(configuration["nav"]):
        assert (folder / "pages" / path).exists(), path


def test_no_marker_and_no_fence_of_mermaid_is_left(folder: Path) -> None:
    for page in (folder / "pages").rglob("*.md"):
        text = page.read_text()
        assert "<!-- SITE:" not in text, page
        assert "```mermaid" not in text or "source" in page.parts, page


def test_a_drawing_has_a_name_for_who_cannot_see_it() -> None:
    source = "flowchart LR\n  accTitle: A & B\n  a --> b\n"
    text = diagrams.with_drawings(f"x\n\n```mermaid\n{source}```\n", {source: "<svg/>"})
    assert 'aria-label="A &amp; B"' in text
    assert "<svg/></div>" in text
