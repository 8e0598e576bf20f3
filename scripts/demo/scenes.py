"""What every story is made of: scenes, the error of one that went otherwise, and waiting for an alarm."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from scripts.local_deployment import LocalDeployment

LONGEST_SECONDS = 120  # for a busy machine; what is waited for usually takes a second
PAUSE_SECONDS = 0.3
Found = TypeVar("Found")


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


def wait_for(look: Callable[[], Found | None], what: str) -> Found:
    """What ``look`` finds, asked again and again until it is something. Raises ``SceneFailedError``."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while not (found := look()):
        if time.monotonic() > deadline:
            raise SceneFailedError(f"not within {LONGEST_SECONDS} s: {what}")
        time.sleep(PAUSE_SECONDS)
    return found


def wait_for_alarm(deployment: LocalDeployment, name: str, wanted: str = "ALARM") -> None:
    """Until the alarm is in the state ``wanted``. Raises ``SceneFailedError``."""
    cloudwatch = deployment.client("cloudwatch")

    def reached() -> bool:
        alarms = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return [alarm["StateValue"] for alarm in alarms] == [wanted]

    wait_for(reached, f"the alarm {name} is {wanted}")
