"""Read what a runtime process prints, and know when all of one invocation has been read."""

from __future__ import annotations

import os
import selectors
import threading
import time
from dataclasses import dataclass

# Lambda cuts longer events: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
MAXIMUM_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Line:
    """One log event; ``timestamp_ms`` is when it was read."""

    timestamp_ms: int
    text: str


class OutputReader:
    """Collects lines from a pipe in a thread, so that a function that prints much never blocks."""

    def __init__(self, pipe: int) -> None:
        self.pipe = pipe
        os.set_blocking(pipe, False)
        self.wake_read, self.wake_write = os.pipe()
        self.lock = threading.Lock()
        self.lines: list[Line] = []
        self.rest = b""
        self.drained = threading.Condition(self.lock)
        self.drain_requests = self.drains_done = 0
        self.ended = False
        self.thread = threading.Thread(target=self.read, name="function-output", daemon=True)
        self.thread.start()

    def take(self) -> list[Line]:
        """All lines that were printed until now: nothing that the process wrote before is missing."""
        with self.lock:
            if not self.ended:
                self.drain_requests += 1
                wanted = self.drain_requests
                os.write(self.wake_write, b".")
                self.drained.wait_for(lambda: self.ended or self.drains_done >= wanted)
            if self.rest:
                self.add(self.rest)
                self.rest = b""
            lines, self.lines = self.lines, []
            return lines

    def close(self) -> None:
        """Call once the process has ended."""
        with self.lock:
            if not self.ended:
                os.write(self.wake_write, b"x")
        self.thread.join()
        for descriptor in (self.pipe, self.wake_read, self.wake_write):
            os.close(descriptor)

    def read(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self.pipe, selectors.EVENT_READ)
            selector.register(self.wake_read, selectors.EVENT_READ)
            while not self.ended:
                selector.select()
                self.read_once()

    def read_once(self) -> None:
        try:
            asked = os.read(self.wake_read, 65536) if readable(self.wake_read) else b""
            at_end = self.read_all() or b"x" in asked
        except OSError:  # closed under us
            asked, at_end = b"", True
        with self.lock:
            self.drains_done += asked.count(b".")
            self.ended = self.ended or at_end
            self.drained.notify_all()

    def read_all(self) -> bool:
        """Read until nothing is there. True at the end of the stream."""
        while True:
            try:
                chunk = os.read(self.pipe, 65536)
            except BlockingIOError:
                return False
            if not chunk:
                return True
            with self.lock:
                *whole, self.rest = (self.rest + chunk).split(b"\n")
                for line in whole:
                    self.add(line)

    def add(self, line: bytes) -> None:
        # awslambdaric writes a traceback as one line, with carriage returns in it.
        text = line[:MAXIMUM_LINE_BYTES].decode(errors="replace").replace("\r", "\n").rstrip("\n")
        if text:
            self.lines.append(Line(int(time.time() * 1000), text))


def readable(descriptor: int) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))
