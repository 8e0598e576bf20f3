"""Refuse what is no hash of changes before anything is set up or built for it; needs Python alone.

Usage: ``python3 -m scripts.ci.approved HASH``. Exit: 0 it is one, 2 it is none.
"""

from __future__ import annotations

import re
import sys

from scripts.environments.problems import RefusedError

_HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
REFUSED = 2


def approved_hash(text: str) -> str:
    """Raises ``RefusedError`` where it is none."""
    matched = _HASH.fullmatch(text.strip())
    if matched is None:
        raise RefusedError(
            f"{text!r} is no hash of changes, so nothing was planned or applied. `make plan-report` prints "
            "it: sha256: and 64 digits."
        )
    return matched[1]


def main(words: list[str]) -> int:
    try:
        approved_hash(words[0] if words else "")
    except RefusedError as refused:
        print(refused, file=sys.stderr)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
