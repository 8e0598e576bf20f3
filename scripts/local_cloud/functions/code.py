"""Unpack a function's zip where its environments run it."""

from __future__ import annotations

import io
import shutil
import stat
import threading
import zipfile
from pathlib import Path

READ_ONLY_FILE = 0o444
READ_ONLY_DIRECTORY = 0o555


class CodeStore:
    """One folder a zip, shared by all environments of it, read-only like Lambda's ``/var/task``.

    Read-only for all users but root, who may write everywhere.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.lock = threading.Lock()
        root.mkdir(parents=True, exist_ok=True)

    def folder(self, code: bytes, sha256: str) -> Path:
        # The hash is base64: "/" may be in it.
        target = self.root / sha256.replace("/", "_").replace("+", "-").rstrip("=")
        with self.lock:
            if not target.exists():
                unpack(code, target)
        return target

    def clear(self) -> None:
        for path in [self.root, *self.root.rglob("*")]:
            if path.is_dir():
                path.chmod(stat.S_IRWXU)
        shutil.rmtree(self.root)


def unpack(code: bytes, target: Path) -> None:
    partial = target.with_name(f"{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        archive.extractall(partial)
        executable = {i.filename for i in archive.infolist() if (i.external_attr >> 16) & stat.S_IXUSR}
    for path in partial.rglob("*"):
        if path.is_dir():
            continue
        runs = path.relative_to(partial).as_posix() in executable
        path.chmod(READ_ONLY_DIRECTORY if runs else READ_ONLY_FILE)
    # Renamed while it may be: nobody sees a folder half filled.
    partial.rename(target)
    for path in [target, *target.rglob("*")]:
        if path.is_dir():
            path.chmod(READ_ONLY_DIRECTORY)
