"""Links: followed as GitHub follows them, and rewritten to the pages that show their targets."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from scripts.site import links
from scripts.site.headings import github_anchors

HOME = PurePosixPath("docs/home.md")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "modules" / "queue").mkdir(parents=True)
    (tmp_path / "modules" / "queue" / "README.md").write_text("# queue\n\n## What it does, and why\n")
    (tmp_path / "main.tf").write_text("locals {}\n")
    return tmp_path


def found(repository: Path, text: str) -> list[str]:
    (repository / HOME).write_text(text)
    return list(links.problems(repository, [HOME]))


@pytest.mark.parametrize(
    "text",
    [
        "[a](../main.tf) [b](../modules/queue) [c](../modules/queue/README.md#what-it-does-and-why)",
        "[elsewhere](https://example.org/x#y) [mail](mailto:a@example.org)",
        "# Here\n\n[here](#here)",
        "`[code](nowhere.md)`",
        "```markdown\n[fenced](nowhere.md)\n```",
        "[`main.tf`](../main.tf)",
    ],
)
def test_good_links_are_left_alone(repository: Path, text: str) -> None:
    assert found(repository, text) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[a](gone.md)", "gone.md: there is no such file"),
        ("\n[a](../modules/queue/README.md#what)", "modules/queue/README.md has no heading of that name"),
        ("[a](#there)", "docs/home.md has no heading of that name"),
        ("[a](../../outside.md)", "leads out of the repository"),
        ("[`code`](gone.md)", "there is no such file"),
    ],
)
def test_bad_links_are_told_with_their_line(repository: Path, text: str, reason: str) -> None:
    (problem,) = found(repository, text)
    assert problem.startswith(f"docs/home.md:{text.count(chr(10)) + 1}: ")
    assert problem.endswith(reason)


def test_anchors_are_those_of_github() -> None:
    text = "# A, b & c\n## `code` (x)\n## [linked](y.md) words\n## Twice\n## Twice\n```\n# no heading\n```\n"
    assert github_anchors(text) == {"a-b--c", "code-x", "linked-words", "twice", "twice-1"}


def test_targets_become_the_pages_that_show_them(repository: Path) -> None:
    (repository / HOME).write_text("# Home\n")
    pages = {HOME, PurePosixPath("modules/queue/README.md")}

    def where(target: PurePosixPath) -> PurePosixPath:
        return links.page_for(repository, pages, target)

    text = "[a](../modules/queue) [b](../main.tf) [c](home.md#home) [d](#e) `[f](../main.tf)` [g](https://h.example)"
    assert links.rewritten(text, HOME, PurePosixPath("home.md"), where) == (
        "[a](modules/queue/index.md) [b](source/main.tf.md) [c](home.md#home) [d](#e) `[f](../main.tf)` "
        "[g](https://h.example)"
    )
    (repository / "empty").mkdir()
    assert str(where(PurePosixPath("empty"))) == "source/empty/index.md"


def test_a_picture_is_shown_where_it_was_copied(repository: Path) -> None:
    def where(target: PurePosixPath) -> PurePosixPath:
        return links.page_for(repository, {HOME}, target)

    picture = "![the report](../docs/assets/report.png)"
    page = PurePosixPath("modules/queue/index.md")
    written = links.rewritten(picture, PurePosixPath("modules/README.md"), page, where)
    assert written == "![the report](../../assets/report.png)"
