"""A whole release of a small repository: what is in it, that it verifies, and that a changed one does not."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from scripts.release import descriptions
from scripts.release.__main__ import main
from scripts.release.build import ROOT, build
from scripts.release.errors import ReleaseError
from scripts.release.locks import lock_of, read
from scripts.release.packages import Builder, build_twice
from scripts.release.prepare import prepare
from scripts.release.provenance import builder, invocation
from scripts.release.repository import Repository
from scripts.release.signing import sign
from scripts.release.verify import verify
from scripts.release.versions import parse
from tests.unit.release.conftest import HASH, git, make_repository, new_key, small_builder

ZIPS = {"alpha.zip", "alpha-x86_64.zip", "beta.zip", "beta-x86_64.zip"}
pytestmark = pytest.mark.usefixtures("exact_python", "release_environment")


def quiet(_: str) -> None:
    pass


def release(repository: Repository, builder: Builder = small_builder) -> Path:
    version = parse("0.2.0")
    commit = prepare(repository, version, date(2026, 11, 22), lambda version: None, quiet)
    return build(repository, commit, version, repository.folder / "dist", builder, None, quiet)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, exact_python: None, release_environment: Path) -> Path:
    """One release that many tests look at. Those that change it take a copy."""
    repository = make_repository(tmp_path_factory.mktemp("released") / "repository")
    git(repository.folder, "remote", "add", "origin", "https://user:secret@git.example.org/a/b.git")
    return release(repository)


@pytest.fixture
def copy(released: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released, tmp_path / "copy"))


def document(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text())
    return loaded


def test_a_release_is_whole_and_says_the_same_of_its_zips_everywhere(released: Path) -> None:
    folder, commit = released, Repository(released.parents[1]).head()
    verify(folder, None, quiet)
    names = {file.name for file in folder.iterdir()}
    bills = {name.replace(".zip", ".cdx.json") for name in ZIPS}
    others = {"NOTES.md", "SHA256SUMS", "packages.json", "provenance.intoto.json"}
    assert names == ZIPS | bills | others | {"sbom.cdx.json"}
    assert (folder / "NOTES.md").read_text() == "# 0.2.0\n\n### Added\n\n- A second function.\n"
    assert not any(b"secret" in file.read_bytes() for file in folder.iterdir())
    assert sorted(path.name for path in folder.parent.iterdir()) == ["0.2.0"]

    packages = document(folder / "packages.json")
    alpha = packages["packages"]["arm64"]["alpha"]
    hashes = descriptions.checksums(folder)
    assert packages["commit"] == commit
    assert alpha["sha256"] == hashes["alpha.zip"]
    assert base64.b64decode(alpha["source_code_hash"]).hex() == hashes["alpha.zip"]
    assert (alpha["file"], alpha["key"]) == ("alpha.zip", "v0.2.0/alpha.zip")
    assert packages["packages"]["x86_64"]["alpha"]["file"] == "alpha-x86_64.zip"

    provenance(document(folder / "provenance.intoto.json"), commit, hashes)
    bill(document(folder / "beta-x86_64.cdx.json"), hashes["beta-x86_64.zip"])
    whole = document(folder / "sbom.cdx.json")
    assert {entry["name"] for entry in whole["components"]} == {"alpha", "beta", "zlib-like", "helper"}
    zips = {entry["bom-ref"] for entry in whole["components"] if entry["type"] == "application"}
    assert zips == ZIPS


def provenance(stated: dict[str, Any], commit: str, hashes: dict[str, str]) -> None:
    """https://slsa.dev/spec/v1.0/provenance and the statement around it."""
    assert stated["_type"] == "https://in-toto.io/Statement/v1"
    assert stated["predicateType"] == "https://slsa.dev/provenance/v1"
    subjects = {subject["name"]: subject["digest"] for subject in stated["subject"]}
    assert subjects == {name: {"sha256": hashes[name]} for name in ZIPS}
    definition, details = stated["predicate"]["buildDefinition"], stated["predicate"]["runDetails"]
    source, *materials = definition["resolvedDependencies"]
    assert source == {
        "digest": {"gitCommit": commit},
        "uri": f"git+https://git.example.org/a/b@{commit}",
    }
    locks = ["requirements/functions.txt", "requirements/tools.txt", "requirements/uv.txt"]
    assert [entry["name"] for entry in materials] == locks
    assert definition["externalParameters"]["version"] == "0.2.0"
    page = "https://git.example.org/a/b/blob/v0.2.0/docs/releases.md"
    assert definition["buildType"] == f"{page}#how-the-zips-are-built"
    assert details["builder"] == {"id": f"{page}#a-persons-machine"}


