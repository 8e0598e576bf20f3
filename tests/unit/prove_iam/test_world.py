"""A wait ends soon once IAM has refused, and not so soon that a refusal which did no harm looks like harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.prove_iam import world as module
from tests.prove_iam.world import AFTER_REFUSAL_SECONDS, LONGEST_SECONDS, ProbeFailedError, World

REFUSAL = {"decision": "IMPLICIT_DENY"}


class Clock:
    """Time that passes where somebody sleeps."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def after(self, seconds: float) -> Callable[[], bool]:
        """Something that is there so long from now."""
        then = self.now + seconds
        return lambda: self.now >= then


class Control:
    refusing = False

    def record(self, _label: str | None) -> list[dict[str, Any]]:
        return [REFUSAL] if self.refusing else []


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(module, "time", made)
    return made


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def world(control: Control, clock: Clock) -> World:
    nothing: Any = None
    listening: Any = control
    return World(nothing, nothing, listening)


def listen(world: World, control: Control, *, refusing: bool) -> None:
    control.refusing = False
    world.listen("a probe", lambda judgement: judgement is REFUSAL)
    control.refusing = refusing


def test_what_comes_as_late_as_before_is_not_missed_for_a_refusal(
    world: World, control: Control, clock: Clock
) -> None:
    slow = 2 * AFTER_REFUSAL_SECONDS
    listen(world, control, refusing=False)
    world.until(clock.after(slow), "an answer")
    listen(world, control, refusing=True)
    assert world.until(clock.after(slow), "an answer")


def test_what_does_not_come_after_a_refusal_is_missed_soon(
    world: World, control: Control, clock: Clock
) -> None:
    listen(world, control, refusing=True)
    with pytest.raises(ProbeFailedError, match="not there: an answer"):
        world.until(lambda: None, "an answer")
    assert clock.now < 2 * AFTER_REFUSAL_SECONDS


def test_without_a_refusal_a_wait_is_long(world: World, control: Control, clock: Clock) -> None:
    listen(world, control, refusing=False)
    assert world.until(clock.after(LONGEST_SECONDS - 1), "an answer")
    with pytest.raises(ProbeFailedError, match="not there: another"):
        world.until(lambda: None, "another")
