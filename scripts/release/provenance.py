"""Where the zips came from: an in-toto statement with a SLSA provenance.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, https://slsa.dev/spec/v1.0/provenance.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scripts.release.locks import lock_of
from scripts.release.packages import ARCHITECTURES, Package
from scripts.release.versions import Version

FILE = "provenance.intoto.json"
STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
# What `make package` runs with.
TOOLS = ("tools.txt", "uv.txt")
# Where nobody knows the repository's address: https://datatracker.ietf.org/doc/html/rfc4151.
NAME_WITHOUT_ADDRESS = "tag:terraform-aws-hipaa-serverless,2026"


def statement(
    packages: list[Package],
    version: Version,
    source: Path,
    commit: str,
    address: str,
    built_with: Mapping[str, str],
    started: datetime,
    environment: Mapping[str, str],
) -> dict[str, Any]:
    """The statement on ``packages``, built from ``source``, a clean copy of ``commit``.

    ``address`` is the repository's (git+https://...), ``built_with`` names tools and their versions, and
    ``environment`` says whether GitHub's runner builds, or somebody's machine.
    """
    return {
        "_type": STATEMENT,
        "subject": [
            {"digest": {"sha256": package.sha256}, "name": package.file}
            for package in sorted(packages, key=lambda package: package.file)
        ],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": build_type(address, version),
                "externalParameters": {
                    "architectures": list(ARCHITECTURES),
                    "source": f"{address or NAME_WITHOUT_ADDRESS}@{commit}",
                    "version": str(version),
                },
                "internalParameters": {"machine": platform.platform(), **built_with},
                "resolvedDependencies": [commit_of(address, commit), *materials(source, packages)],
            },
            "runDetails": {
                "builder": {"id": builder(address, version, environment)},
                "metadata": {
                    "finishedOn": timestamp(datetime.now(UTC)),
                    "startedOn": timestamp(started),
                    **invocation(environment),
                },
            },
        },
    }


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(address: str, version: Version, anchor: str) -> str:
    """A part of docs/releases.md as of this version, which is where the terms are explained."""
    if not address:
        return f"{NAME_WITHOUT_ADDRESS}:{anchor}"
    return f"{address.removeprefix('git+')}/blob/{version.tag}/docs/releases.md#{anchor}"


def build_type(address: str, version: Version) -> str:
    return page(address, version, "how-the-zips-are-built")


def commit_of(address: str, commit: str) -> dict[str, Any]:
    return {"digest": {"gitCommit": commit}, "uri": f"{address or NAME_WITHOUT_ADDRESS}@{commit}"}


def materials(source: Path, packages: list[Package]) -> list[dict[str, Any]]:
    """The locks, which name by hash every library in the zips and every tool that makes them."""
    locks = {lock_of(source, package.function) for package in packages}
    tools = {source / "requirements" / name for name in TOOLS}
    return [
        {
            "digest": {"sha256": hashlib.sha256(file.read_bytes()).hexdigest()},
            "name": file.relative_to(source).as_posix(),
        }
        for file in sorted(locks | tools)
    ]


def builder(address: str, version: Version, environment: Mapping[str, str]) -> str:
    """Who has to be trusted: GitHub's runner and a workflow, or whoever's machine this is."""
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("GITHUB_WORKFLOW_REF"):
        return f"{environment['GITHUB_SERVER_URL']}/{environment['GITHUB_WORKFLOW_REF']}"
    return page(address, version, "a-persons-machine")


def invocation(environment: Mapping[str, str]) -> dict[str, str]:
    if environment.get("GITHUB_ACTIONS") != "true" or not environment.get("GITHUB_RUN_ID"):
        return {}
    server, name, run, attempt = (
        environment[key]
        for key in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT")
    )
    return {"invocationId": f"{server}/{name}/actions/runs/{run}/attempts/{attempt}"}