def bill(document: dict[str, Any], digest: str) -> None:
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    assert document["metadata"]["component"]["hashes"] == [{"alg": "SHA-256", "content": digest}]
    components = {entry["name"]: entry for entry in document["components"]}
    assert components["zlib-like"]["purl"] == "pkg:pypi/zlib-like@1.2.3"
    (reference,) = components["zlib-like"]["externalReferences"]
    assert {"alg": "SHA-256", "content": HASH} in reference["hashes"]
    assert components["zlib-like"]["licenses"] == [{"license": {"acknowledgement": "declared", "id": "MIT"}}]
    assert components["helper"]["licenses"] == [
        {"license": {"acknowledgement": "declared", "name": "Free, ask us"}}
    ]
    asks = {entry["ref"]: entry.get("dependsOn", []) for entry in document["dependencies"]}
    assert asks["pkg:pypi/zlib-like@1.2.3"] == ["pkg:pypi/helper@4.5"]


def test_the_same_commit_has_the_same_zips_and_bills(released: Path, copy: Path) -> None:
    """Only the provenance says when; everything else is of the commit alone."""
    (released.parent / ".partial-killed").mkdir()
    again = release(Repository(released.parents[1]))
    assert again == released
    assert [path.name for path in released.parent.iterdir()] == ["0.2.0"]
    changed = {
        name for name, digest in descriptions.checksums(again).items() if digest != hash_in(copy, name)
    }
    assert changed <= {"provenance.intoto.json"}


def hash_in(folder: Path, name: str) -> str:
    return descriptions.checksums(folder)[name]


def test_on_github_the_builder_is_the_workflow() -> None:
    workflow = "a/b/.github/workflows/release.yml@refs/tags/v0.2.0"
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://git.example.org",
        "GITHUB_WORKFLOW_REF": workflow,
        "GITHUB_REPOSITORY": "a/b",
        "GITHUB_RUN_ID": "12",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    assert builder("", parse("0.2.0"), environment) == f"https://git.example.org/{workflow}"
    run = "https://git.example.org/a/b/actions/runs/12/attempts/2"
    assert invocation(environment) == {"invocationId": run}
    assert invocation({}) == {}
    assert builder("", parse("0.2.0"), {}) == "tag:terraform-aws-hipaa-serverless,2026:a-persons-machine"


def test_two_builds_that_differ_are_no_release(repository: Repository) -> None:
    def unsteady(source: Path, architecture: str, output: Path) -> None:
        small_builder(source, architecture, output)
        if source.name == "second" and architecture == "x86_64":
            with zipfile.ZipFile(output / "beta.zip", "a") as archive:
                archive.writestr("built_at", str(output))

    with pytest.raises(ReleaseError, match=r"x86_64 are not the same.*beta\.zip differs in built_at"):
        release(repository, builder=unsteady)
    assert list((repository.folder / "dist").iterdir()) == []


def test_a_zip_that_is_built_once_only_is_no_release(tmp_path: Path) -> None:
    def forgetful(source: Path, architecture: str, output: Path) -> None:
        output.mkdir()
        if source.name == "first":
            (output / "alpha.zip").write_bytes(b"")

    with pytest.raises(ReleaseError, match=r"alpha\.zip was built once only"):
        build_twice((tmp_path / "first", tmp_path / "second"), tmp_path / "out", forgetful, quiet)


def test_a_bill_that_would_not_be_so_is_not_written(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    """zlib-like is in the lock alone, stranger in the zip alone, helper in both with other versions."""

    def surprising(source: Path, architecture: str, output: Path) -> None:
        small_builder(source, architecture, output)
        with zipfile.ZipFile(output / "alpha.zip", "w") as archive:
            archive.writestr("helper-4.6.dist-info/METADATA", "Name: helper\nVersion: 4.6\n")
            archive.writestr("stranger-1.dist-info/METADATA", "Name: stranger\nVersion: 1\n")

    with pytest.raises(ReleaseError, match="bills of materials were not written"):
        release(repository, builder=surprising)
    said = capfd.readouterr().err
    assert "alpha.zip does not hold what its lock names (helper, stranger, zlib-like)" in said
    assert list((repository.folder / "dist").iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        "zip",
        "added",
        "named as the list",
        "folder",
        "removed",
        "list",
        "packages",
        "hash",
        "provenance",
        "commit",
        "bill",
    ],
)
def test_a_changed_release_is_not_accepted(copy: Path, change: str) -> None:
    expected = tamper(copy, change)
    with pytest.raises(ReleaseError, match=f"Do not use these files(.|\n)*{expected}"):
        verify(copy, None, quiet)


