"""The demo's steps: a failure is shown, kept and counted, and never hidden by what follows."""

from __future__ import annotations

import pytest

from scripts.demo.progress import Progress


def fail() -> None:
    raise ValueError("it broke")


def test_a_step_that_works_says_what_it_proves(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    assert progress.step("Read", "that it reads", lambda: "3 rows")
    said = capsys.readouterr().out
    assert "✓ 3 rows. Proves: that it reads." in said
    assert progress.failed == []


def test_what_ends_with_a_full_stop_gets_no_second_one(capsys: pytest.CaptureFixture[str]) -> None:
    Progress().step("Ask", "that it answers", lambda: "There is not enough information.")
    assert "✓ There is not enough information. Proves: that it answers." in capsys.readouterr().out


def test_a_step_that_fails_is_kept_with_its_error(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    assert not progress.step("Read", "that it reads", fail)
    assert progress.step("Go on", "that the rest is seen", lambda: None)
    assert "✗ ValueError: it broke" in capsys.readouterr().out
    assert [outcome.title for outcome in progress.failed] == ["Read"]
    table = progress.table()
    assert "FAILED" in table
    assert "2 steps, 1 failed" in table


def test_an_interruption_is_not_taken_for_a_failed_step() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Progress().step("Read", "that it reads", interrupt)
