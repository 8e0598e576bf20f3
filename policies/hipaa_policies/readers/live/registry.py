"""Readers, and what each of them asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hipaa_policies.facts import Listing
from hipaa_policies.readers.live.aws import Aws, Operation


@dataclass(frozen=True)
class Where:
    """The account that is read, and where."""

    account: str
    region: str
    partition: str

    def arn(self, service: str, rest: str, *, region: str | None = None, account: str | None = None) -> str:
        region = self.region if region is None else region
        account = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{region}:{account}:{rest}"


Facts = Mapping[str, Listing[Any]]


@dataclass(frozen=True)
class Reader:
    """Reads the listings of ``Account`` named in ``fills``, with ``operations`` and no others."""

    fills: tuple[str, ...]
    operations: frozenset[Operation]
    read: Callable[[Aws, Where], Facts]


READERS: list[Reader] = []


def reader(
    *fills: str, operations: Mapping[str, tuple[str, ...]]
) -> Callable[[Callable[[Aws, Where], Facts]], Callable[[Aws, Where], Facts]]:
    """Enter a reader. ``operations`` maps boto3's services to the operations it calls."""
    asked = frozenset(Operation(service, name) for service, names in operations.items() for name in names)

    def register(read: Callable[[Aws, Where], Facts]) -> Callable[[Aws, Where], Facts]:
        READERS.append(Reader(fills, asked, read))
        return read

    return register
