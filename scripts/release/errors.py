"""What every part of a release raises."""

from __future__ import annotations


class ReleaseError(Exception):
    """A release was not made, or does not hold; the message says what, what was not done, and what to do."""
