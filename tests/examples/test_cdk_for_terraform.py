"""examples/cdk_for_terraform: the same stack from cdktn and from cdktf, synthesised, validated, planned."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from scripts.constructs.__main__ import PACKAGE
from tests.examples.cdk import LIBRARIES, SYNTH, each_library, needs_node, python
from tests.examples.stacks import (
    EXAMPLES,
    RELEASE,
    ROOT,
    Repository,
    copy_example,
    plan_stack,
    run,
    tells_its_cost,
)
from tests.plan.conftest import Plan


@pytest.fixture(scope="module")
def synthesised(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The example's stack by the library that synthesised it: the folder with cdk.tf.json."""
    needs_node()
    folders = {}
    for library in LIBRARIES:
        folder = copy_example("cdk_for_terraform", tmp_path_factory.mktemp(library))
        program = folder / "main.py"
        text = program.read_text()
        assert text.count("import cdktn as cdk\n") == 1
        program.write_text(text.replace("import cdktn as cdk\n", f"import {library} as cdk\n"))
        run([python(library), "main.py"], folder, {**SYNTH, "PYTHONPATH": str(PACKAGE.parent)})
        folders[library] = folder / "cdktf.out" / "stacks" / "hospital"
    return folders


@pytest.fixture(scope="module")
def plans(synthesised: dict[str, Path], repository: Repository) -> dict[str, Plan]:
    return {library: plan_stack(folder, repository) for library, folder in synthesised.items()}


def test_both_libraries_synthesise_the_same(synthesised: dict[str, Path]) -> None:
    texts = {}
    for library, folder in synthesised.items():
        document = json.loads((folder / "cdk.tf.json").read_text())
        document["//"]["metadata"].pop("version")
        document["terraform"].pop("backend")  # a path, which names the folder
        texts[library] = document
    assert texts["cdktn"] == texts["cdktf"]
    call = texts["cdktn"]["module"]["healthcare"]
    assert {name for name in call if name != "//"} == {
        "account_id",
        "api",
        "network",
        "patient_api",
        "region",
        "source",
    }


def test_the_document_shows_what_the_example_does() -> None:
    (shown,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "cdktf.md").read_text(), re.DOTALL)
    assert shown in (EXAMPLES / "cdk_for_terraform" / "main.py").read_text()


@each_library
def test_the_example_is_planned(plans: dict[str, Plan], library: str) -> None:
    plan = plans[library]
    functions = {function["function_name"]: function for function in plan.of_type("aws_lambda_function")}
    assert set(functions) == {"healthcare-greeting", "healthcare-patient-api"}
    assert functions["healthcare-patient-api"]["memory_size"] == 1024
    assert functions["healthcare-patient-api"]["s3_key"] == f"{RELEASE}/patient_api.zip"
    assert len(plan.of_type("aws_subnet")) == 2
    assert tells_its_cost("cdk_for_terraform", plan)
    assert set(plan.document["planned_values"]["outputs"]) == {"api_url", "greeting_alias_arn"}


def test_both_libraries_plan_the_same(plans: dict[str, Plan]) -> None:
    assert plans["cdktn"].addresses() == plans["cdktf"].addresses()
