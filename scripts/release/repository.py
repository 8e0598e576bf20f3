"""The git repository that is released: its state, its commit, and a clean copy of that commit."""

from __future__ import annotations

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from scripts.release.errors import ReleaseError


class Repository:
    """The repository in ``folder``. Every method raises ``ReleaseError`` with what git said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> bytes:
        finished = subprocess.run(["git", "-C", str(self.folder), *words], capture_output=True, check=False)
        if finished.returncode != 0:
            said = finished.stderr.decode(errors="replace").strip()
            raise ReleaseError(f"`git {' '.join(words)}` failed, so there is no release: {said}")
        return finished.stdout

    def text(self, *words: str) -> str:
        return self.git(*words).decode().strip()

    def uncommitted(self) -> list[str]:
        """What is changed or unknown to git here. What .gitignore names does not count."""
        return self.text("status", "--porcelain").splitlines()

    def head(self) -> str:
        return self.text("rev-parse", "HEAD")

    def tags(self) -> list[str]:
        return self.text("tag", "--list").splitlines()

    def commit_of(self, tag: str) -> str:
        return self.text("rev-parse", f"refs/tags/{tag}^{{commit}}")

    def commit_seconds(self, commit: str) -> int:
        """When it was committed, in seconds since 1970: the only time that two builds of it agree on."""
        return int(self.text("show", "--no-patch", "--format=%ct", commit))

    def file_at(self, commit: str, path: str) -> str:
        """The file's text at ``commit``; empty where it was not there."""
        if not self.text("ls-tree", "--name-only", commit, "--", path):
            return ""
        return self.git("show", f"{commit}:{path}").decode()

    def parent(self, commit: str) -> str | None:
        """The first parent. None for the first commit, and where a shallow clone ends."""
        words = self.text("rev-list", "--parents", "--max-count=1", commit).split()
        return words[1] if len(words) > 1 else None

    def commit(self, message: str, paths: list[str]) -> str:
        self.git("commit", "--quiet", "--message", message, "--", *paths)
        return self.head()

    def take_back(self, paths: list[str]) -> None:
        """Make files that git knows what HEAD has of them, here and in the index."""
        self.git("checkout", "--quiet", "HEAD", "--", *paths)

    def export(self, commit: str, target: Path) -> None:
        """Write the files of ``commit`` to ``target``, and nothing that git does not know."""
        target.mkdir(parents=True)
        with tarfile.open(fileobj=BytesIO(self.git("archive", "--format=tar", commit))) as archive:
            archive.extractall(target, filter="data")

    def address(self) -> str:
        """Where the source is to be had: `origin` without credentials, as SPDX has it; or empty."""
        if "origin" not in self.text("remote").splitlines():
            return ""
        given = self.text("remote", "get-url", "origin")
        if given.startswith("git@"):  # git's short form of ssh
            host, _, path = given.removeprefix("git@").partition(":")
            return f"git+https://{host}/{path.removesuffix('.git')}"
        parts = urlsplit(given)
        if parts.scheme not in ("https", "ssh") or not parts.hostname:
            return ""  # a folder of this machine says nothing to anybody else
        return f"git+https://{parts.hostname}{parts.path.removesuffix('.git')}"
