"""HL7 v2 beside hl7apy and python-hl7: tests/bench/hl7_parsers.py, in a process that finds lambda_src."""

from __future__ import annotations

import os
import subprocess
import sys

from scripts.local_deployment import ROOT


def main() -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "lambda_src")])
    command = [sys.executable, "-m", "tests.bench.hl7_parsers"]
    subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, check=True)
