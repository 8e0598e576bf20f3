"""Start and stop: only what is ours is ended, and only its owner can read the key."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.local_cloud.processes import is_local_cloud, running_state, start, stop
from scripts.local_cloud.state import State, read_state, write_state
from tests.unit.local_cloud.events import STREAM_ACTIONS, queue, queue_reader, url
from tests.unit.local_cloud.support import Cloud, allow


@pytest.fixture
def stranger() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield process.pid
    process.kill()
    process.wait()


def state_of(pid: int) -> State:
    return State(
        endpoint_url="http://127.0.0.1:1",
        gateway_url="http://127.0.0.1:2",
        pid=pid,
        region="us-east-1",
        account_id="123456789012",
        access_key_id="key",
        secret_access_key="secret",
        database_port=3,
        database_ca_file="/ca.pem",
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


SLEEPING = "import time\ndef handler(event, context):\n    time.sleep(600)"


def test_an_end_in_the_middle_of_everything_is_quiet(tmp_path: Path) -> None:
    """A queue and a stream call functions that take ten minutes; a rule is due every minute."""
    assert start(tmp_path, 0, 0) == 0
    state = read_state(tmp_path)
    assert state is not None
    cloud = Cloud(state)
    name = queue(cloud, VisibilityTimeout="900")
    cloud.client("events").put_rule(Name="minutely", ScheduleExpression="rate(1 minute)")
    table = cloud.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    stream = cloud.client("dynamodb").describe_table(TableName=table)["Table"]["LatestStreamArn"]
    leave = [queue_reader(cloud, name), allow(STREAM_ACTIONS, stream)]
    function = cloud.function(SLEEPING, leave, group=False, Timeout=900)
    cloud.client("sqs").send_message(QueueUrl=url(cloud, name), MessageBody="hello")
    cloud.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": "a"}})
    make = cloud.client("lambda").create_event_source_mapping
    make(FunctionName=function, EventSourceArn=cloud.arn("sqs", name))
    make(FunctionName=function, EventSourceArn=stream, StartingPosition="TRIM_HORIZON")
    cloud.invoke(function, InvocationType="Event")
    counted = ["ApproximateNumberOfMessagesNotVisible"]
    queue_url = url(cloud, name)
    sqs = cloud.client("sqs")
    while (
        sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=counted)["Attributes"][counted[0]] == "0"
    ):
        time.sleep(0.1)
    assert stop(tmp_path) == 0
    log = (tmp_path / "local_cloud.log").read_text()
    assert "Traceback" not in log
    assert "ERROR" not in log


def test_one_that_does_not_end_is_told_with_its_log(
    cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_state(tmp_path, cloud.state)
    (tmp_path / "local_cloud.log").write_text("Thread 0x1 waits\n")
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("scripts.local_cloud.processes.END_WAIT_SECONDS", 0.2)
    monkeypatch.setattr("scripts.local_cloud.processes.os.kill", lambda *signal: sent.append(signal))
    assert stop(tmp_path) == 1
    assert sent == [(cloud.state.pid, signal.SIGTERM)]
    said = capsys.readouterr().out
    assert f"`kill -9 {cloud.state.pid}` ends it" in said
    assert "Thread 0x1 waits" in said
    assert read_state(tmp_path) == cloud.state, "it can be stopped again"


WAITING = """
import signal, threading, time
from scripts.local_cloud.cloud import end_at_signals, wait_for
ended = end_at_signals()
other = threading.Thread(target=time.sleep, args=(600,), daemon=True)
other.start()
send = lambda: signal.pthread_kill(other.ident, signal.{name})
threading.Timer(1, send).start()
wait_for(ended)
print("ended")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_another_thread_was_handed_ends_it(name: str) -> None:
    """The system chooses the thread. It was the main thread in all but one of some hundred ends."""
    finished = subprocess.run(
        [sys.executable, "-c", WAITING.format(name=name)], capture_output=True, text=True, check=False
    )
    assert (finished.stdout, finished.stderr, finished.returncode) == ("ended\n", "", 0)
