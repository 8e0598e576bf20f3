"""Ctrl-C while Terraform works: it is Terraform that has to end in order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_to_the_child() -> Iterator[None]:
    """Within it Ctrl-C does not end this process, which waits for its child; afterwards it does.

    A terminal sends the signal to both. Terraform then ends what it has begun, writes the state and gives
    its lock back; subprocess would kill it after a quarter of a second, or close what it prints to, which
    ends it as well. Raises ``KeyboardInterrupt`` at the end, unless something else is raised.
    https://developer.hashicorp.com/terraform/cli/commands/apply
    """
    seen = list[int]()
    before = signal.signal(signal.SIGINT, lambda number, _: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if seen:
        raise KeyboardInterrupt
