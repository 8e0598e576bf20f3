"""Create the project's virtual environments from the hash-locked requirements.

Usage: ``python3 scripts/setup_environment.py tools|checkov|lambda_runtime ...``

Needs nothing but a Python of at least 3.11 with ``venv`` and ``pip``: uv is installed from its own
hash-locked file first, because it installs the rest many times faster than pip does. Each
environment carries a stamp with the hash of its lock file, so a second run costs nothing.
"""

from __future__ import annotations

import ast
import hashlib
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scripts.lambda_python import find_lambda_python

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
ENVIRONMENTS = {
    "tools": ROOT / ".venv",
    "cdktf": ROOT / ".venv-cdktf",
    "cdktn": ROOT / ".venv-cdktn",
    "checkov": ROOT / ".venv-checkov",
    "docs": ROOT / ".venv-docs",
    "lambda_runtime": ROOT / ".venv-lambda",
    "evaluation": ROOT / ".venv-evaluation",
    "evaluation_models": ROOT / ".venv-evaluation-models",
    "workflows": ROOT / ".venv-workflows",
    "release": ROOT / ".venv-release",
    "terraform_newest": ROOT / ".venv-terraform-newest",
}


def main(names: list[str]) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (anybody's Python may run this)
        print(
            f"Python {sys.version.split()[0]} is too old: the tools need 3.11 or newer. Nothing was "
            "installed. Install a newer Python and run `make PYTHON=python3.12 ...` with its name."
        )
        return 1
    unknown = [name for name in names if name not in ENVIRONMENTS]
    if unknown or not names:
        print(f"usage: setup_environment.py {'|'.join(ENVIRONMENTS)} ...  (got {names})")
        return 2
    for name in names:
        set_up(name)
    return 0


def set_up(name: str) -> None:
    directory = ENVIRONMENTS[name]
    python = base_python(name)
    lock = REQUIREMENTS / f"{name}.txt"
    stamp = directory / "installed-from"
    # The folder too: an environment holds its own path, and does not survive a move of the repository.
    wanted = hashlib.sha256(lock.read_bytes() + f"{python}\n{directory}".encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Setting up {directory.name} from requirements/{lock.name} ...", flush=True)
    run([python, "-m", "venv", "--clear", str(directory)])
    environment_python = str(directory / "bin" / "python")
    install(environment_python, lock)
    if name == "tools":
        link_project(directory)
    stamp.write_text(wanted)


def base_python(name: str) -> str:
    """The functions' environment uses the Python that Lambda runs, where it is at hand."""
    return str(find_lambda_python().executable) if name == "lambda_runtime" else sys.executable


def install(environment_python: str, lock: Path) -> None:
    pip = [environment_python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    run([*pip, "install", "--require-hashes", "--requirement", str(REQUIREMENTS / "uv.txt")])
    # A lock file names everything that is wanted: evaluation_models.txt leaves out what its packages ask for.
    uv = [environment_python, "-m", "uv", "--quiet", "pip", "install", "--no-deps"]
    run(
        [*uv, "--python", environment_python, "--require-hashes", "--requirement", str(lock)],
        env=os.environ | index_of_pip(environment_python),
    )


def index_of_pip(environment_python: str) -> dict[str, str]:
    """uv does not read pip's configuration: hand it the index that this machine's pip uses, if any."""
    if "UV_DEFAULT_INDEX" in os.environ or "UV_INDEX_URL" in os.environ:
        return {}
    # `list`, since `get` does not find what the file that PIP_CONFIG_FILE names has (pip 23 to 26).
    listed = subprocess.run(
        [environment_python, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    )
    configured = dict(line.split("=", 1) for line in listed.stdout.splitlines() if "=" in line)
    # pip's own order: the environment, the command's section, the section for all commands.
    for key in (":env:.index-url", "install.index-url", "global.index-url"):
        if key in configured:
            return {"UV_DEFAULT_INDEX": str(ast.literal_eval(configured[key]))}
    return {}


def link_project(directory: Path) -> None:
    """Put the repository, the policies and the functions' sources on the environment's path."""
    site_packages = next((directory / "lib").glob("python3.*/site-packages"))
    paths = [ROOT, ROOT / "policies", ROOT / "lambda_src"]
    (site_packages / "hipaa_serverless.pth").write_text("\n".join(map(str, paths)) + "\n")
    hipaa = directory / "bin" / "hipaa"
    # Through sh, as pip writes its scripts: a `#!` line cannot hold a path with a space in it.
    hipaa.write_text(
        f"#!/bin/sh\n'''exec' \"{directory / 'bin' / 'python'}\" \"$0\" \"$@\"\n' '''\n"
        "import sys\n\nfrom hipaa_policies.cli import main\n\nsys.exit(main())\n"
    )
    hipaa.chmod(0o755)


def run(command: list[str], env: dict[str, str] | None = None) -> None:
    finished = subprocess.run(command, env=env, check=False)
    if finished.returncode != 0:
        sys.exit(
            f"`{' '.join(command)}` failed with exit status {finished.returncode}; the environment is "
            "not complete. Mend what it printed above and run the same make target again."
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
