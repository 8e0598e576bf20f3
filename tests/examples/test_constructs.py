"""constructs/: as the variables say, the same with cdktn and cdktf, refused by mypy where it is wrong."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scripts.constructs.__main__ import PACKAGE, generate
from scripts.constructs.variables import Attribute, Collection, Record, Scalar, Type, read_module
from tests.examples.cdk import LIBRARIES, SYNTH, each_library, needs_node, python
from tests.examples.stacks import EXAMPLES, ROOT, run

# Each line is an error, of the kind that the comment names.
WRONG = """
from hipaa_constructs.healthcare import Api, Healthcare, Network, NetworkSubnets, PatientApi
from constructs import Construct

def stack(scope: Construct) -> None:
    network = Network(subnets={"us-east-1a": NetworkSubnets(cidr="10.0.0.0/20")})
    Healthcare(scope, "a", source="x", account_id=123456789012, region="r", network=network)  # arg-type
    Healthcare(scope, "b", source="x", account_id="1", network=network)  # call-arg
    Healthcare(scope, "c", source="x", account_id="1", region="r", network={"subnets": {}})  # arg-type
    healthcare = Healthcare(scope, "d", source="x", account_id="1", region="r", network=network)
    PatientApi(memory="1024")  # call-arg
    PatientApi(memory_size="1024")  # arg-type
    Api(allowed_origins="https://portal.example.org")  # arg-type
    healthcare.api_uri  # attr-defined
