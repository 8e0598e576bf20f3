"""What is asked of the pages that were built."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from scripts.site import built
from scripts.site.__main__ import serve
from scripts.site.problems import SiteError


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "page.css").write_text("")
    (tmp_path / "a" / "b.html").write_text('<h1 id="top">B</h1><a href="../index.html">back</a>')
    return tmp_path


def found(site: Path, html: str) -> list[str]:
    (site / "index.html").write_text(html)
    return list(built.problems(site))


def test_a_page_that_loads_and_links_what_is_there(site: Path) -> None:
    html = '<link rel="stylesheet" href="page.css"><a href="a/b.html#top">b</a><a href="https://example.org">c</a>'
    assert found(site, html) == []


@pytest.mark.parametrize(
    ("html", "problem"),
    [
        ('<script src="https://unpkg.com/mermaid"></script>', "index.html loads https://unpkg.com/mermaid"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "index.html loads //fonts.example/x.css"),
        ('<a href="gone.html">x</a>', "index.html: gone.html: there is no such file"),
        ('<a href="a/b.html#foot">x</a>', "index.html: a/b.html#foot: there is no such place in the page"),
        ('<img src="gone.png">', "index.html: gone.png: there is no such file"),
    ],
)
def test_what_is_wrong_is_told_with_its_page(site: Path, html: str, problem: str) -> None:
    assert found(site, html) == [problem]


def test_a_port_that_is_taken_is_said_so(site: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SiteError, match="PORT=8001"):
            serve(site, taken.getsockname()[1])
