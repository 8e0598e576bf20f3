"""The bill of materials of every zip, and of the release: CycloneDX 1.6, from locks and zips.

Usage: ``.venv-release/bin/python -m scripts.release.sbom --source FOLDER --release FOLDER --seconds N``,
which `make release` calls: ``--source`` is a copy of the commit, ``--release`` has packages.json and zips.
What is in a zip is read from it, and has to be what its lock names: a bill that is only believed is none.
"""

from __future__ import annotations

import argparse
import json
import sys
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from scripts.release.errors import ReleaseError
from scripts.release.licences import MAKE, declared
from scripts.release.locks import Library, lock_of, normal, read

PROJECT = "terraform-aws-hipaa-serverless"
WHOLE = "sbom.cdx.json"
# The names of properties of a namespace of one's own: https://github.com/CycloneDX/cyclonedx-property-taxonomy.
ARCHITECTURE = f"{PROJECT}:architecture"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write a release's bills of materials.")
    parser.add_argument("--source", type=Path, required=True, help="a copy of the commit")
    parser.add_argument("--release", type=Path, required=True, help="packages.json and the zips")
    parser.add_argument("--seconds", type=int, required=True, help="the commit's time, since 1970")
    given = parser.parse_args(arguments)
    try:
        for name in write_all(given.source, given.release, datetime.fromtimestamp(given.seconds, UTC)):
            print(f"  {name}")
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def write_all(source: Path, release: Path, moment: datetime) -> list[str]:
    """Write one bill a zip, and one of the release; return their file names. Raises ``ReleaseError``."""
    described = json.loads((release / "packages.json").read_text(encoding="utf-8"))
    version, bills = described["version"], {}
    whole = Bom()
    whole.metadata.component = root(PROJECT, version)
    for architecture, packages in sorted(described["packages"].items()):
        for function, package in sorted(packages.items()):
            lock = read(lock_of(source, function))
            components = libraries(release / package["file"], lock)
            mine = zip_component(function, version, architecture, package)
            bom = Bom()
            bom.metadata.component = mine
            add(bom, mine, lock, components)
            add(whole, zip_component(function, version, architecture, package), lock, components)
            bills[Path(package["file"]).stem + ".cdx.json"] = (bom, package["sha256"])
    zips = [component for component in whole.components if component.type is ComponentType.APPLICATION]
    whole.register_dependency(whole.metadata.component, zips)
    everything = "".join(digest for _, digest in bills.values())
    for name, (bom, digests) in (bills | {WHOLE: (whole, everything)}).items():
        # Of the content, so that the same zips have the same bill wherever it is written.
        bom.serial_number = uuid5(NAMESPACE_URL, f"{PROJECT}/{version}/{name}/{digests}")
        bom.metadata.timestamp = moment
        write(bom, release / name)
    return [*bills, WHOLE]


def root(name: str, version: str) -> Component:
    return Component(
        name=name,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"{name}@{version}",
        licenses=own(),
    )


def own() -> list[License]:
    return [MAKE.make_with_id("Apache-2.0")]


def zip_component(function: str, version: str, architecture: str, package: dict[str, Any]) -> Component:
    return Component(
        name=function,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=package["file"],
        licenses=own(),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=package["sha256"])],
        properties=[Property(name=ARCHITECTURE, value=architecture)],
    )


def libraries(package: Path, lock: dict[str, Library]) -> dict[str, Component]:
    """The libraries in the zip, by name. Raises ``ReleaseError`` where they are not those of the lock."""
    inside = {normal(metadata["Name"]): metadata for metadata in metadata_of(package)}
    different = sorted(
        name
        for name in inside.keys() | lock.keys()
        if name not in inside or name not in lock or inside[name]["Version"] != lock[name].version
    )
    if different:
        raise ReleaseError(
            f"{package.name} does not hold what its lock names ({', '.join(different)}), so no bill of "
            "materials was written: what it said would not be so. See scripts/package_functions.py."
        )
    return {name: component(lock[name], metadata) for name, metadata in inside.items()}


def metadata_of(package: Path) -> Iterable[Message]:
    with zipfile.ZipFile(package) as archive:
        for name in archive.namelist():
            if name.endswith(".dist-info/METADATA") and name.count("/") == 1:
                yield BytesParser().parsebytes(archive.read(name), headersonly=True)


def component(library: Library, metadata: Message) -> Component:
    purl = PackageURL(type="pypi", name=library.name, version=library.version)
    return Component(
        name=library.name,
        version=library.version,
        type=ComponentType.LIBRARY,
        bom_ref=purl.to_string(),
        purl=purl,
        licenses=declared(metadata),
        external_references=[
            # One of these is what was installed: a lock accepts all distributions of a version.
            ExternalReference(
                type=ExternalReferenceType.DISTRIBUTION,
                url=XsUri(purl.to_string()),
                comment="the distributions that the lock accepts",
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in library.hashes],
            )
        ],
    )


def add(bom: Bom, owner: Component, lock: dict[str, Library], components: dict[str, Component]) -> None:
    """Put the libraries into ``bom``, and who asks for which."""
    if owner is not bom.metadata.component:
        bom.components.add(owner)
    asks: dict[str, list[Component]] = {name: [] for name in components}
    direct = []
    for name, library in components.items():
        bom.components.add(library)
        direct += [] if lock[name].asked_by else [library]
        for who in lock[name].asked_by:
            asks[who].append(library)
    bom.register_dependency(owner, direct)
    for name, asked in asks.items():
        bom.register_dependency(components[name], asked)


def write(bom: Bom, file: Path) -> None:
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ReleaseError(f"{file.name} is no valid CycloneDX document, so it was not written: {wrong}")
    file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
