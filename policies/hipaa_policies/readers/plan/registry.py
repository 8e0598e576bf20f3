"""Readers of a plan, what each of them fills, and the resource types it looks at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hipaa_policies.facts import Listing
from hipaa_policies.readers.plan.model import NotDecided, Plan

Facts = Mapping[str, Listing[Any]]
Read = Callable[[Plan], Facts]


@dataclass(frozen=True)
class Reader:
    """Reads the listings of ``Account`` named in ``fills`` from resources of ``types``."""

    fills: tuple[str, ...]
    types: frozenset[str]
    read: Read


READERS: list[Reader] = []


def reader(*fills: str, types: tuple[str, ...]) -> Callable[[Read], Read]:
    """Enter a reader."""

    def register(read: Read) -> Read:
        READERS.append(Reader(fills, frozenset(types), read))
        return read

    return register


class Elsewhere(NotDecided):
    """What ``elsewhere`` returns."""


def elsewhere(what: str) -> Elsewhere:
    """The problem of a listing of which a plan shows nothing although the account may have some: what
    another plan, or a person, has made."""
    return Elsewhere("the plan", what, "are not in it, and the account may have them from elsewhere")
