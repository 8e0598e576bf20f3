"""Check a release that somebody has downloaded: who made it, and that nothing in it was changed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from scripts.release import descriptions, provenance, signing
from scripts.release.errors import ReleaseError


def verify(folder: Path, signers: Path | None, say: Callable[[str], None]) -> None:
    """Raises ``ReleaseError`` with all that is wrong. Without ``signers``, who made it is not asked."""
    if not (folder / descriptions.CHECKSUMS).is_file():
        raise ReleaseError(
            f"{folder} has no {descriptions.CHECKSUMS}: it is no release, and nothing was checked."
        )
    if signers is not None:
        say(f"signed by {signing.verify(folder, signers)}")
    wrong = wrong_files(folder)
    if not wrong:
        wrong = contradictions(folder)
    if wrong:
        raise ReleaseError("Do not use these files:\n  " + "\n  ".join(wrong))
    described = read_json(folder / descriptions.PACKAGES)
    zips = sum(map(len, described["packages"].values()))
    say(f"{len(listed(folder))} files as {descriptions.CHECKSUMS} lists them, {zips} zips among them")
    say(f"provenance and bills speak of these zips: {described['version']}, {described['commit']}")


def listed(folder: Path) -> dict[str, str]:
    lines = (folder / descriptions.CHECKSUMS).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def wrong_files(folder: Path) -> list[str]:
    """Files that are missing, changed, or on no list, and whatever is no file."""
    wanted, there = listed(folder), descriptions.checksums(folder)
    if not wanted:
        return [f"{descriptions.CHECKSUMS} lists no file"]
    reasons = [f"{name} is missing" for name in sorted(wanted.keys() - there.keys())]
    reasons += [f"{name} is not on the list" for name in sorted(there.keys() - wanted.keys())]
    reasons += [f"{found.name} is no file" for found in sorted(folder.iterdir()) if not found.is_file()]
    common = sorted(wanted.keys() & there.keys())
    return reasons + [f"{name} was changed" for name in common if wanted[name] != there[name]]


def contradictions(folder: Path) -> list[str]:
    """Where the release's own documents do not say the same of its zips."""
    hashes = listed(folder)
    described = read_json(folder / descriptions.PACKAGES)
    packages = [package for of in described["packages"].values() for package in of.values()]
    zips = {name: digest for name, digest in hashes.items() if name.endswith(".zip")}
    reasons = []
    if {package["file"]: package["sha256"] for package in packages} != zips:
        reasons.append(f"{descriptions.PACKAGES} describes other zips")
    reasons += [
        f"source_code_hash of {package['file']} is of another file"
        for package in packages
        if package["source_code_hash"] != base64.b64encode(bytes.fromhex(package["sha256"])).decode()
    ]
    stated = read_json(folder / provenance.FILE)
    if {subject["name"]: subject["digest"]["sha256"] for subject in stated["subject"]} != zips:
        reasons.append(f"{provenance.FILE} speaks of other zips")
    if stated["predicate"]["buildDefinition"]["resolvedDependencies"][0]["digest"] != {
        "gitCommit": described["commit"]
    }:
        reasons.append(f"{provenance.FILE} names another commit than {descriptions.PACKAGES}")
    return reasons + wrong_bills(folder, zips)


def wrong_bills(folder: Path, zips: dict[str, str]) -> list[str]:
    reasons = []
    for name, digest in sorted(zips.items()):
        bill = folder / f"{name.removesuffix('.zip')}.cdx.json"
        if not bill.is_file():
            reasons.append(f"{name} has no bill of materials")
        elif read_json(bill)["metadata"]["component"]["hashes"] != [{"alg": "SHA-256", "content": digest}]:
            reasons.append(f"{bill.name} speaks of another zip")
    return reasons


def read_json(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ReleaseError(f"{file.name} cannot be read ({error}): do not use these files.") from error
    return document
