"""Wait for what comes by queues, streams and events, without knowing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST_SECONDS = 180.0  # for a busy machine; what is waited for usually takes a second
PAUSE_SECONDS = 0.3


def eventually(check: Callable[[], object]) -> bool:
    """Ask again and again until what comes back is true; False where that took too long.

    What the test then asserts says what was missed: ``assert eventually(...), "what"``.
    """
    deadline = time.monotonic() + LONGEST_SECONDS
    while not check():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
