"""Ctrl-C, or the end of a job, while Terraform works: it is Terraform that has to end in order."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

# Ctrl-C, and what a job gets that is cancelled. Terraform takes each for the same wish.
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ending_in_order(command: Sequence[str], **given: Any) -> Iterator[subprocess.Popen[str]]:
    """The command as a child, waited for at the end; ``given`` is for ``subprocess.Popen``.

    A signal to this process is handed on, and does not end it before its child. Terraform then ends what it
    has begun, writes the state and gives its lock back; subprocess would kill it after a quarter of a second,
    or close what it prints to, which ends it as well. Raises ``KeyboardInterrupt`` at the end, unless
    something else is raised. https://developer.hashicorp.com/terraform/cli/commands/apply

    The child has a process group of its own: a terminal, and many a runner, signal the whole group, and a
    second signal ends Terraform at once, without a state.
    """
    seen, children = list[int](), list[subprocess.Popen[str]]()

    def hand_on(number: int, _: FrameType | None) -> None:
        seen.append(number)
        for child in children:
            child.send_signal(number)

    before = {number: signal.signal(number, hand_on) for number in _SIGNALS}
    try:
        with subprocess.Popen(command, process_group=0, text=True, **given) as process:
            children.append(process)
            if seen:
                process.send_signal(seen[0])  # it came while the child was made
            yield process
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if seen:
        raise KeyboardInterrupt
