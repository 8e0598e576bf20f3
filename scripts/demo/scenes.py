"""What every story is made of: scenes, the error of one that went otherwise, and waiting for an alarm."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from scripts.local_deployment import LocalDeployment

ALARM_WAIT_SECONDS = 90


class SceneFailedError(Exception):
    """The stack answered otherwise than the story says; the message tells both."""


@dataclass(frozen=True)
class Scene:
    """``title`` says what happens, ``proves`` what that shows. ``play`` may return what to say of it."""

    title: str
    proves: str
    play: Callable[[], str | None]


def check(holds: bool, what: str) -> None:
    """Raises ``SceneFailedError``."""
    if not holds:
        raise SceneFailedError(f"expected: {what}")


def wait_for_alarm(deployment: LocalDeployment, name: str, wanted: str = "ALARM") -> None:
    """Until the alarm is in the state ``wanted``. Raises ``SceneFailedError``."""
    cloudwatch = deployment.client("cloudwatch")
    deadline = time.monotonic() + ALARM_WAIT_SECONDS
    state = "missing"
    while time.monotonic() < deadline:
        alarms = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        state = alarms[0]["StateValue"] if alarms else "missing"
        if state == wanted:
            return
        time.sleep(0.5)
    raise SceneFailedError(f"the alarm {name} is {state} after {ALARM_WAIT_SECONDS} s, not {wanted}")
