"""How long there still is to answer: Lambda's own clock, for whoever would otherwise wait too long."""

import time
from typing import Final

WHERE_NOBODY_SAYS: Final = 28.0


class TimeLeft:
    """One invocation at a time, as Lambda has it."""

    def __init__(self) -> None:
        self._deadline = 0.0

    def begin(self, context: object) -> None:
        """An invocation begins: `context` is Lambda's."""
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        seconds = WHERE_NOBODY_SAYS if remaining is None else remaining() / 1000
        # API Gateway waits for 29 s, whatever the function's own timeout is.
        self._deadline = time.monotonic() + min(seconds, WHERE_NOBODY_SAYS)

    def seconds(self) -> float:
        return self._deadline - time.monotonic()
