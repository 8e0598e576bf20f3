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
from tests.prove_iam.results import Results


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
