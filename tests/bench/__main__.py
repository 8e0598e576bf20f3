"""`make bench`: every measure, or the named ones (functions, terraform, demo)."""

from __future__ import annotations

import sys

from scripts.demo.__main__ import demo
from tests.bench import functions, terraform

MEASURES = {"functions": functions.main, "terraform": terraform.main, "demo": demo}

if __name__ == "__main__":
    for name in sys.argv[1:] or MEASURES:
        MEASURES[name]()
