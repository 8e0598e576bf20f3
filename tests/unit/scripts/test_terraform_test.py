"""The parts of the Terraform tests hold every file once, and take about as long."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import terraform_test


def test_no_file_is_left_out_or_run_twice() -> None:
    files = sorted((terraform_test.ROOT / terraform_test.FOLDER).glob("*.tftest.hcl"))
    found = terraform_test.parts(files, 8)
    assert sorted(file for part in found for file in part) == files
    assert all(found)


def test_the_longest_does_not_wait_for_the_others(tmp_path: Path) -> None:
    for name, runs in (("long", 4), ("a", 1), ("b", 1), ("c", 1)):
        (tmp_path / f"{name}.tftest.hcl").write_text('run "r" {\n  command = plan\n}\n' * runs)
    first, second = terraform_test.parts(sorted(tmp_path.glob("*.hcl")), 2)
    assert [file.name for file in first] == ["long.tftest.hcl"]
    assert len(second) == 3


class Ended:
    """Stands in for a ``terraform test``."""

    def __init__(self, code: int) -> None:
        self.code = code

    def wait(self) -> int:
        return self.code


@pytest.mark.parametrize("code", [0, 1, -9])
@pytest.mark.parametrize("which", [0, 3, 7])
def test_one_part_that_fails_is_enough(code: int, which: int, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Path] = []

    def start(files: list[Path]) -> Ended:
        started.append(files[0])
        return Ended(code if len(started) == which + 1 else 0)

    monkeypatch.setattr(terraform_test, "_start", start)
    assert terraform_test.main() == (1 if code else 0)
    assert len(started) == 8, "the others are run all the same"
