"""What `make prove-iam` can be asked for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from scripts.local_deployment import ROOT, DeploymentError, LocalDeployment
from tests.prove_iam import __main__ as command
from tests.prove_iam.functions import Functions
from tests.prove_iam.probes import played_functions
from tests.prove_iam.report import BEGIN, END
from tests.prove_iam.results import Result, Results


def deployed(*_: Any) -> Any:
    raise AssertionError("nothing may be deployed for it")


@pytest.mark.parametrize("unknown", ["nope", "healthcare-patient-api", ""])
def test_an_unknown_role_is_refused_before_anything_is_deployed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], unknown: str
) -> None:
    monkeypatch.setattr(command, "deployed", deployed)
    with pytest.raises(SystemExit) as refused:
        command.main(["--role", unknown])
    assert refused.value.code == 2
    said = capsys.readouterr().err
    assert f"invalid choice: {unknown!r}" in said
    assert all(name in said for name in ("patient-api", "rag-migrations", "terraform-plan", "hipaa-audit"))


def test_every_function_of_the_root_module_can_be_asked_for() -> None:
    written = (ROOT / "outputs.tf").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(\w+) += one\(module\.\w+_function\)", written)) == played_functions()


def test_a_function_that_was_not_deployed_is_named_with_those_that_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalDeployment, "outputs", {"role_names": {"patient_api": "healthcare-patient-api"}})
    functions = Functions(LocalDeployment(tmp_path), Results(tmp_path, str), print)
    with pytest.raises(
        DeploymentError, match="no function fhir_api was deployed here: there are patient_api"
    ):
        functions.prove("fhir-api", fresh=False, replay=False)


def test_a_run_of_all_says_which_functions_it_does_not_find(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = [name for name in played_functions() if name != "fhir_api"]
    monkeypatch.setattr(LocalDeployment, "outputs", {"role_names": dict.fromkeys(there, "healthcare-x")})
    said: list[str] = []
    assert Functions(LocalDeployment(tmp_path), Results(tmp_path, str), said.append).chosen(None) == there
    assert said == ["not deployed here, so not tried: fhir_api"]


GRANT = "workload/Read: dynamodb:GetItem on arn:aws:dynamodb:us-east-1:1:table/a"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The page of docs/, for a command that may deploy nothing."""
    monkeypatch.setattr(command, "deployed", deployed)
    page = tmp_path / "least_privilege.md"
    page.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    monkeypatch.setattr(command, "PAGE", page)
    return page


def report_only(folder: Path, *words: str) -> int:
    return command.main(["--report-only", "--results", str(folder), *words])


def record(folder: Path, *roles: str) -> None:
    for role in roles:
        Results(folder, str).write(f"healthcare-{role}", {GRANT: Result("run", "p", "f")})


def test_the_report_deploys_nothing_and_has_the_bootstraps_roles(tmp_path: Path, page: Path) -> None:
    record(tmp_path, *command.ROLES)
    assert {"terraform-plan", "hipaa-audit", "patient-api"} <= set(command.ROLES)
    assert report_only(tmp_path, "--write-docs") == 0
    written = page.read_text(encoding="utf-8")
    assert all(f"| healthcare-{role} | 1 / 1 | 1 | 0 | 0 | 0 |" in written for role in command.ROLES)
    assert f"| all {len(command.ROLES)} | {len(command.ROLES)} / {len(command.ROLES)} |" in written


def test_a_role_without_a_record_keeps_its_row_and_is_named_with_the_command(
    tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, "patient-api", "hipaa-audit")
    assert report_only(tmp_path, "--write-docs") == 1
    for text in (capsys.readouterr().out, page.read_text(encoding="utf-8")):
        assert all(f"healthcare-{role} " in text for role in command.ROLES)
        assert "no record; `make prove-iam ROLE=terraform-plan` makes one" in text


def test_what_is_written_of_one_role_leaves_the_others_on_the_page(tmp_path: Path, page: Path) -> None:
    record(tmp_path, *command.ROLES)
    assert report_only(tmp_path, "--write-docs", "--role", "patient-api") == 0
    assert "| healthcare-terraform-plan | 1 / 1 |" in page.read_text(encoding="utf-8")


def test_what_nobody_has_proven_is_no_success(
    tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = page.read_text(encoding="utf-8")
    assert report_only(tmp_path, "--write-docs", "--role", "hipaa-audit") == 2
    assert "has no record of it" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == before


def test_a_deployment_that_the_report_would_not_ask_is_refused(
    tmp_path: Path, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        report_only(tmp_path, "--state-dir", str(tmp_path))
    assert refused.value.code == 2
    assert "asks no deployment" in capsys.readouterr().err
