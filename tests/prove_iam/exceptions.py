"""Grants that are not proven for a reason: each has one, and a page that says so."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.prove_iam.grants import Grant

FILE = Path(__file__).with_name("exceptions.toml")


@dataclass(frozen=True)
class NamedException:
    """``actions`` are whole names: an exception is made for each by itself, and for no pattern.

    ``roles`` and ``statements``, by their Sids, are those that it is made for; empty: all.
    """

    actions: tuple[str, ...]
    reason: str
    source: str
    roles: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()

    def covers(self, grant: Grant) -> bool:
        return (
            grant.action in self.actions
            and (not self.roles or grant.role in self.roles)
            and (not self.statements or grant.sid in self.statements)
        )


def read_exceptions(path: Path = FILE) -> list[NamedException]:
    """Raises ``ValueError`` for an entry without actions, reason or source, or with a pattern."""
    found = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("exception", []):
        exception = NamedException(
            tuple(entry.get("actions", ())),
            entry.get("reason", ""),
            entry.get("source", ""),
            tuple(entry.get("roles", ())),
            tuple(entry.get("statements", ())),
        )
        if not (exception.actions and exception.reason and exception.source.startswith("https://")):
            raise ValueError(f"an exception needs actions, a reason and a source: {entry}")
        if any("*" in action or "?" in action for action in exception.actions):
            raise ValueError(f"an exception is made for actions and not for patterns: {entry}")
        found.append(exception)
    return found


def exception_for(grant: Grant, exceptions: Sequence[NamedException]) -> NamedException | None:
    return next((each for each in exceptions if each.covers(grant)), None)
