"""Gather every page as plain Markdown in one folder, with a configuration that MkDocs builds as it is.

Everything that is particular to this project happens here, before MkDocs: so Zensical, which runs no plugins
or hooks of MkDocs, builds the same folder (docs/decisions/0017-documentation-site.md).
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

import yaml
from hipaa_policies.catalogue import catalogue

from scripts.site import (
    control_pages,
    diagrams,
    links,
    mapping_page,
    mentions,
    module_pages,
    named_tests,
    navigation,
    source_pages,
)
from scripts.site.paths import ROOT, page_of, written_pages
from scripts.site.problems import SiteError, refuse

# <!-- SITE: controls --> in a page of docs/ is where the site puts the table; GitHub shows nothing there.
_MARKER = re.compile(r"^<!-- SITE: ([a-z ]+) -->$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """Its place in the site, the file of the repository whose links it has, and its Markdown."""

    path: PurePosixPath
    file: PurePosixPath
    text: str


def assemble(folder: Path, draw: Callable[[list[str]], dict[str, str]], root: Path = ROOT) -> int:
    """Write ``folder/pages`` and ``folder/mkdocs.yml`` anew, and say how many pages there are.

    ``draw`` gives the SVG of each Mermaid source. Raises ``SiteError`` with everything that is wrong.
    """
    files = list(written_pages(root))
    refuse(links.problems(root, files), "Links that lead nowhere")
    refuse(unknown_controls(root, files), "Controls that the catalogue does not have")
    refuse(unknown_tests(root, files), "Tests that are not there, or not one alone")
    pages = [*written(root, files), *control_pages_of(root)]
    pages += source_pages_for(root, pages, set(files))
    configuration = configured(root, pages)
    svgs = draw([source for page in pages for source in diagrams.sources(page.text)])
    shutil.rmtree(folder / "pages", ignore_errors=True)
    for page in pages:
        target = folder / "pages" / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(finished(root, page, set(files), svgs), encoding="utf-8")
    shutil.copytree(root / "docs" / "assets", folder / "pages" / "assets")
    (folder / "mkdocs.yml").write_text(yaml.safe_dump(configuration, sort_keys=False), encoding="utf-8")
    return len(pages)


def unknown_controls(root: Path, files: list[PurePosixPath]) -> list[str]:
    controls = {control.id for control in catalogue()}
    return [
        f"{file}:{line}: {name}"
        for file in files
        for line, name in mentions.unknown((root / file).read_text(encoding="utf-8"), controls)
    ]


def unknown_tests(root: Path, files: list[PurePosixPath]) -> list[str]:
    return [
        f"{file}: {problem}"
        for file in files
        for problem in named_tests.unknown(root, (root / file).read_text(encoding="utf-8"))
    ]


def written(root: Path, files: list[PurePosixPath]) -> list[Page]:
    """The pages that somebody wrote, with what the site adds to them."""
    return [Page(page_of(file), file, with_additions(root, file)) for file in files]


def with_additions(root: Path, file: PurePosixPath) -> str:
    text = (root / file).read_text(encoding="utf-8")
    controls = catalogue()
    inserted = {
        "controls": lambda: control_pages.index(controls),
        "mapping by checklist": lambda: mapping_page.by_checklist(controls, places(root)),
        "mapping by paragraph": lambda: mapping_page.by_paragraph(controls, places(root)),
        "modules": lambda: module_pages.index(root),
    }

    def insert(match: re.Match[str]) -> str:
        if match.group(1) not in inserted:
            raise SiteError(f"{file}: {match.group(0)}: the site can insert {', '.join(inserted)}")
        return inserted[match.group(1)]()

    text = _MARKER.sub(insert, text)
    text = named_tests.linked(root, text, "/".join([".."] * (len(file.parts) - 1)) or ".")
    if file.parts[0] == "modules":
        text = f"{text.rstrip()}\n\n{module_pages.footer(root, file.parts[1], controls)}\n"
    return text


def control_pages_of(root: Path) -> list[Page]:
    linkable = places(root)
    return [
        # Its links are written as if it stood in docs/controls.
        Page(
            mentions.page_of(control.id),
            PurePosixPath("docs/controls") / f"{control.id}.md",
            control_pages.page(control, linkable),
        )
        for control in catalogue()
    ]


def places(root: Path) -> set[str]:
    """What the catalogue's words may speak of: the root's pages, modules and functions that are there."""
    patterns = ("*.tf", "modules/*", "lambda_src/*")
    return {str(path.relative_to(root)) for pattern in patterns for path in root.glob(pattern)}


def source_pages_for(root: Path, pages: list[Page], files: set[PurePosixPath]) -> list[Page]:
    """A page for each file or folder that is linked to and is no page."""
    targets = {link.target for page in pages for _, _, link in links.links(page.text, page.file)}
    shown = {target: links.page_for(root, files, target) for target in targets}
    return [
        Page(path, PurePosixPath("source"), source_pages.page(root, target))
        for target, path in sorted(shown.items())
        if path.parts[0] == "source"
    ]


def finished(root: Path, page: Page, files: set[PurePosixPath], svgs: dict[str, str]) -> str:
    """The page's Markdown as MkDocs gets it."""
    text = page.text
    if page.path.parts[0] != "source":
        text = links.rewritten(text, page.file, page.path, partial(links.page_for, root, files))
        text = mentions.linked(text, page.path, {control.id for control in catalogue()})
    return diagrams.with_drawings(text, svgs)


def configured(root: Path, pages: list[Page]) -> dict[str, object]:
    """mkdocs.yml with its navigation completed. Raises ``SiteError`` where a page is not in it."""
    configuration: dict[str, object] = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    there = [page.path for page in pages]
    generated = {
        navigation.CONTROLS: navigation.control_entries(catalogue()),
        navigation.MODULES: navigation.module_entries(there),
        navigation.EXAMPLES: navigation.page_entries(there, "examples"),
        navigation.DECISIONS: navigation.page_entries(there, "decisions"),
    }
    entries = navigation.expanded(configuration["nav"], generated)  # type: ignore[arg-type]
    refuse(navigation.problems(entries, there), "The site's navigation")
    return configuration | {"docs_dir": "pages", "nav": entries, "site_dir": "html"}
