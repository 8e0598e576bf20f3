"""Ctrl-C reaches Terraform and this command at once: the command waits until Terraform has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.environments.environment import ROOT

# Stands for Terraform: after the signal it prints, and takes longer than subprocess waits.
TERRAFORM = """
import pathlib, signal, sys, time

folder = pathlib.Path(sys.argv[1])

def end(*_):
    time.sleep(0.6)
    print("Interrupt received.", flush=True)
    (folder / "state").touch()
    sys.exit(1)

signal.signal(signal.SIGINT, end)
(folder / "working").touch()
while True:
    signal.pause()
"""
START = """
import subprocess, sys
from pathlib import Path
from scripts.bootstrap.terraform import Terraform
from scripts.ci import apply_approved
from scripts.environments import terraform
from scripts.environments.environment import Environment

environment = Environment("prod", Path("/nowhere"), "1" * 12, "us-east-1")
child = [sys.executable, "-c", *sys.argv[1:]]
terraform._command = lambda *_: child
run = subprocess.run
subprocess.run = lambda _, env=None, **given: run(child, **given)
"""
COMMANDS = {
    "apply": "terraform.apply(environment, 'plan')",
    "plan": "terraform.plan(environment, progress=print)",
    "apply-approved": "apply_approved._run('apply', environment)",
    "bootstrap": "type('Made', (Terraform,), {'__init__': lambda self: None, '_command': print, "
    "'_environment': {}})()._run('apply')",
}


@pytest.mark.parametrize("command", COMMANDS)
def test_terraform_ends_in_order_before_the_command_does(tmp_path: Path, command: str) -> None:
    words = [sys.executable, "-c", START + COMMANDS[command], TERRAFORM, str(tmp_path)]
    with (tmp_path / "said").open("w+") as said:
        process = subprocess.Popen(words, cwd=ROOT, stdout=said, stderr=said, start_new_session=True)
        while not (tmp_path / "working").exists() and process.poll() is None:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() != 0
        said.seek(0)
        assert (tmp_path / "state").exists(), said.read()
