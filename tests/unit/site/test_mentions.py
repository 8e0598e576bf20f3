"""Controls and tests that texts name: they lead somewhere, or they are mistakes."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from scripts.site import mentions, named_tests

CONTROLS = {"NET-01", "S3-02"}
PAGE = PurePosixPath("workloads/x.md")


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("see NET-01.", "see [NET-01](../controls/NET-01.md){ .control }."),
        ("`S3-02`", "[`S3-02`](../controls/S3-02.md){ .control }"),
        ("`hipaa explain NET-01`", "`hipaa explain NET-01`"),
        ("[NET-01](elsewhere.md)", "[NET-01](elsewhere.md)"),
        ("# NET-01", "# NET-01"),
        ("```\nNET-01\n```", "```\nNET-01\n```"),
        ("X-NET-01 and UTF-16", "X-NET-01 and UTF-16"),
    ],
)
def test_names_become_links(text: str, linked: str) -> None:
    assert mentions.linked(text, PAGE, CONTROLS) == linked


def test_a_controls_own_page_does_not_lead_to_itself() -> None:
    assert (
        mentions.linked("NET-01 S3-02", mentions.page_of("NET-01"), CONTROLS)
        == "NET-01 [S3-02](S3-02.md){ .control }"
    )


def test_names_of_no_control_are_found_in_known_families_alone() -> None:
    assert list(mentions.unknown("NET-01\nNET-99 and TLS-12", CONTROLS)) == [(2, "NET-99")]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder, name in (("a", "test_it_holds"), ("b", "test_it_breaks")):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        text = f"def {name}() -> None: ...\n\n\ndef test_both() -> None: ...\n"
        (tmp_path / "tests" / folder / "test_x.py").write_text(text)
    return tmp_path


def test_tests_become_sentences_that_lead_to_their_files(repository: Path) -> None:
    assert (
        named_tests.linked(repository, "`test_x.py::test_it_holds`", "..")
        == "[it holds](../tests/a/test_x.py)"
    )
    assert named_tests.linked(repository, "`b/test_x.py::test_both`", ".") == "[both](./tests/b/test_x.py)"


def test_tests_that_are_gone_or_not_one_alone_are_found(repository: Path) -> None:
    text = "`test_x.py::test_it_holds` `test_x.py::test_gone` `test_x.py::test_both`"
    assert list(named_tests.unknown(repository, text)) == [
        "test_x.py::test_gone: there is no such test",
        "test_x.py::test_both: tests/a/test_x.py, tests/b/test_x.py",
    ]
