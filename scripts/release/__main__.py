"""``make release VERSION=0.1.0``, ``make release-verify DIR=dist/release/0.1.0``. See docs/releases.md."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from scripts.release import signing
from scripts.release.build import NOTES, ROOT, build
from scripts.release.errors import ReleaseError
from scripts.release.packages import build_with_make_package
from scripts.release.prepare import prepare
from scripts.release.repository import Repository
from scripts.release.upgrades import recorder
from scripts.release.verify import verify
from scripts.release.versions import Version, parse

OUTPUT = ROOT / "dist" / "release"


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m scripts.release", description="Releases, but the upload."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="commit the version and build it")
    make.add_argument("version", help="MAJOR.MINOR.PATCH")
    make.add_argument("--key", type=Path, help="an SSH key to sign with (a public one: by the agent)")
    check = commands.add_parser("verify", help="check a release that was downloaded")
    check.add_argument("folder", type=Path)
    check.add_argument("--signers", type=Path, help="who may sign: lines of ssh-keygen's allowed signers")
    check.add_argument(
        "--allow-unsigned", action="store_true", help="check the files alone, not who made them"
    )
    return parser


def main(words: list[str] | None = None) -> int:
    given = arguments().parse_args(words)
    try:
        if given.command == "verify":
            check(given.folder, given.signers, given.allow_unsigned)
        else:
            release(parse(given.version), given.key)
    except ReleaseError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def say(line: str) -> None:
    print(f"  {line}", flush=True)


def release(version: Version, key: Path | None) -> None:
    print(f"── Release {version}", flush=True)
    if key is not None:
        signing.require(key)
    repository = Repository(ROOT)
    commit = prepare(repository, version, datetime.now(UTC).date(), recorder(ROOT, say), say)
    try:
        folder = build(repository, commit, version, OUTPUT, build_with_make_package, key, say)
        verify(folder, None, say)
    except ReleaseError as error:
        raise ReleaseError(
            f"{error}\nThe release commit {commit[:12]} is there all the same, and was pushed nowhere. `make "
            f"release VERSION={version}` builds it again; `git reset --soft HEAD~1` takes it back."
        ) from error
    print(what_next(version, commit, folder, signed=key is not None))


def what_next(version: Version, commit: str, folder: Path, *, signed: bool) -> str:
    shown = folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder
    unsigned = (
        f"\nIt is NOT signed. `make release VERSION={version} SIGNING_KEY=~/.ssh/id_ed25519` signs it, "
        "or let release.yml attest it.\n"
    )
    return (
        f"\n{shown} is whole{' and signed (' + signing.SIGNATURE + ')' if signed else ''}. "
        f"Nothing was pushed or uploaded.{'' if signed else unsigned}\nNext:\n"
        f"  git tag --sign {version.tag} --message {version.tag} {commit}\n"
        f"  git push origin HEAD {version.tag}\n"
        f"  gh release create {version.tag} --verify-tag --notes-file {shown / NOTES} {shown}/*\n"
        f"  aws s3 cp {shown} s3://YOUR_BUCKET/{version.tag}/ --recursive --exclude '*' --include '*.zip'"
    )


def check(folder: Path, signers: Path | None, allow_unsigned: bool) -> None:
    if signers is None and not allow_unsigned:
        raise ReleaseError(
            "Nothing was checked: files that agree with each other may come from anybody. Name who may sign "
            "in SIGNERS=file (docs/releases.md says where that is from), or say UNSIGNED=1 to check files "
            "alone."
        )
    print(f"── {folder}")
    verify(folder, signers, say)
    print("This release is whole." if signers else "The files agree. Who made them was not checked.")


if __name__ == "__main__":
    sys.exit(main())
