"""``hipaa explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hipaa_policies import cli
from hipaa_policies.catalogue import catalogue
from hipaa_policies.citations import CITATIONS
from hipaa_policies.explain import explain, explanations, find_control, near_controls

CONTROLS = {control.id: control for control in catalogue()}
MODULES = Path(__file__).resolve().parents[3] / "modules"


def test_every_control_has_an_explanation_and_nothing_else_does() -> None:
    assert set(explanations()) == set(CONTROLS)


@pytest.mark.parametrize("identifier", CONTROLS)
def test_an_explanation_says_everything(identifier: str) -> None:
    control, told = CONTROLS[identifier], explanations()[identifier]
    words = " ".join(explain(control).split())
    texts = [told.checks, told.why, told.ours, control.title, control.blind, control.remedy]
    texts += [CITATIONS[paragraph].says for paragraph in control.cite.split(", ")]
    texts += [line.text for line in control.checklist] + [table.source for table in control.tables]
    for text in texts:
        assert len(text) > 5
        assert " ".join(text.split()) in words
    for text in (told.checks, told.why, told.ours):
        assert text.endswith(".")
    assert f"{control.requirement.value}: " in words


@pytest.mark.parametrize("identifier", CONTROLS)
def test_modules_that_an_explanation_names_exist(identifier: str) -> None:
    named = {
        word.strip(".,:;)").removesuffix("'s")
        for word in explanations()[identifier].ours.split()
        if word.startswith("modules/")
    }
    assert {name for name in named if not (MODULES.parent / name).is_dir()} == set()


def test_an_id_may_be_written_small(capsys: Any) -> None:
    assert cli.main(["explain", "net-01", "ATT-01"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("NET-01  No security group is open to the world inbound\n")
    assert "\nATT-01  A business associate agreement" in printed


def test_an_unknown_id_lists_near_matches(capsys: Any) -> None:
    assert cli.main(["explain", "NET-1"]) == 2
    error = capsys.readouterr().err
    assert "there is no control 'NET-1'. Did you mean one of these?\n  NET-01  No security group is" in error
    assert cli.main(["explain", "unlike-anything"]) == 2
    assert "`hipaa controls` lists all of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("typed", "first"), [("NET01", "NET-01"), ("net", "NET-01"), ("LAM-99", "LAM-0"), ("S3-9", "S3-0")]
)
def test_the_nearest_is_first(typed: str, first: str) -> None:
    assert near_controls(typed, CONTROLS)[0].startswith(first)


def test_finding_does_not_change_the_control() -> None:
    assert find_control("lam-01") is CONTROLS["LAM-01"]