"""


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """constructs/ as pip installs it, alone."""
    folder = tmp_path_factory.mktemp("installed")
    source = shutil.copytree(PACKAGE.parent, folder / "source")  # building writes beside it
    pip = [python("cdktn"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    run([*pip, "--no-build-isolation", "--no-deps", "--target", str(folder / "site"), str(source)], folder)
    return folder / "site"


@pytest.fixture(scope="module", params=LIBRARIES)
def everything(
    request: pytest.FixtureRequest, package: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """What fill_constructs.py synthesises and prints."""
    needs_node()
    folder = tmp_path_factory.mktemp("everything")
    program = str(Path(__file__).with_name("fill_constructs.py"))
    printed = run(
        [python(request.param), program, request.param, "out"], folder, {**SYNTH, "PYTHONPATH": str(package)}
    )
    stacks = {
        name: json.loads((folder / "out" / "stacks" / name / "cdk.tf.json").read_text())
        for name in ("everything", "details")
    }
    return {"refused": json.loads(printed), **stacks}


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return generate(ROOT)


def test_the_generated_constructs_are_what_the_variables_say(texts: dict[str, str]) -> None:
    stale = [name for name, text in texts.items() if (PACKAGE / name).read_text() != text]
    assert stale == [], "run `make docs`"


def test_every_module_has_a_construct_and_no_file_is_left_of_an_older_one(texts: dict[str, str]) -> None:
    written_by_hand = {"__init__.py", "provider.py", "runtime.py"}
    assert {file.name for file in PACKAGE.glob("*.py")} - written_by_hand == set(texts)


@pytest.fixture(scope="module")
def inputs() -> dict[str, Record]:
    """The variables of every module by its name, as the one object that they are."""
    folders = {folder.name: folder for folder in (ROOT / "modules").iterdir()} | {"healthcare": ROOT}
    return {
        name: Record(tuple(Attribute(v.name, v.type, required=True) for v in read_module(folder)[0]))
        for name, folder in folders.items()
    }


def test_terraform_itself_reads_the_same_types(inputs: dict[str, Record], tmp_path: Path) -> None:
    variables = shutil.copytree(ROOT / "tests" / "terraform" / "variables", tmp_path / "variables")
    (variables / "needed.auto.tfvars").write_text(
        'account_id = "123456789012"\nregion = "us-east-1"\nnetwork = { subnets = {} }\n'
    )
    names = [variable.name for variable in inputs["healthcare"].attributes]
    everything = ", ".join(f"{name} = var.{name}" for name in names)
    command = [str(ROOT / "scripts" / "terraform"), f"-chdir={variables}", "console"]
    said = subprocess.run(
        command, input=f"type({{ {everything} }})\n", capture_output=True, text=True, check=True
    )
    without_layout = re.sub(r"\s|,(?=\s*[})])", "", said.stdout)
    assert without_layout == as_console_says(inputs["healthcare"])


def as_console_says(kind: Type) -> str:
    if isinstance(kind, Scalar):
        return kind.name
    if isinstance(kind, Collection):
        return f"{kind.name}({as_console_says(kind.element)})"
    attributes = sorted(kind.attributes, key=lambda attribute: attribute.name)
    return "object({" + ",".join(f"{a.name}:{as_console_says(a.type)}" for a in attributes) + "})"


def test_every_argument_arrives_with_the_name_and_type_that_terraform_wants(
    everything: Any, inputs: dict[str, Record]
) -> None:
    calls = everything["everything"]["module"]
    assert set(calls) == set(inputs)
    for name, wanted in inputs.items():
        given = {key: value for key, value in calls[name].items() if key not in ("//", "source")}
        assert shape_errors(given, wanted, name) == []


def shape_errors(value: Any, kind: Type, where: str) -> list[str]:
    """Where ``value`` is not wholly of the type: a name too many or too few, or another type."""
    if isinstance(kind, Scalar):
        types = {"bool": bool, "number": float, "string": str}
        return [] if type(value) is types[kind.name] else [f"{where}: {value!r} is no {kind.name}"]
    if isinstance(kind, Collection):
        container = dict if kind.name == "map" else list
        if not isinstance(value, container) or not value:
            return [f"{where}: {value!r} is no {kind.name}"]
        items = value.values() if isinstance(value, dict) else value
        return [error for item in items for error in shape_errors(item, kind.element, where)]
    attributes = {attribute.name: attribute.type for attribute in kind.attributes}
    if not isinstance(value, dict) or set(value) != set(attributes):
        return [f"{where}: {value!r} has not the attributes {sorted(attributes)}"]
    return [
        error
        for name, inner in attributes.items()
        for error in shape_errors(value[name], inner, f"{where}.{name}")
    ]


def test_details_of_a_call(everything: Any) -> None:
    call = everything["details"]["module"]["reader"]
    assert call["version"] == "1.2.3"
    assert call["reserved_concurrency"] is None, "null is not the default there, and is said"
    assert "timeout" not in call, "what is left at its default is not written"
    assert call["package"] == {"filename": "reader.zip"}
    (identifier,) = {name for name in everything["details"]["module"] if name != "reader"}
    inner = f"module.{identifier}"
    assert call["depends_on"] == [inner]
    assert call["platform"] == f"${{{inner}.platform}}"
    assert call["permissions"]["read"]["resources"] == [f"${{{inner}.arn}}"]
    assert call["environment"] == {
        "INDEX": f"${{{inner}.arn}}/index/by_day",
        "TABLE": f"${{{inner}.name}}",
    }


def test_the_provider_has_no_bindings_and_all_arguments(everything: Any) -> None:
    plain, west = everything["details"]["provider"]["aws"]
    assert plain == {"region": "us-east-1", "allowed_account_ids": ["123456789012"]}
    assert west == {
        "alias": "west",
        "assume_role": [{"role_arn": "arn:aws:iam::123456789012:role/deploy"}],
        "default_tags": [{"tags": {"Team": "claims"}}],
        "max_retries": 3,
        "region": "us-west-2",
    }
    required = everything["details"]["terraform"]["required_providers"]["aws"]
    assert required["source"] == "hashicorp/aws"
    assert f'version = "{required["version"]}"' in (ROOT / "versions.tf").read_text()
    assert everything["details"]["module"]["reader"]["providers"] == {"aws": "aws.west"}


def test_a_scope_outside_of_every_stack_is_refused_in_plain_words(everything: Any) -> None:
    assert "nothing was added" in everything["refused"]["scope"]
    assert "Pass a TerraformStack" in everything["refused"]["scope"]


@each_library
def test_mypy_refuses_a_wrong_argument_and_nothing_else(library: str, package: Path, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "cdk_for_terraform" / "main.py", tmp_path)
    text = (tmp_path / "main.py").read_text().replace("import cdktn as cdk", f"import {library} as cdk")
    (tmp_path / "main.py").write_text(text)
    (tmp_path / "wrong.py").write_text(WRONG)
    mypy = [str(ROOT / ".venv" / "bin" / "mypy"), "--strict", "--no-error-summary", "--hide-error-context"]
    command = [
        *mypy,
        "--python-executable",
        python(library),
        "main.py",
        "wrong.py",
        str(package / "hipaa_constructs"),
    ]
    printed = run_failing(command, tmp_path, {"MYPYPATH": str(package)})
    found = re.findall(r"^(\S+?):(\d+): error: .*\[([a-z-]+)\]$", printed, re.MULTILINE)
    wanted = [
        ("wrong.py", str(number), line.rpartition("# ")[2])
        for number, line in enumerate(WRONG.splitlines(), start=1)
        if "# " in line
    ]
    assert found == wanted, printed


def run_failing(command: list[str], folder: Path, environment: dict[str, str]) -> str:
    finished = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr
    return finished.stdout
