"""What a person tells the checker: attestations, and the foreign accounts that are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

# What no API can show. A control that can be judged cannot be attested instead.
ATTESTABLE = ("ATT-01", "ATT-02", "ATT-04", "RDS-05")


@dataclass(frozen=True)
class Attestation:
    """A statement of what no API can show. ``evidence`` says where the document is kept."""

    control: str
    statement: str
    by: str
    dated: date
    expires: date
    evidence: str


@dataclass(frozen=True)
class TrustedAccount:
    """A foreign account that may be trusted, and why."""

    account: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True)
class Settings:
    """``today`` is the day that expiries are judged on. ``proposed_rule`` also judges what only the proposed
    rule of January 2025 (90 FR 898) asks for."""

    today: date
    attestations: Mapping[str, Attestation] = field(default_factory=dict)
    trusted_accounts: tuple[TrustedAccount, ...] = ()
    proposed_rule: bool = False

    def trusts(self, account: str) -> bool:
        return any(t.account == account and t.expires >= self.today for t in self.trusted_accounts)
