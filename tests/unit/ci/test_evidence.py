"""The archive of evidence: the same bytes from the same files, and a hash that `sha256sum` confirms."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from scripts.ci.evidence import pack

FILES = {"run.json": b"{}\n", "audit.json": b'{"findings": []}\n', "audit.html": "ä".encode()}


def test_the_same_files_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "a" / "evidence.tar", tmp_path / "b" / "evidence.tar"
    digest = pack(FILES, first)
    mask = os.umask(0o077)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    try:
        assert pack(dict(reversed(FILES.items())), second) == digest
    finally:
        os.umask(mask)
    assert first.read_bytes() == second.read_bytes()
    # Seen once, and the same ever after: another Python, machine or day is to give this as well.
    assert digest == "fd6e00ecc17901d2659ac074c2f81fb6de7f8ce6c759e882b0eef5c1b1bd6768"


def test_sha256sum_confirms_the_archive_and_what_is_in_it(tmp_path: Path) -> None:
    pack(FILES, tmp_path / "evidence.tar")
    check = ["sha256sum", "--check", "--strict"]
    subprocess.run([*check, "evidence.tar.sha256"], cwd=tmp_path, check=True)
    with tarfile.open(tmp_path / "evidence.tar") as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    subprocess.run([*check, "SHA256SUMS"], cwd=tmp_path / "unpacked", check=True)
    unpacked = {file.name: file.read_bytes() for file in (tmp_path / "unpacked").iterdir()}
    assert unpacked.pop("SHA256SUMS").count(b"\n") == len(FILES)
    assert unpacked == FILES


def test_a_changed_file_changes_the_hash(tmp_path: Path) -> None:
    digest = pack(FILES, tmp_path / "a.tar")
    assert pack(FILES | {"run.json": b"{ }\n"}, tmp_path / "b.tar") != digest
    assert hashlib.sha256((tmp_path / "a.tar").read_bytes()).hexdigest() == digest


@pytest.mark.parametrize("name", ["/etc/passwd", "../up", "a/../../up", "SHA256SUMS", "two\nlines"])
def test_a_name_that_would_unpack_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="no name for a file of evidence"):
        pack({name: b""}, tmp_path / "a.tar")
    assert not (tmp_path / "a.tar").exists()


def test_nothing_is_no_evidence(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no evidence"):
        pack({}, tmp_path / "a.tar")
