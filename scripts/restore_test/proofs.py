"""What is shown of a restored store, and how items are compared without being told.

A digest is keyed with a key of this run, which nobody keeps: who knows the digest of an item can't try out
which item it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Proof:
    """One thing that was looked at. ``holds`` is None where it could not be, and says nothing then."""

    what: str
    holds: bool | None
    said: str


@dataclass
class Digests:
    """Keyed digests of this run."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def of_item(self, item: Mapping[str, Any]) -> str:
        """Of an item in DynamoDB's JSON. Sets have no order."""
        return self.of_bytes(json.dumps(ordered(item), sort_keys=True, default=as_text).encode())

    def of_bytes(self, body: bytes) -> str:
        return hmac.new(self.key, body, hashlib.sha256).hexdigest()

    def of_chunks(self, chunks: Iterable[bytes]) -> str:
        digest = hmac.new(self.key, digestmod=hashlib.sha256)
        for chunk in chunks:
            digest.update(chunk)
        return digest.hexdigest()


def ordered(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: sorted(map(as_text, inner)) if name in ("SS", "NS", "BS") else ordered(inner)
            for name, inner in value.items()
        }
    return [ordered(inner) for inner in value] if isinstance(value, list) else value


def as_text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


@dataclass
class Comparison:
    """Of a sample of what was restored: so many are the same in the live store, changed, or gone."""

    same: int = 0
    changed: int = 0
    gone: int = 0

    @property
    def sampled(self) -> int:
        return self.same + self.changed + self.gone

    def proof(self, minimum_percent: int, unit: str) -> Proof:
        """What is live has moved on since the backup: ``minimum_percent`` says how far it may have."""
        enough = self.same * 100 >= self.sampled * minimum_percent
        said = f"{self.same} of {self.sampled} sampled {unit} are as in the live store"
        if self.changed or self.gone:
            said += f" ({self.changed} differ, {self.gone} are gone; at least {minimum_percent} % must agree)"
        return Proof("content", enough, said)


def count_proof(restored: int, live: int, unit: str) -> Proof:
    said = f"{restored} {unit}, the live store has {live}"
    if restored == 0 and live > 0:
        return Proof("count", False, f"{said}: try --back-up-first if it was empty when the backup was made")
    return Proof("count", True, said)


def key_proof(restored: str | None, live: str | None) -> Proof:
    """Under the customer key that the live store is under."""
    same = restored is not None and restored == live
    return Proof(
        "encryption",
        same,
        "under the live store's customer key"
        if same
        else f"under {restored or 'no customer key'}, not {live}",
    )
