"""What people decided, of the compliant account: attestations and settings."""

from __future__ import annotations

from datetime import date
from typing import Any

from hipaa_policies.settings import Attestation, Settings

TODAY = date(2026, 11, 21)


def attestation(control: str, **changes: Any) -> Attestation:
    values: dict[str, Any] = {
        "control": control,
        "statement": "Signed.",
        "by": "Jo Example",
        "dated": date(2026, 10, 1),
        "expires": date(2027, 9, 30),
        "evidence": "folder 17",
    }
    return Attestation(**(values | changes))


def settings(**changes: Any) -> Settings:
    values: dict[str, Any] = {
        "today": TODAY,
        "attestations": {name: attestation(name) for name in ("ATT-01", "ATT-02", "ATT-04")},
        "trusted_accounts": (),
        "proposed_rule": True,
    }
    return Settings(**(values | changes))
