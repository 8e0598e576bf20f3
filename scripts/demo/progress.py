"""Show what is under way, what each step proves, and at the end what became of each."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

CLEAR_LINE = "\r\033[K"
QUIET_SECONDS = 10.0  # without a terminal, a line of progress at most this often


@dataclass(frozen=True)
class Outcome:
    """One line of the closing table. ``seconds`` is wall time."""

    title: str
    proves: str
    seconds: float
    error: str | None


@dataclass
class Progress:
    """Runs named steps one after another and remembers how each went."""

    outcomes: list[Outcome] = field(default_factory=list)
    _last_line: float = 0.0

    def step(self, title: str, proves: str, action: Callable[[], object]) -> bool:
        """Run ``action``; return whether it went well. Its error is shown and kept, never swallowed."""
        print(f"\n▶ {title}", flush=True)
        began = time.monotonic()
        error = None
        try:
            said = action()
        except Exception as failure:  # noqa: BLE001 (a step may fail in any way; the demo must still clean up)
            error = f"{type(failure).__name__}: {failure}"
        seconds = time.monotonic() - began
        self.outcomes.append(Outcome(title, proves, seconds, error))
        if sys.stdout.isatty():
            print(CLEAR_LINE, end="")
        if error:
            print(f"  ✗ {error}\n    ({seconds:.1f} s)", flush=True)
        else:
            detail = f" {said.removesuffix('.')}." if isinstance(said, str) else ""
            print(f"  ✓{detail} Proves: {proves}. ({seconds:.1f} s)", flush=True)
        return error is None

    def detail(self, text: str) -> None:
        """A line about the step under way: replaced in place on a terminal, now and then elsewhere."""
        if sys.stdout.isatty():
            width = shutil.get_terminal_size().columns - 3  # a line that wraps could not be replaced
            print(f"{CLEAR_LINE}  {text[:width]}", end="", flush=True)
        elif time.monotonic() - self._last_line > QUIET_SECONDS:
            self._last_line = time.monotonic()
            print(f"  {text}", flush=True)

    @property
    def failed(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.error]

    def table(self) -> str:
        width = max(len(outcome.title) for outcome in self.outcomes)
        lines = [f"\n{'Step':<{width}}  Result   Seconds", "─" * (width + 18)]
        lines += [
            f"{outcome.title:<{width}}  {'FAILED' if outcome.error else 'ok':<6} {outcome.seconds:9.1f}"
            for outcome in self.outcomes
        ]
        total = sum(outcome.seconds for outcome in self.outcomes)
        result = f"{len(self.failed)} failed" if self.failed else "all ok"
        return "\n".join(
            [*lines, "─" * (width + 18), f"{f'{len(self.outcomes)} steps, {result}':<{width}}  {total:16.1f}"]
        )
