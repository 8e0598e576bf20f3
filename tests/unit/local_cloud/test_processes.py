"""Start and stop: only what is ours is ended, and only its owner can read the key."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_cloud.processes import is_local_cloud, running_state, start, stop
from scripts.local_cloud.state import State, read_state, write_state
from tests.unit.local_cloud.support import Cloud


@pytest.fixture
def stranger() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process.pid
    process.kill()
    process.wait()


def state_of(pid: int) -> State:
    return State(
        "http://127.0.0.1:1", "http://127.0.0.1:2", pid, "us-east-1", "123456789012", "key", "secret"
    )


def test_the_state_is_its_owners_alone(tmp_path: Path) -> None:
    write_state(tmp_path, state_of(1))
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600
    assert read_state(tmp_path) == state_of(1)
    assert list(tmp_path.iterdir()) == [tmp_path / "state.json"]


def test_another_process_that_has_the_pid_is_left_alone(tmp_path: Path, stranger: int) -> None:
    write_state(tmp_path, state_of(stranger))
    assert running_state(tmp_path) is None
    assert stop(tmp_path) == 0
    os.kill(stranger, 0)
    assert read_state(tmp_path) is None, "the stale file is taken away"


def test_stopping_what_never_ran_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert stop(tmp_path) == 0
    assert capsys.readouterr().out == "No local cloud runs.\n"


def test_a_second_start_finds_the_first(cloud: Cloud, tmp_path: Path) -> None:
    write_state(tmp_path, cloud.state)
    assert is_local_cloud(cloud.state.pid)
    assert start(tmp_path, 0, 0) == 0
    assert read_state(tmp_path) == cloud.state


def test_a_port_that_is_taken_is_reported_with_the_log(
    cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    taken = int(cloud.state.endpoint_url.rpartition(":")[2])
    assert start(tmp_path, taken, 0) == 1
    said = capsys.readouterr().err
    assert "did not start" in said
    assert str(taken) in said
    assert read_state(tmp_path) is None


def test_ctrl_c_while_it_starts_leaves_no_server_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = []

    def interrupted(child: subprocess.Popen[bytes], state_dir: Path) -> State | None:
        children.append(child)
        raise KeyboardInterrupt

    monkeypatch.setattr("scripts.local_cloud.processes.wait_for_state", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start(tmp_path, 0, 0)
    assert children[0].poll() is not None
