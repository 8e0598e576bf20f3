"""The report of checkov's run: what fails it, and that no skip is silent."""

from __future__ import annotations

from typing import Any

import pytest

from scripts.run_checkov import report


def check(reason: str | None = None) -> dict[str, Any]:
    result = {} if reason is None else {"suppress_comment": reason}
    return {
        "check_id": "CKV_AWS_1",
        "check_name": "Ensure something",
        "resource": "aws_thing.this",
        "file_path": "/modules/thing/main.tf",
        "check_result": result,
    }


def result(**lists: list[Any]) -> dict[str, Any]:
    results = {"failed_checks": [], "skipped_checks": [], "parsing_errors": [], **lists}
    return {
        "results": results,
        "summary": {
            "passed": 10,
            "failed": len(results["failed_checks"]),
            "skipped": len(results["skipped_checks"]),
            "parsing_errors": len(results["parsing_errors"]),
            "checkov_version": "3",
        },
    }


def test_all_passed_is_good() -> None:
    text, good = report(result())
    assert good
    assert "10 passed, 0 failed, 0 skipped" in text


def test_a_skip_with_a_reason_is_good_and_shown() -> None:
    text, good = report(result(skipped_checks=[check("Nobody waits for it")]))
    assert good
    assert "Nobody waits for it" in text


@pytest.mark.parametrize("reason", ["", "No comment provided"])
def test_a_skip_without_a_reason_is_a_failure(reason: str) -> None:
    assert not report(result(skipped_checks=[check(reason)]))[1]


def test_a_failure_and_an_unreadable_file_are_failures_and_named() -> None:
    text, good = report(result(failed_checks=[check()]))
    assert not good
    assert "aws_thing.this" in text
    text, good = report(result(parsing_errors=["broken.tf"]))
    assert not good
    assert "broken.tf" in text


def test_a_run_that_looked_at_nothing_is_a_failure() -> None:
    nothing = result()
    nothing["summary"]["passed"] = 0
    assert not report(nothing)[1]
