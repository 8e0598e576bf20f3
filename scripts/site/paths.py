"""Which file of the repository is which page of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
# Folders whose READMEs are pages, besides everything below docs/.
FOLDERS_WITH_READMES = ("constructs", "examples", "modules", "policies")
PAGES_AT_THE_ROOT = ("CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md")
# Built or set up here, and no part of the repository.
NOT_OURS = {"__pycache__", "node_modules", "dist", "reports"}


def written_pages(root: Path) -> Iterator[PurePosixPath]:
    """The Markdown files that become pages, relative to ``root``."""
    files = [root / name for name in PAGES_AT_THE_ROOT]
    files += sorted((root / "docs").rglob("*.md"))
    for folder in FOLDERS_WITH_READMES:
        files += sorted((root / folder).rglob("README.md"))
    for file in files:
        path = file.relative_to(root)
        if file.exists() and is_ours(path):
            yield PurePosixPath(path)


def is_ours(path: Path) -> bool:
    return not any(
        part in NOT_OURS or part.startswith(".") or part.endswith(".egg-info") for part in path.parts
    )


def page_of(file: PurePosixPath) -> PurePosixPath:
    """Where the page of a Markdown file stands: ``docs/rag.md`` is ``rag.md``, ``modules/api/README.md`` is
    ``modules/api/index.md``, and a file at the root has its name in lower case."""
    if len(file.parts) == 1:
        return PurePosixPath(file.name.lower())
    if file.name == "README.md":
        file = file.with_name("index.md")
    return file.relative_to("docs") if file.parts[0] == "docs" else file


def source_page_of(file: PurePosixPath, is_folder: bool) -> PurePosixPath:
    """Where a file that is no page itself is shown, so that its links work without a network. MkDocs leaves
    out what begins with a dot: ``.github`` is ``github`` there."""
    page = PurePosixPath("source", *(part.lstrip(".") for part in file.parts))
    return page / "index.md" if is_folder else page.with_name(f"{page.name}.md")
