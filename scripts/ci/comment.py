"""One comment of a pull request, written anew at each push: the summaries of all environments.

Usage: ``python -m scripts.ci.comment FOLDER``, with ``<environment>/plan-summary.md`` in the folder for each
environment (``make plan-summary`` writes them into reports/). Needs Python alone. The standard variables of
GitHub's jobs say which repository; ``PULL_REQUEST`` is the number, ``COMMIT`` what was planned, ``NEEDS``
(the context of that name, as JSON) how the jobs ended.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from scripts.ci.markdown import code
from scripts.ci.sections import FILE, missing

MARKER = "<!-- hipaa plan -->"
# Whose comments the job's own token writes. Anybody may write a comment that begins with the marker.
AUTHOR = "github-actions[bot]"
LONGEST = 65_536
_ORDER = ("dev", "staging", "prod")
_PAGE = 100


class CommentError(Exception):
    """The comment was not written."""


@dataclass(frozen=True)
class PullRequest:
    """Where to write. ``api`` is the address of GitHub's API, without a slash at its end."""

    api: str
    repository: str
    number: int
    token: str

    @property
    def comments(self) -> str:
        return f"{self.api}/repos/{self.repository}/issues/{self.number}/comments"


def body(sections: Mapping[str, str], results: Mapping[str, str], commit: str) -> str:
    """The comment's text. An environment whose job ended without a summary is told of, too."""
    every = dict(sections)
    for name, result in results.items():
        if name not in every and result not in ("skipped", "success"):
            every[name] = missing(
                name, f"Its job ended as {result}, without a summary. The job's log says why."
            )
    order = sorted(every, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    text = "\n".join(
        [
            MARKER,
            f"## Plans of {code(commit)}",
            "",
            "Counts, controls and addresses. Values are in no comment, log or artifact: read them with "
            "`make plan ENV=...`.",
            "",
            *(every[name] for name in order),
        ]
    )
    if len(text) > LONGEST:
        raise CommentError(f"The comment would have {len(text)} characters, and {LONGEST} is the most.")
    return text


def put(where: PullRequest, text: str) -> str:
    """Write the comment, in place of the one before. Returns its address. Raises ``CommentError``."""
    own = next(
        (
            comment
            for comment in _comments(where)
            if comment["user"]["login"] == AUTHOR and comment["body"].startswith(MARKER)
        ),
        None,
    )
    if own is None:
        written = _ask(where, "POST", where.comments, {"body": text})
    else:
        address = f"{where.api}/repos/{where.repository}/issues/comments/{int(own['id'])}"
        written = _ask(where, "PATCH", address, {"body": text})
    return str(written["html_url"])


def _comments(where: PullRequest) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        found = _ask(where, "GET", f"{where.comments}?per_page={_PAGE}&page={page}")
        yield from found
        if len(found) < _PAGE:
            return
        page += 1


def _ask(where: PullRequest, method: str, address: str, content: Mapping[str, str] | None = None) -> Any:
    request = Request(  # noqa: S310 (the address is GitHub's own variable, and https or a test's)
        address,
        method=method,
        data=None if content is None else json.dumps(content).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {where.token}",
            "Content-Type": "application/json",
            "X-GitHub-Api-Version": "2022-11-28",
        },
    )
    try:
        with urlopen(request) as answer:  # noqa: S310
            return json.loads(answer.read())
    except HTTPError as error:
        raise CommentError(
            f"GitHub answered {error.code} to {method} on pull request {where.number}, so its comment is not "
            "up to date. The job needs `permissions: pull-requests: write`."
        ) from error
    except URLError as error:
        raise CommentError(
            f"GitHub did not answer ({error.reason}): the comment is not up to date."
        ) from error


def main(words: list[str]) -> int:
    if len(words) != 1:
        print(f"usage: python -m scripts.ci.comment FOLDER, with <environment>/{FILE} in it", file=sys.stderr)
        return 2
    given = os.environ
    lacking = [n for n in ("GITHUB_REPOSITORY", "GITHUB_TOKEN", "PULL_REQUEST") if not given.get(n)]
    if lacking:
        print(f"{', '.join(lacking)} must be set: nothing was written.", file=sys.stderr)
        return 2
    where = PullRequest(
        api=given.get("GITHUB_API_URL", "https://api.github.com"),
        repository=given["GITHUB_REPOSITORY"],
        number=int(given["PULL_REQUEST"]),
        token=given["GITHUB_TOKEN"],
    )
    found = Path(words[0]).glob(f"*/{FILE}")
    sections = {file.parent.name: file.read_text(encoding="utf-8") for file in found}
    needs = json.loads(given.get("NEEDS") or "{}")
    results = {name: str(job["result"]) for name, job in needs.items()}
    if not sections and not results:
        print(f"There is no <environment>/{FILE} in {words[0]}: nothing was written.", file=sys.stderr)
        return 2
    try:
        print(put(where, body(sections, results, given.get("COMMIT", "")[:12])))
    except CommentError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
