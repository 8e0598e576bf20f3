"""What stops a command: the message says what happened, what was not done, and what to do."""

from __future__ import annotations


class RefusedError(Exception):
    """Nothing was changed: a check before the work failed, or a tool could not do its part."""


class FailedControlsError(RefusedError):
    """The plan has FAILs that nobody has waived."""
