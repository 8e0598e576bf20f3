"""What GitHub's jobs hand over by files: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands"""

from __future__ import annotations

import os
from pathlib import Path


def append(variable: str, text: str) -> None:
    """Add to the file that GitHub names in this variable. Elsewhere it is not set, and nothing is done."""
    if os.environ.get(variable):
        with Path(os.environ[variable]).open("a", encoding="utf-8") as file:
            file.write(text)
