"""EventBridge: everybody as the principal of an event bus."""

from __future__ import annotations

from typing import Any

from moto.events.models import EventBus

from scripts.local_cloud.gaps.patching import Method, wrap


@wrap(EventBus, "add_permission")
def add_permission(
    original: Method, bus: Any, statement_id: str, action: str, principal: Any, condition: Any
) -> None:
    """moto makes arn:aws:iam::*:root of everybody, which is no ARN; AWS writes "*"."""
    everybody = isinstance(principal, dict) and principal.get("AWS", "").endswith("::*:root")
    original(bus, statement_id, action, "*" if everybody else principal, condition)
