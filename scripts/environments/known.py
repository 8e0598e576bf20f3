"""Refuse an environment that is not there before anything is set up or built for it; needs Python alone.

Usage: ``python3 -m scripts.environments.known NAME``. Exit: 0 it is there, 2 it is not.
"""

from __future__ import annotations

import sys

from scripts.environments.environment import find
from scripts.environments.problems import RefusedError


def main(words: list[str]) -> int:
    try:
        find(words[0] if words else "")
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
