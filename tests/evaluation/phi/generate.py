"""Make items.jsonl anew: `.venv-evaluation/bin/python -m tests.evaluation.phi.generate [--check]`.

From questions.txt (that say more of the patient than they need to), notes.txt (parted by lines of `---`) and
nothing.txt (which looks like identifiers and has none); `{field}` is values.py's.

One item a line: {"id", "group", "text", "spans": [[start, end, kind]], "demographics"}. Spans count code
points. The seed is fixed, so that the same versions of Faker and of the templates give the same file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.evaluation.phi.people import People
from tests.evaluation.phi.values import Values

SEED = 20240912
FOLDER = Path(__file__).parent
ITEMS = FOLDER / "items.jsonl"
_FIELD = re.compile(r"\{([a-z0-9_]+(?:\.[a-z0-9]+)?)\}")
_EACH_QUESTION, _EACH_NOTE = 2, 4  # how often each template is filled in
_LOWER = 0.12  # of the questions are typed without a capital


def main(arguments: Sequence[str]) -> int:
    made = "".join(json.dumps(item, ensure_ascii=False, sort_keys=True) + "\n" for item in items())
    if "--check" not in arguments:
        ITEMS.write_text(made, encoding="utf-8")
        print(f"{ITEMS.name}: {made.count(chr(10))} items")
        return 0
    if ITEMS.read_text(encoding="utf-8") == made:
        print(f"{ITEMS.name} is what the generator makes")
        return 0
    print(f"{ITEMS.name} is not what the generator makes. Nothing was written: run it without --check.")
    return 1


def items() -> Iterator[dict[str, Any]]:
    people = People(SEED)
    for number, (group, template) in enumerate(templates(), 1):
        values = Values(people)
        text, spans = filled(template, values)
        lower = text.lower()
        if group.startswith("question") and people.random.random() < _LOWER and len(lower) == len(text):
            text = lower
        yield {
            "id": f"phi-{number:04}",
            "group": group,
            "text": text,
            "spans": spans,
            "demographics": values.patient.demographics() if spans else {},
        }


def templates() -> Iterator[tuple[str, str]]:
    """(group, template), as often as each is filled in."""
    for group, line in lines("questions"):
        yield from [(f"question: {group}", line)] * _EACH_QUESTION
    for note in (FOLDER / "notes.txt").read_text(encoding="utf-8").strip().split("\n---\n"):
        yield from [("note", note)] * _EACH_NOTE
    for group, line in lines("nothing"):
        yield f"nothing: {group}", line


def lines(name: str) -> Iterator[tuple[str, str]]:
    """(group, line) of a file in which `# group` stands above its lines."""
    group = ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            group = line.removeprefix("# ")
        elif line:
            yield group, line


def filled(template: str, values: Values) -> tuple[str, list[tuple[int, int, str]]]:
    """The text, and (start, end, kind) of each identifier in it."""
    text, spans, last = "", [], 0
    for found in _FIELD.finditer(template):
        text += template[last : found.start()]
        for piece, kind in values(found.group(1)):
            if kind:
                spans.append((len(text), len(text) + len(piece), kind))
            text += piece
        last = found.end()
    return text + template[last:], spans


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
