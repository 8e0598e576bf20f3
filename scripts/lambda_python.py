"""Find the Python that AWS Lambda runs the functions on, or the nearest that this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAMBDA_VERSION = (3, 13)


@dataclass(frozen=True)
class LambdaPython:
    """A Python to run, or byte-compile, functions with. ``exact`` where it is Lambda's own version."""

    executable: Path
    version: tuple[int, int]

    @property
    def exact(self) -> bool:
        return self.version == LAMBDA_VERSION


def find_lambda_python() -> LambdaPython:
    """Look at ``LAMBDA_PYTHON``, then ``PATH``, then pyenv's versions; fall back to this Python.

    Raises ``SystemExit`` where ``LAMBDA_PYTHON`` is set to something that does not run.
    """
    named = os.environ.get("LAMBDA_PYTHON")
    if named:
        found = inspect_python(Path(named))
        if found is None:
            sys.exit(f"LAMBDA_PYTHON={named} does not run. Point it at a Python, or unset it.")
        return found
    for candidate in candidates():
        found = inspect_python(candidate)
        if found is not None and found.exact:
            return found
    here = inspect_python(Path(sys.executable))
    if here is None:
        sys.exit(f"{sys.executable} does not run.")
    return here


def candidates() -> list[Path]:
    name = f"python{LAMBDA_VERSION[0]}.{LAMBDA_VERSION[1]}"
    on_path = shutil.which(name)
    # A pyenv shim may be on PATH and still refuse to run; the version itself is below PYENV_ROOT.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    below_pyenv = sorted(pyenv.glob(f"{LAMBDA_VERSION[0]}.{LAMBDA_VERSION[1]}.*/bin/{name}"))
    return [*([Path(on_path)] if on_path else []), *below_pyenv]


def inspect_python(executable: Path) -> LambdaPython | None:
    script = "import sys; print(sys.executable, *sys.version_info[:2])"
    try:
        answer = subprocess.run([str(executable), "-c", script], capture_output=True, text=True, check=False)
    except OSError:
        return None
    if answer.returncode != 0:
        return None
    path, major, minor = answer.stdout.rsplit(maxsplit=2)
    return LambdaPython(Path(path), (int(major), int(minor)))
