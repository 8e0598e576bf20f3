"""Where reports go: several of one run, each in the format that its name says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hipaa_policies.commands.outputs import ENDINGS, Output, outputs, write_reports
from hipaa_policies.problems import NotDoneError
from hipaa_policies.reports import FORMATS

from tests.unit.policies.test_reports import every_status


@pytest.mark.parametrize(
    ("form", "files", "wanted"),
    [
        (None, [], [("table", None)]),
        ("json", [], [("json", None)]),
        ("html", ["report"], [("html", "report")]),
        ("json", ["report.html"], [("json", "report.html")]),
        (None, ["report"], [("table", "report")]),
        (None, ["a.HTML"], [("html", "a.HTML")]),
        (None, ["a.html", "b.json", "-"], [("html", "a.html"), ("json", "b.json"), ("table", None)]),
        ("json", ["a.html", "b", "-"], [("html", "a.html"), ("json", "b"), ("json", None)]),
        (None, ["a.oscal.json", "b.sarif.json"], [("oscal", "a.oscal.json"), ("sarif", "b.sarif.json")]),
        ("table", ["sarif=a.json"], [("sarif", "a.json")]),
        (None, ["junit=-"], [("junit", None)]),
        (None, ["x=y.json"], [("json", "x=y.json")]),
    ],
)
def test_the_format_is_named_or_that_of_the_ending(
    form: str | None, files: list[str], wanted: list[tuple[str, str | None]]
) -> None:
    expected = tuple(Output(form, Path(file) if file else None) for form, file in wanted)
    assert outputs(form, files) == expected


def test_every_format_but_the_table_has_an_ending() -> None:
    assert set(ENDINGS.values()) == set(FORMATS) - {"table"}


@pytest.mark.parametrize("files", [["a.json", "sarif=a.json"], ["-", "-"], ["table=-", "-"]])
def test_two_reports_in_one_place_are_refused(files: list[str]) -> None:
    with pytest.raises(NotDoneError, match="two reports are to be written to"):
        outputs(None, files)


@pytest.mark.parametrize("file", ["", "json="])
def test_a_file_needs_a_name(file: str) -> None:
    with pytest.raises(NotDoneError, match="needs the name of a file"):
        outputs(None, [file])


def test_all_of_them_are_written_from_one_assessment(tmp_path: Path, capsys: Any) -> None:
    names = ("new/a.html", "a.json", "a.xml", "a.sarif", "a.oscal.json")
    write_reports(every_status(), outputs(None, [*(str(tmp_path / name) for name in names), "-"]))
    written = {name: (tmp_path / name).read_text() for name in names}
    assert written["new/a.html"].startswith("<!doctype html>")
    assert json.loads(written["a.json"])["schema_version"]
    assert written["a.xml"].startswith("<?xml")
    assert json.loads(written["a.sarif"])["version"] == "2.1.0"
    assert "assessment-results" in json.loads(written["a.oscal.json"])
    assert capsys.readouterr().out.startswith("HIPAA checklist of account")
