"""Run ``terraform validate`` on the root module and every environment: tests run the leaf modules."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def roots() -> list[Path]:
    """The root module, and of environments that are the same code (dev, staging, prod) the first."""
    found: dict[tuple[str, ...], Path] = {}
    for folder in [ROOT, *sorted((ROOT / "environments").iterdir())]:
        code = tuple(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.tf")))
        if code:
            found.setdefault(code, folder)
    return list(found.values())


def validate(folder: Path) -> bool:
    """Initialise ``folder`` without a backend in a scratch data folder, then validate it."""
    with tempfile.TemporaryDirectory(prefix="validate-") as data:
        environment = os.environ | {"TF_DATA_DIR": data}
        terraform = [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}"]
        for words in (["init", "-backend=false", "-input=false", "-no-color"], ["validate", "-no-color"]):
            finished = subprocess.run(
                [*terraform, *words], env=environment, capture_output=True, text=True, check=False
            )
            if finished.returncode != 0:
                print(f"{folder.relative_to(ROOT)}: terraform {words[0]} failed")
                print(finished.stdout + finished.stderr)
                return False
    return True


def main() -> int:
    failed = [folder for folder in roots() if not validate(folder)]  # all of them, not up to the first
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
