"""What runs a stack of CDK Terrain or CDK for Terraform, each in the environment of its own."""

from __future__ import annotations

import shutil

import pytest

from tests.examples.stacks import ROOT

LIBRARIES = ("cdktn", "cdktf")
each_library = pytest.mark.parametrize("library", LIBRARIES)
# What jsii says of versions of Node.js is for its users to hear.
SYNTH = {
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


def python(library: str) -> str:
    interpreter = ROOT / f".venv-{library}" / "bin" / "python"
    assert interpreter.exists(), f"run `python3 scripts/setup_environment.py {library}` first"
    return str(interpreter)


def needs_node() -> None:
    if shutil.which("node") is None:
        pytest.skip("Node.js is not on PATH: both libraries run in it, so nothing was synthesised")
