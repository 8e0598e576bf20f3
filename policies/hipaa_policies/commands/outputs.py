"""Where reports go: ``--format`` and ``--output``, of every command that judges.

One run can write several reports, so that an account is read once::

    hipaa audit --output evidence.html --output evidence.json --output -
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hipaa_policies.assessment import Assessment
from hipaa_policies.problems import NotDoneError
from hipaa_policies.reports import FORMATS

DEFAULT_FORMAT = "table"
STANDARD_OUTPUT = "-"
# The longest ending that fits decides.
ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".oscal.json": "oscal",
    ".sarif": "sarif",
    ".sarif.json": "sarif",
    ".xml": "junit",
}


@dataclass(frozen=True)
class Output:
    """One report. ``file`` is ``None`` for standard output."""

    form: str
    file: Path | None


def add_output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--format",
        choices=sorted(FORMATS),
        help=f"of standard output, and of a file whose name does not say it; default: {DEFAULT_FORMAT}",
    )
    parser.add_argument(
        "--output",
        action="append",
        default=[],
        metavar="[FORMAT=]FILE",
        help="repeatable; the name decides the format (.html, .json, .xml for JUnit, .sarif, .oscal.json) "
        "unless it is named before; - is standard output, and the default",
    )


def outputs(form: str | None, files: Sequence[str]) -> tuple[Output, ...]:
    """The reports that were asked for. Raises ``NotDoneError`` where two go to one place.

    ``--format json --output report.html`` is JSON: with one file, what was asked for by name wins.
    """
    found = [_output(form, text, only=len(files) == 1) for text in files or [STANDARD_OUTPUT]]
    places = [output.file for output in found]
    for place in places:
        if places.count(place) > 1:
            raise NotDoneError(
                f"two reports are to be written to {place or 'standard output'}: name two files"
            )
    return tuple(found)


def _output(form: str | None, text: str, *, only: bool) -> Output:
    named, equals, rest = text.partition("=")
    if equals and named in FORMATS:
        return Output(named, _file(rest))
    if text == STANDARD_OUTPUT or (form and only):
        return Output(form or DEFAULT_FORMAT, _file(text))
    endings = [ending for ending in ENDINGS if text.lower().endswith(ending)]
    by_name = ENDINGS[max(endings, key=len)] if endings else None
    return Output(by_name or form or DEFAULT_FORMAT, _file(text))


def _file(text: str) -> Path | None:
    if not text:
        raise NotDoneError("--output needs the name of a file, or - for standard output")
    return None if text == STANDARD_OUTPUT else Path(text)


def write_reports(assessment: Assessment, wanted: Sequence[Output]) -> None:
    """Raises ``NotDoneError`` where a file cannot be written."""
    for output in wanted:
        text = FORMATS[output.form](assessment)
        if output.file is None:
            sys.stdout.write(text)
            continue
        try:
            output.file.parent.mkdir(parents=True, exist_ok=True)
            output.file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise NotDoneError(f"{output.file} cannot be written: {error.strerror}") from error
