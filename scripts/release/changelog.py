"""The changelog, whose newest heading is the version: https://keepachangelog.com/en/1.1.0/."""

from __future__ import annotations

import re
from datetime import date

from scripts.release.errors import ReleaseError
from scripts.release.versions import Version

HEADING = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<date>\d{4}-\d{2}-\d{2}))?[ ]*$", re.MULTILINE)
UNRELEASED = "Unreleased"


def headings(text: str) -> list[str]:
    """The names of the sections, as they stand: the newest first."""
    return [match["name"] for match in HEADING.finditer(text)]


def section(text: str, name: str) -> str:
    """What stands under a heading. Raises ``ReleaseError`` where there is none of that name."""
    matches = list(HEADING.finditer(text))
    for number, match in enumerate(matches):
        if match["name"] == name:
            end = matches[number + 1].start() if number + 1 < len(matches) else len(text)
            return text[match.end() : end].strip()
    raise ReleaseError(f"CHANGELOG.md has no heading `## [{name}]`. It has: {', '.join(headings(text))}.")


def cut(text: str, version: Version, today: date) -> str:
    """The changelog with what was unreleased under ``version``, and nothing unreleased.

    Raises ``ReleaseError`` where there is nothing to release.
    """
    if not re.search(r"^- \S", section(text, UNRELEASED), re.MULTILINE):
        raise ReleaseError(
            "CHANGELOG.md has no entry under [Unreleased], so there is nothing to release. Write what has "
            "changed for those who use it, commit it, and release again."
        )
    old = next(match for match in HEADING.finditer(text) if match["name"] == UNRELEASED)
    new = f"## [{UNRELEASED}]\n\n## [{version}] - {today.isoformat()}"
    return text[: old.start()] + new + text[old.end() :]


def notes(text: str, version: Version) -> str:
    """The release notes: the section, headed by the version."""
    return f"# {version}\n\n{section(text, str(version))}\n"
