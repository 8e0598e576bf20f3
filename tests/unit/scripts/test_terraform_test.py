"""The halves of the Terraform tests hold every file once, and take about as long."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts import terraform_test


def test_no_file_is_left_out_or_run_twice() -> None:
    files = sorted((terraform_test.ROOT / terraform_test.FOLDER).glob("*.tftest.hcl"))
    first, second = terraform_test.halves(files)
    assert sorted([*first, *second]) == files
    assert first
    assert second


def test_the_longest_does_not_wait_for_the_others(tmp_path: Path) -> None:
    for name, runs in (("long", 4), ("a", 1), ("b", 1), ("c", 1)):
        (tmp_path / f"{name}.tftest.hcl").write_text('run "r" {\n  command = plan\n}\n' * runs)
    first, second = terraform_test.halves(sorted(tmp_path.glob("*.hcl")))
    assert [file.name for file in first] == ["long.tftest.hcl"]
    assert len(second) == 3


@pytest.mark.parametrize("codes", [(0, 0), (1, 0), (0, 1), (1, 1), (-9, 0), (0, -9)])
def test_one_half_that_fails_is_enough(codes: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        def __init__(self, code: int) -> None:
            self.code = code

        def wait(self) -> int:
            return self.code

    left = iter(codes)
    monkeypatch.setattr(terraform_test, "_start", lambda _files: Ended(next(left)))
    assert terraform_test.main() == (1 if any(codes) else 0)
