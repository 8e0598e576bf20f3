"""Make the release commit: the changelog's Unreleased under its version, the packages' with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from scripts.release import changelog
from scripts.release.carried import carry
from scripts.release.errors import ReleaseError
from scripts.release.repository import Repository
from scripts.release.versions import Version, newest, parse

CHANGELOG = "CHANGELOG.md"


def prepare(
    repository: Repository,
    version: Version,
    today: date,
    record: Callable[[Version], None],
    say: Callable[[str], None],
) -> str:
    """Commit the release of ``version``, or find that HEAD is that commit; return the commit.

    ``record`` writes down, in files of the repository, what the next release is compared with. Raises
    ``ReleaseError``, having changed nothing, where the tree is not clean, the version is not newer than the
    last, nothing is unreleased, ``record`` or git refuses.
    """
    refuse_uncommitted(repository)
    if is_release_of(repository, version):
        say(f"HEAD is the commit that releases {version}: building it (again).")
        return repository.head()
    text = (repository.folder / CHANGELOG).read_text(encoding="utf-8")
    refuse_old(repository, text, version)
    released = changelog.cut(text, version, today)
    record(version)
    (repository.folder / CHANGELOG).write_text(released, encoding="utf-8")
    carry(repository.folder, version)
    changed = [line[3:] for line in repository.git("status", "--porcelain").decode().splitlines()]
    try:
        commit = repository.commit(f"Release {version}", changed)
    except ReleaseError:
        repository.take_back(changed)  # they were as HEAD has them, and the next try asks for that
        raise
    say(f"Committed {commit[:12]}: Release {version}.")
    return commit


def refuse_uncommitted(repository: Repository) -> None:
    uncommitted = repository.uncommitted()
    if uncommitted:
        shown = "\n  ".join(uncommitted[:20])
        raise ReleaseError(
            f"The work tree is not clean, so nothing was released:\n  {shown}\n"
            "A release is built from a commit: commit these, or put them away."
        )


def is_release_of(repository: Repository, version: Version) -> bool:
    """Whether HEAD is where the changelog got that version as its newest, and no tag says otherwise."""
    head = repository.head()
    if version.tag in repository.tags():
        return repository.commit_of(version.tag) == head
    if newest(changelog.headings(repository.file_at(head, CHANGELOG))) != version:
        return False
    parent = repository.parent(head)
    before = changelog.headings(repository.file_at(parent, CHANGELOG)) if parent else []
    return str(version) not in before


def refuse_old(repository: Repository, text: str, version: Version) -> None:
    known = newest([*repository.tags(), *changelog.headings(text)])
    if known is not None and version <= known:
        raise ReleaseError(
            f"{version} is not newer than {known}, the last version of CHANGELOG.md and of the tags, so "
            f"nothing was released. Take the next one: {', '.join(map(str, following(known)))} "
            "(major where something that worked has to be changed, minor where something is new, patch else)."
        )


def following(version: Version) -> list[Version]:
    major, minor, patch = version.numbers
    if version.prerelease:
        return [Version(version.numbers)]
    return [
        parse(text) for text in (f"{major}.{minor}.{patch + 1}", f"{major}.{minor + 1}.0", f"{major + 1}.0.0")
    ]
