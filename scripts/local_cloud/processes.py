"""Start the local cloud in the background, and end it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from scripts.local_cloud.state import State, read_state, remove_state

LOG_FILE = "local_cloud.log"
POLL_SECONDS = 0.1
# It takes four. On a busy disk the functions' code alone, thousands of files, took more than 50 to remove.
END_WAIT_SECONDS = 600.0
END_OF_LOG_LINES = 30


def start(state_dir: Path, port: int, gateway_port: int) -> int:
    """Start a server for ``state_dir`` unless one runs, wait until it answers, print where it is."""
    running = running_state(state_dir)
    if running is not None:
        print(f"The local cloud runs already: {running.endpoint_url} (pid {running.pid})")
        return 0
    state_dir.mkdir(parents=True, exist_ok=True)
    with (state_dir / LOG_FILE).open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "scripts.local_cloud", "serve", "--state-dir", str(state_dir.resolve()),
             "--port", str(port), "--gateway-port", str(gateway_port)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=Path(__file__).resolve().parent.parent.parent,
            start_new_session=True,
        )  # fmt: skip
    try:
        state = wait_for_state(child, state_dir)
    except KeyboardInterrupt:  # the child has a session of its own, which Ctrl-C does not reach
        child.terminate()
        child.wait()
        raise
    if state is not None:
        print(f"Local cloud: {state.endpoint_url}\nGateway:     {state.gateway_url}")
        return 0
    print(f"The local cloud did not start; {state_dir / LOG_FILE} ends with:", file=sys.stderr)
    print(end_of_log(state_dir), file=sys.stderr)
    return 1


def end_of_log(state_dir: Path) -> str:
    return "\n".join((state_dir / LOG_FILE).read_text().splitlines()[-END_OF_LOG_LINES:])


def wait_for_state(child: subprocess.Popen[bytes], state_dir: Path) -> State | None:
    """What the server says of itself once it answers; None where it ended first."""
    while child.poll() is None:
        state = read_state(state_dir)
        if state is not None and state.pid == child.pid:
            return state
        time.sleep(POLL_SECONDS)
    return None


def stop(state_dir: Path) -> int:
    """End the server of ``state_dir``; a pid that is not a local cloud (any more) is left alone."""
    state = running_state(state_dir)
    if state is None:
        left_over = read_state(state_dir)
        if left_over is not None:
            remove_state(state_dir, left_over.pid)
        print("No local cloud runs.")
        return 0
    os.kill(state.pid, signal.SIGTERM)
    deadline = time.monotonic() + END_WAIT_SECONDS
    while is_local_cloud(state.pid):
        if time.monotonic() > deadline:
            print(f"The local cloud (pid {state.pid}) has not ended within {END_WAIT_SECONDS:.0f} s.")
            print(f"`kill -9 {state.pid}` ends it. {state_dir / LOG_FILE} says what it waits for; its end:")
            print(end_of_log(state_dir))
            return 1
        time.sleep(POLL_SECONDS)
    remove_state(state_dir, state.pid)
    print("The local cloud has ended.")
    return 0


def running_state(state_dir: Path) -> State | None:
    state = read_state(state_dir)
    return state if state is not None and is_local_cloud(state.pid) else None


def is_local_cloud(pid: int) -> bool:
    """Whether ``pid`` is a process of ours: its number may have gone to another since."""
    command = command_line(pid)
    return "scripts.local_cloud" in command and "serve" in command


def command_line(pid: int) -> str:
    """The words that a process was started with; empty where there is no such process."""
    if Path("/proc/self").exists():
        try:
            return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            return ""
    answer = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout
