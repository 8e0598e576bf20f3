"""Planning an environment offline. A script stands in for Terraform: it notes what it is asked, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.cost.environment import OVERRIDE, plan_environment
from scripts.cost.plan import PlanError

PLAN = {
    "planned_values": {
        "root_module": {
            "resources": [
                {"address": "aws_kms_key.this", "mode": "managed", "type": "aws_kms_key", "values": {}}
            ]
        }
    }
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one environment and one function."""
    (tmp_path / "environments" / "dev" / ".terraform").mkdir(parents=True)
    (tmp_path / "environments" / "dev" / "main.tf").write_text(
        'module "healthcare" {\n  source = "../.."\n}\n'
    )
    (tmp_path / "environments" / "dev" / "terraform.tfstate").write_text("secret")
    (tmp_path / "modules" / "table").mkdir(parents=True)
    (tmp_path / "main.tf").write_text("")
    (tmp_path / "openapi.yaml").write_text("")
    (tmp_path / "lambda_src" / "greeting").mkdir(parents=True)
    (tmp_path / "lambda_src" / "greeting" / "function.toml").write_text("")
    return tmp_path


def stand_in(root: Path, script: str) -> None:
    program = root / "scripts" / "terraform"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_it_is_planned_in_a_copy_without_credentials_and_state(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    (root / "plan.json").write_text(json.dumps(PLAN))
    stand_in(
        root,
        f'echo "$@" >> {root}/asked; env | grep AWS_ >> {root}/credentials; cd "${{1#-chdir=}}"\n'
        f"ls -A . ../../dist > {root}/seen; cp cost_override.tf {root}/override\n"
        f'[ "$2" != show ] || cat {root}/plan.json',
    )
    assert [r.type for r in plan_environment("dev", root).resources] == ["aws_kms_key"]
    asked = [line.split()[1] for line in (root / "asked").read_text().splitlines()]
    assert asked == ["init", "plan", "show"]
    assert str(root / "environments") not in (root / "asked").read_text()
    assert (root / "credentials").read_text() == ""
    assert (root / "override").read_text() == OVERRIDE
    seen = (root / "seen").read_text().split()
    assert "greeting.zip" in seen
    assert not {".terraform", "terraform.tfstate"} & set(seen)
    assert not (root / "environments" / "dev" / "cost_override.tf").exists()


def test_a_refusal_is_told(root: Path) -> None:
    stand_in(root, 'echo "no value for account_id" >&2; exit 1')
    with pytest.raises(PlanError, match=r"terraform init refused(.|\n)*no value for account_id"):
        plan_environment("dev", root)


@pytest.mark.parametrize("name", ["prod", "", "../environments/dev"])
def test_an_unknown_environment_is_refused_with_those_that_exist(root: Path, name: str) -> None:
    with pytest.raises(PlanError, match="There are: dev"):
        plan_environment(name, root)


def test_what_is_of_an_account_and_of_no_workload_is_no_environment(root: Path) -> None:
    (root / "environments" / "bootstrap").mkdir()
    (root / "environments" / "bootstrap" / "main.tf").write_text("")
    with pytest.raises(PlanError, match=r"no environment 'bootstrap'\. There are: dev\. Or"):
        plan_environment("bootstrap", root)
