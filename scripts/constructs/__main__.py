"""Write the constructs for CDK for Terraform from the modules' variables and outputs.

Usage: ``python -m scripts.constructs [--check]``. The root module becomes ``healthcare.py`` in
``constructs/hipaa_constructs``, each leaf module a file of its own name.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from scripts.constructs.classes import camel
from scripts.constructs.render import module_text
from scripts.constructs.variables import ConstructsError, read_module

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "constructs" / "hipaa_constructs"


def generate(root: Path) -> dict[str, str]:
    """The text of every generated file by its name. Raises ``ConstructsError``."""
    sources = [("healthcare", "The root module", root)]
    modules = sorted(folder for folder in (root / "modules").iterdir() if any(folder.glob("*.tf")))
    sources += [(folder.name, f"modules/{folder.name}", folder) for folder in modules]
    return {
        f"{name}.py": formatted(module_text(camel(name), title, *read_module(folder)))
        for name, title, folder in sources
    }


def formatted(text: str) -> str:
    """As `make format` leaves it: imports that are not used go, the rest is laid out."""
    ruff = [sys.executable, "-m", "ruff"]
    name = ["--stdin-filename", str(PACKAGE / "generated.py"), "-"]
    fixed = run([*ruff, "check", "--quiet", "--fix", "--select", "F401,I", *name], text)
    return run([*ruff, "format", "--quiet", *name], fixed)


def run(command: list[str], text: str) -> str:
    finished = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise ConstructsError(f"`{' '.join(command[2:4])}` refused what was generated: {finished.stderr}")
    return finished.stdout


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a file is stale")
    check = parser.parse_args(arguments).check
    try:
        texts = generate(ROOT)
    except ConstructsError as error:
        print(error)
        return 1
    stale = [
        name
        for name, text in texts.items()
        if not (PACKAGE / name).exists() or (PACKAGE / name).read_text(encoding="utf-8") != text
    ]
    if check and stale:
        print(f"constructs/hipaa_constructs: {', '.join(stale)} is stale: run `make docs`.")
        return 1
    for name in stale:
        (PACKAGE / name).write_text(texts[name], encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
