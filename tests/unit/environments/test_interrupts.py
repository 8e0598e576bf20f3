"""Ctrl-C, or the end of a job: Terraform hears of it once, and the command waits until it has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.environments.environment import ROOT

# Stands for Terraform: after a signal it prints, and takes longer than subprocess waits. A second ends it.
TERRAFORM = """
import pathlib, signal, sys, time

folder = pathlib.Path(sys.argv[1])

def end(*_):
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    time.sleep(0.6)
    print("Interrupt received.", flush=True)
    (folder / "state").touch()
    sys.exit(1)

signal.signal(signal.SIGINT, end)
signal.signal(signal.SIGTERM, end)
(folder / "working").touch()
while True:
    signal.pause()
"""
START = """
import sys
from pathlib import Path
from scripts.bootstrap.terraform import Terraform
from scripts.ci import apply_approved
from scripts.environments import terraform
from scripts.environments.environment import Environment

environment = Environment("prod", Path("/nowhere"), "1" * 12, "us-east-1")
child = [sys.executable, "-c", *sys.argv[1:]]
terraform._command = lambda *_: child
start = apply_approved.ending_in_order
apply_approved.ending_in_order = lambda _, **given: start(child, **given)
"""
COMMANDS = {
    "apply": "terraform.apply(environment, 'plan')",
    "plan": "terraform.plan(environment, progress=print)",
    "apply-approved": "apply_approved._run('apply', environment)",
    "bootstrap": "type('Made', (Terraform,), {'__init__': lambda self: None, '_command': lambda *_: child, "
    "'_environment': {}})()._run('apply')",
}


# To the whole group, as a terminal and some runners send it, or to the command alone, as `docker stop` does.
@pytest.mark.parametrize(
    ("command", "number", "send"),
    [
        *((command, signal.SIGINT, os.killpg) for command in COMMANDS),
        *((command, signal.SIGTERM, os.kill) for command in COMMANDS),
        ("apply", signal.SIGTERM, os.killpg),
    ],
)
def test_terraform_ends_in_order_before_the_command_does(
    tmp_path: Path, command: str, number: signal.Signals, send: Callable[[int, int], None]
) -> None:
    words = [sys.executable, "-c", START + COMMANDS[command], TERRAFORM, str(tmp_path)]
    with (tmp_path / "said").open("w+") as said:
        process = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        while not (tmp_path / "working").exists() and process.poll() is None:
            time.sleep(0.02)
        send(process.pid, number)
        assert process.wait() != 0
        said.seek(0)
        assert (tmp_path / "state").exists(), said.read()
