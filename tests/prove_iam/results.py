"""What became of each grant, kept on disk as it comes: a run that is cut short goes on where it was."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
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


@dataclass
class Results:
    """One file a role, ``<role>.json``: what became of each grant, by its name, and which policies that was.

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
        self.folder.mkdir(parents=True, exist_ok=True)
        grants = {name: asdict(result) for name, result in sorted(results.items())}
        kept = {"policies": self.digest_of(role), "grants": grants}
        temporary = self.path(role).with_suffix(".new")
        temporary.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
        temporary.replace(self.path(role))

    def path(self, role: str) -> Path:
        return self.folder / f"{role}.json"
