"""What IAM was asked and what it answered, kept for `make prove-iam`. Off unless somebody begins it.

Kept are names alone: actions, ARNs and the condition keys that decide. The names of objects can tell of
people: this is for invented data, and nothing of it is logged.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from scripts.local_cloud.authorization.access import Access, Context
from scripts.local_cloud.authorization.callers import Caller

# They differ from call to call, and no policy of this project asks for them.
VOLATILE = {"aws:CurrentTime", "aws:EpochTime", "aws:UserAgent", "aws:userid"}


class Recording:
    """Judgements by the label of what was running, each kind of request once a label."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.label: str | None = None
        self.found: dict[str, dict[str, Any]] = {}

    def begin(self, label: str | None) -> None:
        """From now on keep what is judged, under ``label``; None: keep nothing more."""
        with self.lock:
            self.label = label

    def take(self) -> list[dict[str, Any]]:
        """What was kept since the last time, oldest first."""
        with self.lock:
            taken, self.found = list(self.found.values()), {}
        return taken

    def note(self, caller: Caller, access: Access, context: Context, decision: str, needs_role: bool) -> None:
        """``needs_role``: without the caller's own policies it would have been refused."""
        label = self.label
        if label is None:
            return
        entry: Mapping[str, Any] = {
            "label": label,
            "principal": caller.principal_arn,
            "action": access.action,
            "resource": access.resource,
            "context": {name: value for name, value in context.items() if name not in VOLATILE},
            "decision": decision,
            "needs_role": needs_role,
        }
        with self.lock:
            self.found.setdefault(json.dumps(entry, sort_keys=True, default=list), dict(entry))


RECORDING = Recording()