def tamper(folder: Path, change: str) -> str:
    """Change something, and the checksums with it where they are not the point; return what is to be said."""
    edits: dict[str, tuple[str, str, str, str]] = {
        "packages": ("packages.json", '"file": "alpha.zip"', '"file": "other.zip"', "describes other zips"),
        "hash": ("packages.json", '"source_code_hash": "', '"source_code_hash": "A', "is of another file"),
        "provenance": ("provenance.intoto.json", "alpha.zip", "other.zip", "speaks of other zips"),
        "commit": ("provenance.intoto.json", '"gitCommit": "', '"gitCommit": "0', "names another commit"),
        "bill": ("beta.cdx.json", '"content": "', '"content": "0', "speaks of another zip"),
    }
    if change == "zip":
        (folder / "alpha.zip").write_bytes(b"something else")
        return "alpha.zip was changed"
    if change == "added":
        (folder / "gamma.zip").write_bytes(b"one more")
        return "gamma.zip is not on the list"
    if change == "named as the list":
        (folder / "SHA256SUMS.exe").write_bytes(b"one more")
        return r"SHA256SUMS\.exe is not on the list"
    if change == "folder":
        (folder / "more").mkdir()
        return "more is no file"
    if change == "removed":
        (folder / "beta.cdx.json").unlink()
        return "beta.cdx.json is missing"
    if change == "list":
        (folder / "SHA256SUMS").write_text("")
        return "lists no file"
    name, old, new, said = edits[change]
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))
    descriptions.write_checksums(folder)
    return said


def test_only_the_signature_of_who_may_sign_is_accepted(
    copy: Path, key: Path, tmp_path: Path, signers: Callable[[Path, str], Path]
) -> None:
    sign(copy, key)
    said: list[str] = []
    verify(copy, signers(key, "releases@example.org"), said.append)
    assert said[0] == "signed by releases@example.org"
    with pytest.raises(ReleaseError, match="not accepted"):
        verify(copy, signers(new_key(tmp_path / "other"), "somebody"), quiet)
    trusted = signers(key, "releases")
    (copy / "alpha.zip").write_bytes(b"something else")
    descriptions.write_checksums(copy)
    with pytest.raises(ReleaseError, match="not accepted"):
        verify(copy, trusted, quiet)
    (copy / "SHA256SUMS.sig").unlink()
    with pytest.raises(ReleaseError, match=r"no SHA256SUMS\.sig"):
        verify(copy, trusted, quiet)


def test_a_signature_of_something_else_is_none_of_a_release(
    copy: Path, key: Path, signers: Callable[[Path, str], Path]
) -> None:
    sums = copy / "SHA256SUMS"
    subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", "file", str(sums)],
        check=True,
        capture_output=True,
    )
    with pytest.raises(ReleaseError, match="not accepted"):
        verify(copy, signers(key, "releases"), quiet)


def test_without_the_key_nothing_is_even_begun(
    repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("scripts.release.__main__.ROOT", repository.folder)
    before = repository.head()
    assert main(["make", "0.2.0", "--key", str(repository.folder / "none")]) == 1
    assert "SIGNING_KEY" in capsys.readouterr().err
    assert (repository.head(), repository.uncommitted()) == (before, [])


def test_who_made_it_is_not_passed_over_in_silence(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(copy)]) == 1
    assert "SIGNERS=file" in capsys.readouterr().err
    assert main(["verify", str(copy), "--allow-unsigned"]) == 0
    assert "Who made them was not checked" in capsys.readouterr().out
    assert main(["verify", str(copy.parent), "--allow-unsigned"]) == 1


def test_the_locks_of_this_repository_can_be_read() -> None:
    functions = [folder.parent.name for folder in (ROOT / "lambda_src").glob("*/function.toml")]
    assert len(functions) >= 8
    for function in functions:
        libraries = read(lock_of(ROOT, function))
        assert {"boto3", "botocore"} <= set(libraries)
        assert "boto3" in libraries["botocore"].asked_by
        assert libraries["boto3"].asked_by == []


@pytest.mark.parametrize("text", ["", "zlib-like>=1\n", "zlib-like==1.2.3\n", "-e .\n"])
def test_a_lock_that_locks_nothing_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "lock.txt").write_text(text)
    with pytest.raises(ReleaseError, match="no SBOM"):
        read(tmp_path / "lock.txt")
