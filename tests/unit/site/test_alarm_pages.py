"""The list of alarms: what it takes for a row, and what it says of one that is missing."""

from __future__ import annotations

from scripts.site import alarm_pages

PAGE = """
| alarm | what has happened | what to do |
| --- | --- | --- |
| `a-errors`, `b-errors` | it fails | read the log |
| `*-throttles` | it is refused | raise the limit |
"""
ALARMS = {"a-errors": "", "b-errors": "", "a-throttles": "", "b-throttles": ""}


def test_every_alarm_has_its_row() -> None:
    assert list(alarm_pages.problems(alarm_pages.entries(PAGE), ALARMS)) == []


def test_an_alarm_without_a_row_a_row_without_an_alarm_and_one_told_twice() -> None:
    page = PAGE + "| `a-*` | again | again |\n| `gone` | was there | |\n"
    assert list(alarm_pages.problems(alarm_pages.entries(page), ALARMS | {"new": "It is new"})) == [
        "a-errors is told of more than once: a-errors, a-*",
        "a-throttles is told of more than once: *-throttles, a-*",
        "new (It is new) is in no row: say what it means and what to do",
        "there is no alarm gone",
        "gone has an empty cell",
    ]
