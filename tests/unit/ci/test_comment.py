"""One comment, updated in place: against a small GitHub on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scripts.ci import comment, plan_summary
from scripts.ci.comment import AUTHOR, LONGEST, MARKER, CommentError

TOKEN = "a-token-of-the-job"


class GitHub(ThreadingHTTPServer):
    """The comments of one pull request: pages, POST and PATCH, and nothing without the token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments = list[dict[str, Any]]()
        self.refuses = 0

    def add(self, login: str, body: str) -> dict[str, Any]:
        number = len(self.comments) + 1
        written = {"id": number, "user": {"login": login}, "body": body, "html_url": f"https://x/{number}"}
        self.comments.append(written)
        return written


class Handler(BaseHTTPRequestHandler):
    server: GitHub

    def answer(self, status: int, content: Any) -> None:
        raw = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        if self.server.refuses:
            return self.answer(self.server.refuses, {"message": "no"})
        if self.headers["Authorization"] != f"Bearer {TOKEN}":
            return self.answer(401, {"message": "who?"})
        content = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "{}")
        if self.command == "GET" and parts.path == "/repos/o/n/issues/7/comments":
            asked = parse_qs(parts.query)
            size, page = int(asked["per_page"][0]), int(asked["page"][0])
            return self.answer(200, self.server.comments[(page - 1) * size : page * size])
        if self.command == "POST" and parts.path == "/repos/o/n/issues/7/comments":
            return self.answer(201, self.server.add(AUTHOR, content["body"]))
        if self.command == "PATCH" and parts.path.startswith("/repos/o/n/issues/comments/"):
            chosen = self.server.comments[int(parts.path.rpartition("/")[2]) - 1]
            chosen["body"] = content["body"]
            return self.answer(200, chosen)
        return self.answer(404, {"message": "no such thing"})

    do_GET = do_POST = do_PATCH = handle_one  # noqa: N815 (the names that http.server calls)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def github(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    server = GitHub()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("GITHUB_API_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("GITHUB_REPOSITORY", "o/n")
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.setenv("PULL_REQUEST", "7")
    monkeypatch.setenv("COMMIT", "0123456789abcdef")
    monkeypatch.delenv("NEEDS", raising=False)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for name in ("prod", "dev"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "plan-summary.md").write_text(f"### {name}: no control fails\n")
    return str(tmp_path)


def test_the_second_push_updates_the_first_ones_comment(github: GitHub, folder: str) -> None:
    assert comment.main([folder]) == 0
    Path(folder, "dev", "plan-summary.md").write_text("### dev: 3 FAIL\n")
    assert comment.main([folder]) == 0
    (only,) = github.comments
    assert only["body"].startswith(MARKER)
    assert only["body"].index("### dev: 3 FAIL") < only["body"].index("### prod: no control fails")
    assert "0123456789ab" in only["body"]


def test_it_is_found_behind_many_others(github: GitHub, folder: str) -> None:
    for number in range(230):
        github.add("somebody", f"comment {number}")
    own = github.add(AUTHOR, f"{MARKER}\nold")
    assert comment.main([folder]) == 0
    assert len(github.comments) == 231
    assert "old" not in own["body"]


def test_nobody_elses_comment_is_written_over(github: GitHub, folder: str) -> None:
    """Neither one that begins with the marker, nor another of the same robot's."""
    others = [
        github.add("somebody", f"{MARKER}\nmine"),
        github.add(AUTHOR, f"another workflow's, on {MARKER}"),
    ]
    before = [dict(other) for other in others]
    assert comment.main([folder]) == 0
    assert github.comments[:2] == before
    assert len(github.comments) == 3


def test_an_environment_whose_job_broke_off_is_told_of(
    github: GitHub, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = {"dev": "success", "staging": "failure", "prod": "failure", "other": "skipped"}
    monkeypatch.setenv("NEEDS", json.dumps({name: {"result": result} for name, result in results.items()}))
    assert comment.main([folder]) == 0
    text = github.comments[0]["body"]
    assert text.count("### staging: no plan") == 1
    assert text.count("### prod") == 1
    assert "other" not in text


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_refusal_is_told_without_the_token(
    github: GitHub, folder: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    github.refuses = status
    assert comment.main([folder]) == 1
    said = capsys.readouterr().err
    assert str(status) in said
    assert "pull-requests: write" in said
    assert TOKEN not in said


def test_a_github_that_is_not_there_is_told_of(
    github: GitHub, folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    assert comment.main([folder]) == 1
    assert "did not answer" in capsys.readouterr().err


def test_what_is_missing_is_named(
    folder: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN", "PULL_REQUEST"):
        monkeypatch.delenv(name, raising=False)
    assert comment.main([folder]) == 2
    assert "GITHUB_TOKEN" in capsys.readouterr().err
    assert comment.main([]) == 2


def test_without_a_summary_nothing_is_written(
    github: GitHub, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert comment.main([folder + "/nowhere"]) == 2
    assert "plan-summary.md in" in capsys.readouterr().err
    assert github.comments == []


def test_where_every_job_broke_off_the_comment_says_so(
    github: GitHub, folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then no artifact was downloaded, and the folder is not there."""
    monkeypatch.setenv("NEEDS", json.dumps({"dev": {"result": "failure"}}))
    assert comment.main([folder + "/nowhere"]) == 0
    assert "dev: no plan" in github.comments[0]["body"]


def test_three_environments_as_long_as_they_may_be_fit() -> None:
    sections = dict.fromkeys(("dev", "staging", "prod"), "x" * plan_summary.LONGEST)
    assert len(comment.body(sections, {}, "c" * 12)) < LONGEST
    with pytest.raises(CommentError, match="65536 is the most"):
        comment.body(sections | {"fourth": "x" * 20_000}, {}, "c" * 12)
