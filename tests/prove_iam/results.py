"""What became of each grant, kept on disk as it comes: a run that is cut short goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Literal

from tests.prove_iam.grants import Grant

# run: a probe failed without it. together: one failed without it and the grants that allow the same.
# replayed: asked for, and the engine refuses the recorded request without it; not taken away yet.
# unused: nothing asked for it. shared: others allow the same, and no probe failed without all of them.
# survived: asked for, and no probe failed without it.
How = Literal["replayed", "run", "together", "unused", "shared", "survived"]


@dataclass(frozen=True)
class Result:
    """``probe`` failed with ``failure`` while the grant was gone."""

    how: How
    probe: str
    failure: str

    @property
    def proven(self) -> bool:
        """By something that failed. What was replayed is still to be tried."""
        return self.how in ("run", "together")


@dataclass(frozen=True)
class Record:
    """What is kept of a role: of each of its grants what became of it, by its name, and the last day that
    something of it was found out."""

    role: str
    on: date
    results: Mapping[str, Result]


def read_record(folder: Path, role: str) -> Record | None:
    """What was found out of the policies that the role had then; None where that is nothing, or of no day."""
    path = folder / f"{role}.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if "on" not in kept:
        return None
    results = {name: Result(**entry) for name, entry in kept["grants"].items()}
    return Record(role, date.fromisoformat(kept["on"]), results)


@dataclass
class Results:
    """One file a role, ``<role>.json``: what became of each grant, by its name, of which policies, and when.

    ``digest_of`` is of the policies that a role has now. What was found out about others is worth nothing: a
    grant may be needed for the want of another one, or have become needless.
    """

    folder: Path
    digest_of: Callable[[str], str]

    def read(self, role: str) -> dict[str, Result]:
        path = self.path(role)
        kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if kept.get("policies") != self.digest_of(role):
            return {}
        return {name: Result(**entry) for name, entry in kept["grants"].items()}

    def keep(self, grant: Grant, result: Result) -> None:
        self.write(grant.role, self.read(grant.role) | {grant.name: result})

    def write(self, role: str, results: Mapping[str, Result]) -> None:
        """Where nothing is new the record stays of the day that it is of."""
        if results == self.read(role) and read_record(self.folder, role):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        grants = {name: asdict(result) for name, result in sorted(results.items())}
        today = datetime.now(UTC).date().isoformat()
        kept = {"policies": self.digest_of(role), "on": today, "grants": grants}
        temporary = self.path(role).with_suffix(".new")
        temporary.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        temporary.replace(self.path(role))

    def path(self, role: str) -> Path:
        return self.folder / f"{role}.json"
