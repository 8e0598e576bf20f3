"""Write the constructs for CDK for Terraform from the modules' variables and outputs.

Usage: ``python -m scripts.constructs [--check]``. The root module becomes ``healthcare.py`` in
``constructs/hipaa_constructs``, each leaf module a file of its own name.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.constructs.classes import camel
from scripts.constructs.render import module_text
from scripts.constructs.variables import ConstructsError, read_module

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "constructs" / "hipaa_constructs"


def generate(root: Path) -> dict[str, str]:
    """The text of every generated file by its name. Raises ``ConstructsError``."""
    texts = {"healthcare.py": module_text("Healthcare", "The root module", *read_module(root))}
    for folder in sorted(folder for folder in (root / "modules").iterdir() if any(folder.glob("*.tf"))):
        title = f"modules/{folder.name}"
        texts[f"{folder.name}.py"] = module_text(camel(folder.name), title, *read_module(folder))
    return formatted(texts)


def formatted(texts: dict[str, str]) -> dict[str, str]:
    """As `make format` leaves them: imports that are not used go, the rest is laid out."""
    with tempfile.TemporaryDirectory(prefix="constructs-") as name:
        folder = Path(name)
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
        for words in (["check", "--fix", "--select", "F401,I"], ["format"]):
            ruff(words, folder)
        return {file: (folder / file).read_text(encoding="utf-8") for file in texts}


def ruff(words: list[str], folder: Path) -> None:
    settings = ["--quiet", "--no-cache", "--config", str(ROOT / "pyproject.toml"), str(folder)]
    command = [sys.executable, "-m", "ruff", *words, *settings]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        raise ConstructsError(
            f"`ruff {words[0]}` refused what was generated: {finished.stdout}{finished.stderr}"
        )


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
