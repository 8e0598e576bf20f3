"""What ends a command without a result."""

from __future__ import annotations


class NotDoneError(Exception):
    """The work cannot be done; the message says why, and what to do."""
