"""``make provider-6``: whether hashicorp/aws 6.x takes what is here. ``make provider-6-renew``: anew.

Exit 0: all of it is in 6.x. 1: something is not, or was not checked.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from scripts.broken_pipe import ending_quietly
from scripts.provider_6 import checklist, schema
from scripts.provider_6.check import check
from scripts.provider_6.renew import renew
from scripts.provider_6.schema import SchemaError
from scripts.provider_6.usage import Usage, files, usage

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.provider_6", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("check", "renew"), default="check")
    parser.add_argument("--wheel", type=Path, help="with renew: this file, in place of a download")
    given = parser.parse_args(words)
    print("Reading the Terraform files", flush=True)
    found = usage(ROOT, files(ROOT))
    try:
        if given.command == "renew":
            made = renew(types_of(found), given.wheel)
            schema.save(made)
            print(f"{schema.EXTRACT.relative_to(ROOT)}: {len(made.types)} types of provider {made.version}")
        problems = problems_of(found)
    except SchemaError as error:
        print(error, file=sys.stderr)
        return 1
    for problem in problems:
        print(problem)
    known = schema.load()
    print(
        f"{len(found.written)} blocks and {len(found.read)} references against hashicorp/aws {known.version} "
        f"(extract of {known.date}): {len(problems)} problem(s)"
    )
    return 1 if problems else 0


def types_of(found: Usage) -> set[str]:
    return {block.type for block in found.written} | {reference.type for _, reference in found.read}


def problems_of(found: Usage) -> list[str]:
    """What 6.x would not take, what could not be checked, and judgements that no longer hold."""
    judged = checklist.load()
    findings = check(found, schema.load())
    return [
        *map(str, checklist.unjudged(judged, findings)),
        *checklist.contradicted(judged, found),
        *checklist.stale(judged, findings),
    ]


if __name__ == "__main__":
    sys.exit(ending_quietly(main))
