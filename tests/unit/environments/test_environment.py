"""Which environments there are, whose they are, and that they differ where they say they differ."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from scripts.environments.environment import ROOT, find, names
from scripts.environments.problems import RefusedError
from scripts.module_docs import read_blocks

NAMES = ("dev", "staging", "prod")
FOLDERS = {name: ROOT / "environments" / name for name in NAMES}
SAME = ("main.tf", "outputs.tf", "versions.tf")
OWN = {"state.s3.tfbackend", "terraform.tfvars", "waivers.yaml"}
each = pytest.mark.parametrize("name", NAMES)


def write(root: Path, name: str, variables: str, backend: str = "") -> None:
    folder = root / "environments" / name
    folder.mkdir(parents=True)
    (folder / "terraform.tfvars").write_text(variables)
    (folder / "state.s3.tfbackend").write_text(backend)


# --- the folders of this repository ---------------------------------------------------------------


def test_the_code_of_all_is_the_same() -> None:
    for file in SAME:
        found = {(folder / file).resolve() for folder in FOLDERS.values()}
        assert found == {FOLDERS["dev"] / file}, (
            f"{file} is dev's in all (ln -s ../dev/{file}): what differs belongs into terraform.tfvars"
        )


@each
def test_variables_are_the_root_modules_own(name: str) -> None:
    linked = {file.name: file.resolve() for file in FOLDERS[name].glob("variables*.tf")}
    assert linked == {file.name: file.resolve() for file in ROOT.glob("variables*.tf")}, (
        f"link each into environments/{name}: ln -s ../../FILE"
    )


@each
def test_every_variable_reaches_the_root_module(name: str) -> None:
    text = (FOLDERS[name] / "main.tf").read_text()
    passed = re.findall(r"^  (\w+)\s+= var\.(\w+)$", text[text.index('module "healthcare"') :], re.MULTILINE)
    variables = [block.labels[0] for block in read_blocks(ROOT) if block.kind == "variable"]
    assert [there for there, _ in passed] == [here for _, here in passed] == sorted(variables)


def test_every_function_stands_on_the_one_platform() -> None:
    """It carries what holds for all of them at once: `reserve_concurrency`, `log_masking`, the boundary."""
    functions = [
        block
        for block in read_blocks(ROOT)
        if block.kind == "module" and block.argument("source") == '"./modules/function"'
    ]
    assert len(functions) >= 12
    assert {block.argument("platform") for block in functions} == {"local.function_platform"}


@each
def test_there_is_nothing_else(name: str) -> None:
    files = {file.name for file in FOLDERS[name].iterdir() if file.name[0] != "."}
    generated = {"packages.auto.tfvars.json"}
    assert files - generated == {*SAME, *OWN, *(file.name for file in ROOT.glob("variables*.tf"))}


@each
def test_all_files_of_one_name_the_same_account(name: str) -> None:
    environment = find(name)
    for file in OWN:
        accounts = set(re.findall(r"(?<!\d)\d{12}(?!\d)", (FOLDERS[name] / file).read_text()))
        assert accounts == {environment.account_id}, file
    backend = (FOLDERS[name] / "state.s3.tfbackend").read_text()
    assert f'key          = "{name}/terraform.tfstate"' in backend
    assert re.search(r"^use_lockfile = true\b", backend, re.MULTILINE)
    assert re.search(r"^encrypt      = true\b", backend, re.MULTILINE)


def test_no_two_share_an_account_or_addresses() -> None:
    assert len({find(name).account_id for name in NAMES}) == len(NAMES)
    networks = [
        re.findall(r'vpc_cidr = "([^"]+)"', (folder / "terraform.tfvars").read_text())
        for folder in FOLDERS.values()
    ]
    assert len({network for (network,) in networks}) == len(NAMES), "so that they can be joined some day"


def test_the_bucket_is_the_one_that_the_bootstrap_makes() -> None:
    for name in NAMES:
        environment = find(name)
        bucket = f"healthcare-terraform-state-{environment.account_id}-{environment.region}"
        assert f'"{bucket}"' in (FOLDERS[name] / "state.s3.tfbackend").read_text()


# --- any folder ------------------------------------------------------------------------------------


def test_an_environment_has_variables_and_a_state_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, "one", 'account_id  = "123456789012" # ours\nregion = "eu-west-1"\n')
    (tmp_path / "environments" / "local").mkdir()
    (tmp_path / "environments" / "local" / "main.tf").write_text("")
    assert names(tmp_path) == ["one"]
    found = find("one", tmp_path)
    assert (found.account_id, found.region) == ("123456789012", "eu-west-1")
    assert found.file(found.plan) == "environments/one/.plan/plan.tfplan"


@pytest.mark.parametrize(("name", "said"), [("", "Which environment?"), ("two", "no environment 'two'")])
def test_without_a_known_name_those_that_there_are_are_listed(tmp_path: Path, name: str, said: str) -> None:
    write(tmp_path, "one", "")
    write(tmp_path, "three", "")
    with pytest.raises(RefusedError, match=rf"{re.escape(said)}.* one, three\. Nothing was done"):
        find(name, tmp_path)


@pytest.mark.parametrize(
    "variables",
    [
        'region = "us-east-1"',
        'account_id = "1234"\nregion = "us-east-1"',
        'account_id = "${var.other}"\nregion = "us-east-1"',
        'account_id = "123456789012"',
        '  account_id = "123456789012"\nregion = "us-east-1"',  # of an object
    ],
)
def test_an_environment_that_names_no_account_is_refused(tmp_path: Path, variables: str) -> None:
    write(tmp_path, "one", variables)
    with pytest.raises(RefusedError, match=r"environments/one/terraform\.tfvars must say whose it is"):
        find("one", tmp_path)


def test_decisions_of_its_own_go_before_those_of_all(tmp_path: Path) -> None:
    write(tmp_path, "one", 'account_id = "123456789012"\nregion = "us-east-1"')
    found = find("one", tmp_path)
    assert found.decisions("waivers.yaml") == tmp_path / "policies" / "waivers.yaml"
    (found.folder / "waivers.yaml").write_text("waivers: []\n")
    assert found.decisions("waivers.yaml") == found.folder / "waivers.yaml"


@each
def test_the_daily_checklist_has_the_decisions_of_its_environment(name: str) -> None:
    """The auditor reads them from its zip: lambda_src/compliance_auditor/function.toml names what goes in."""
    file = f"environments/{name}/waivers.yaml"
    assert f'waivers_file = "{file}"' in (FOLDERS[name] / "terraform.tfvars").read_text()
    contents = tomllib.loads((ROOT / "lambda_src" / "compliance_auditor" / "function.toml").read_text())
    assert file in contents["data"]
