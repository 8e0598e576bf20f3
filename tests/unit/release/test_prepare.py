"""Which version may be released, from what, and what the release commit changes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from scripts.release import changelog
from scripts.release.carried import carry
from scripts.release.errors import ReleaseError
from scripts.release.prepare import prepare
from scripts.release.repository import Repository
from scripts.release.upgrades import recorder
from scripts.release.versions import Version, newest, parse
from tests.unit.release.conftest import CHANGELOG, git

TODAY = date(2026, 11, 22)
# https://semver.org/spec/v2.0.0.html, 11.4.4, and numbers that are not in the order of their letters.
IN_ORDER = [
    "0.9.0",
    "0.10.0",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
]


def quiet(_: str) -> None:
    pass


def nothing(_: Version) -> None:
    pass


def test_versions_have_the_order_of_the_specification() -> None:
    versions = [parse(text) for text in IN_ORDER]
    assert [str(version) for version in sorted(versions[5:] + versions[4::-1])] == IN_ORDER
    assert newest(["v0.9.0", "0.10.0", "Unreleased", "nightly", "v0.1"]) == Version((0, 10, 0))
    assert newest(["Unreleased"]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.2",
        "v1.2.3",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3+build",
        "1.2.3 ",
        "\u0661.2.3",
    ],
)
def test_what_is_no_semantic_version_is_refused(text: str) -> None:
    with pytest.raises(ReleaseError, match="no semantic version"):
        parse(text)


def test_what_was_unreleased_gets_the_version_and_the_date() -> None:
    text = changelog.cut(CHANGELOG, parse("0.2.0"), TODAY)
    assert changelog.headings(text) == ["Unreleased", "0.2.0", "0.1.0"]
    assert "## [0.2.0] - 2026-11-22\n\n### Added\n\n- A second function.\n" in text
    assert changelog.section(text, "Unreleased") == ""
    assert changelog.notes(text, parse("0.2.0")) == "# 0.2.0\n\n### Added\n\n- A second function.\n"
    assert changelog.section(text, "0.1.0") == "- The first."
    with pytest.raises(ReleaseError, match="nothing to release"):
        changelog.cut(text, parse("0.3.0"), TODAY)


def test_the_release_commit_changes_the_changelog_and_the_packages_version(repository: Repository) -> None:
    before = repository.head()
    commit = prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)
    assert repository.parent(commit) == before
    assert git(repository.folder, "show", "--format=%s", "--name-only", commit).split("\n") == [
        "Release 0.2.0",
        "",
        "CHANGELOG.md",
        "policies/pyproject.toml",
        "pyproject.toml",
    ]
    carried = (repository.folder / "pyproject.toml").read_text()
    assert 'version = "0.2.0"' in carried
    assert 'version = "7"' in carried
    assert repository.uncommitted() == []


def test_what_users_copy_names_the_new_version_and_other_versions_stay(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nversion = "0.1.0"\n',
        "policies/hipaa_policies/__init__.py": '__version__ = "0.1.0"\n',
        "examples/one/main.tf": 'source = "git::https://h/r.git?ref=v0.1.0"\nversion = ">= 5.100.0"\n',
        "examples/one/packages.json": '{"key": "v0.1.0/a.zip", "version": "0.1.0"}\n',
        "docs/page.md": "`v0.1.0` and v0.1.0-rc.1, v0.1.01, 0.1.0\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    carry(tmp_path, parse("0.2.0"))
    assert {name: (tmp_path / name).read_text() for name in files} == {
        "pyproject.toml": '[project]\nversion = "0.2.0"\n',
        "policies/hipaa_policies/__init__.py": '__version__ = "0.2.0"\n',
        "examples/one/main.tf": 'source = "git::https://h/r.git?ref=v0.2.0"\nversion = ">= 5.100.0"\n',
        "examples/one/packages.json": '{"key": "v0.2.0/a.zip", "version": "0.2.0"}\n',
        "docs/page.md": "`v0.2.0` and v0.1.0-rc.1, v0.1.01, 0.1.0\n",
    }


def test_the_same_release_can_be_built_again_from_its_commit_alone(repository: Repository) -> None:
    commit = prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)
    assert prepare(repository, parse("0.2.0"), TODAY, nothing, quiet) == commit
    git(repository.folder, "tag", "v0.2.0")
    assert prepare(repository, parse("0.2.0"), TODAY, nothing, quiet) == commit
    git(repository.folder, "commit", "--quiet", "--allow-empty", "--message", "Something else")
    with pytest.raises(ReleaseError, match=r"0\.2\.0 is not newer than 0\.2\.0"):
        prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)


def test_a_later_commit_without_a_tag_is_no_release_either(repository: Repository) -> None:
    prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)
    git(repository.folder, "commit", "--quiet", "--allow-empty", "--message", "Something else")
    with pytest.raises(ReleaseError, match="not newer"):
        prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)


@pytest.mark.parametrize(
    ("version", "tag", "said"),
    [
        ("0.1.0", "", "0.1.1, 0.2.0, 1.0.0"),
        ("0.0.9", "", "0.1.0"),
        ("0.2.0-rc.1", "v0.2.0", "not newer than 0.2.0"),
        ("0.2.0", "v0.3.0-rc.1", "not newer than 0.3.0-rc.1.*Take the next one: 0.3.0 "),
    ],
)
def test_a_version_that_is_not_newer_is_refused(
    repository: Repository, version: str, tag: str, said: str
) -> None:
    git(repository.folder, "commit", "--quiet", "--allow-empty", "--message", "Since then")
    if tag:
        git(repository.folder, "tag", tag, "HEAD~1")
    refuse(repository, version, said)


@pytest.mark.parametrize("change", ["changed", "new", "staged"])
def test_a_tree_that_is_not_clean_is_refused(repository: Repository, change: str) -> None:
    file = repository.folder / ("new.tf" if change == "new" else "pyproject.toml")
    file.write_text("# not committed\n")
    if change == "staged":
        git(repository.folder, "add", ".")
    with pytest.raises(ReleaseError, match=rf"not clean(.|\n)*{file.name}"):
        prepare(repository, parse("0.2.0"), TODAY, nothing, quiet)
    assert file.read_text() == "# not committed\n"


def test_an_empty_release_is_refused(repository: Repository) -> None:
    changed = CHANGELOG.replace("- A second function.", "")
    (repository.folder / "CHANGELOG.md").write_text(changed)
    git(repository.folder, "commit", "--quiet", "--all", "--message", "Nothing to tell")
    refuse(repository, "0.2.0", "nothing to release")


def test_a_commit_that_git_refuses_leaves_nothing_changed(repository: Repository) -> None:
    """Else the next try would find a tree that is not clean, and a changelog that has the version."""
    hook = repository.folder / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no key to sign with >&2\nexit 1\n")
    hook.chmod(0o755)
    refuse(repository, "0.2.0", "no key to sign with")
    hook.unlink()
    assert prepare(repository, parse("0.2.0"), TODAY, nothing, quiet) == repository.head()


def test_what_the_next_release_is_compared_with_is_of_the_same_commit(repository: Repository) -> None:
    def record(version: Version) -> None:
        (repository.folder / "last_release.json").write_text(f'"{version}"')
        git(repository.folder, "add", "last_release.json")

    commit = prepare(repository, parse("0.2.0"), TODAY, record, quiet)
    assert repository.file_at(commit, "last_release.json") == '"0.2.0"'


def test_a_release_that_users_cannot_upgrade_to_is_refused(repository: Repository, tmp_path: Path) -> None:
    """The real command, in a repository where it fails."""
    upgrade = tmp_path / "root" / "scripts" / "upgrade"
    upgrade.mkdir(parents=True)
    for package in (upgrade, upgrade.parent):
        (package / "__init__.py").touch()
    (upgrade / "addresses.py").write_text(
        "import sys\nsys.exit('module.patients.aws_kms_key.this is gone')\n"
    )
    before = repository.head()
    with pytest.raises(ReleaseError, match=r"would lose something(.|\n)*aws_kms_key\.this is gone"):
        prepare(repository, parse("0.2.0"), TODAY, recorder(tmp_path / "root", quiet), quiet)
    assert (repository.head(), repository.uncommitted()) == (before, [])


def refuse(repository: Repository, version: str, said: str) -> None:
    """The release is refused, and nothing was changed."""
    before = repository.head()
    with pytest.raises(ReleaseError, match=said):
        prepare(repository, parse(version), TODAY, nothing, quiet)
    assert (repository.head(), repository.uncommitted()) == (before, [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("https://user:secret@git.example.org/a/b.git", "git+https://git.example.org/a/b"),
        ("git@git.example.org:a/b.git", "git+https://git.example.org/a/b"),
        ("ssh://git@git.example.org:22/a/b", "git+https://git.example.org/a/b"),
        ("/somewhere/here", ""),
        (None, ""),
    ],
)
def test_the_address_says_where_the_source_is_and_no_secret(
    repository: Repository, given: str | None, said: str
) -> None:
    if given is not None:
        git(repository.folder, "remote", "add", "origin", given)
    assert repository.address() == said
