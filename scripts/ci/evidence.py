"""Evidence in one file, with its hash: the same reports give the same bytes, wherever they are packed.

The archive is a tar that is not compressed: what compresses gives other bytes in other versions. In it are
the files and ``SHA256SUMS``; beside it is ``<archive>.sha256``. Both are what `sha256sum --check` reads.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

SUMS = "SHA256SUMS"


def pack(files: Mapping[str, bytes], archive: Path) -> str:
    """Write the archive and its hash beside it, and return the hash.

    ``files`` are contents by names relative to the archive's root. Raises ``ValueError`` on a name that
    would not unpack below the folder that somebody unpacks in, and on nothing to pack.
    """
    if not files:
        raise ValueError("there is no evidence to pack")
    for name in files:
        if name == SUMS or name.startswith("/") or "\n" in name or ".." in Path(name).parts:
            raise ValueError(f"{name!r} is no name for a file of evidence")
    sums = "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files))
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in [(SUMS, sums.encode()), *sorted(files.items())]:
            entry = tarfile.TarInfo(name)  # at the start of 1970, of nobody, 0644: nothing of this machine
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    digest = _sha256(archive.read_bytes())
    archive.with_name(f"{archive.name}.sha256").write_text(f"{digest}  {archive.name}\n", encoding="utf-8")
    return digest


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
