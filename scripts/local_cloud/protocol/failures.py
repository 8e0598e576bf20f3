"""Say what went wrong inside, without a word of the request that it went wrong with."""

from __future__ import annotations

import traceback


def describe(error: BaseException) -> str:
    """The kind of an exception and the source lines it came through.

    Its message is left out: it may quote what was sent, and what is sent here names patients.
    """
    frames = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{frames}"
