from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scripts.local_cloud.processes import start, stop
from scripts.local_cloud.state import read_state
from tests.unit.local_cloud.support import Cloud

LONGEST_SECONDS = 180.0  # for a busy machine: other tests, and a whole deployment, run beside these


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """One local cloud for all of these tests, in a process of its own as users run it."""
    folder = tmp_path_factory.mktemp("local-cloud")
    assert start(folder, port=0, gateway_port=0) == 0
    state = read_state(folder)
    assert state is not None
    yield Cloud(state)
    assert stop(folder) == 0


@pytest.fixture
def eventually() -> Callable[[Callable[[], Any]], Any]:
    """Call again and again until what comes back is true; what a test then asserts says what was missed."""

    def wait(look: Callable[[], Any]) -> Any:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not (found := look()) and time.monotonic() < deadline:
            time.sleep(0.05)
        return found

    return wait
