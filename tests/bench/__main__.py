"""`make bench`: every measure, or the named ones (functions, terraform, demo, catalogue, fhir, hl7).

A part of the catalogue's is named with it: ``catalogue:scale``.
"""

from __future__ import annotations

import sys

from scripts.demo.__main__ import demo
from tests.bench import catalogue, fhir, functions, hl7, terraform

MEASURES = {
    "functions": functions.main,
    "terraform": terraform.main,
    "demo": demo,
    "catalogue": catalogue.main,
    "fhir": fhir.main,
    "hl7": hl7.main,
}

if __name__ == "__main__":
    for argument in sys.argv[1:] or MEASURES:
        name, _, part = argument.partition(":")
        if name not in MEASURES:
            raise SystemExit(f"no measure {name!r}: there are {', '.join(MEASURES)}")
        if part:
            catalogue.part(part)
        else:
            MEASURES[name]()
