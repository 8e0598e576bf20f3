"""A function's role, one grant after the other: what its record has wherever the run is cut short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.prove_iam import functions
from tests.prove_iam.functions import Role
from tests.prove_iam.grants import grants_of
from tests.prove_iam.proving import Recording
from tests.prove_iam.results import Results, read_record
from tests.unit.prove_iam.conftest import ROLE


class Roles:
    def __init__(self, policies: Any) -> None:
        self.kept = policies

    def policies(self, _role: str) -> Any:
        return self.kept

    def attached(self, _role: str) -> dict[str, str]:
        return {}


def test_a_record_has_every_grant_however_early_the_run_is_cut_short(
    tmp_path: Path, policies: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it lacks would not be counted as granted."""

    def cut_short(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(functions, "aliases_of", lambda _deployment: {})
    monkeypatch.setattr(Results, "keep", cut_short)
    world: Any = type("World", (), {"deployment": None})()
    roles: Any = Roles(policies)
    role = Role(ROLE, world, roles, [], Recording(), Results(tmp_path, str), lambda _line: None)
    with pytest.raises(KeyboardInterrupt):
        role.prove(fresh=False, replay=False)
    record = read_record(tmp_path, ROLE)
    assert record
    assert set(record.results) == {grant.name for grant in grants_of(ROLE, policies)}
