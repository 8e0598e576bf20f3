"""``make cost | head``: who reads has had enough of a report, and there is no error to tell of."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

NOT_READ = 141  # as a shell has it for SIGPIPE


def ending_quietly(main: Callable[[], int]) -> int:
    """What ``main`` returns; 141 where standard output was closed before it was all read."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python would flush once more at its end, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NOT_READ
    return status
