from __future__ import annotations

from collections.abc import Iterator

import pytest

from scripts.local_cloud.processes import start, stop
from scripts.local_cloud.state import read_state
from tests.unit.local_cloud.support import Cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A local cloud of these tests' own, in a process of its own."""
    folder = tmp_path_factory.mktemp("local-cloud")
    assert start(folder, port=0, gateway_port=0) == 0
    state = read_state(folder)
    assert state is not None
    yield Cloud(state)
    assert stop(folder) == 0
