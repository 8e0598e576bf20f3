"""A fault that a test asks for; ``faults`` carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Kind = Literal["throttle", "error", "lost_answer", "delay", "garbage", "kill"]
KINDS = get_args(Kind)


@dataclass(frozen=True)
class Fault:
    """What happens to some calls of ``service``:``operation`` (``*``: any) by a role (None: by anybody).

    The calls numbered in ``calls`` meet it (1 is the first that fits), and each other one with
    ``probability``, at most ``at_most`` of them. ``throttle`` and ``error`` answer before anything is done;
    ``garbage`` answers 200 with what nobody can read, likewise; ``lost_answer`` does it and hangs up;
    ``delay`` does it and answers ``seconds`` later; ``kill`` does it and ends the process of the function
    that called, in mid-invocation.
    """

    kind: Kind
    service: str
    operation: str = "*"
    role: str | None = None
    probability: float = 0.0
    calls: tuple[int, ...] = ()
    at_most: int | None = None
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        if not 0 <= self.probability <= 1:
            raise ValueError("probability must be from 0 to 1")

    @property
    def name(self) -> str:
        return f"{self.kind} {self.service}:{self.operation} by {self.role or 'anybody'}"


def read_fault(given: Mapping[str, Any]) -> Fault:
    """From JSON; raises ``TypeError`` or ``ValueError`` for what is no fault."""
    return Fault(**{**given, "calls": tuple(given.get("calls", ()))})
