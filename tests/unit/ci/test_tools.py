"""zizmor and GitHub's schemas find nothing in .github, and do find what is wrong elsewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.ci.rules import ACTIONS, ROOT, WORKFLOWS

TOOLS = ROOT / ".venv-workflows" / "bin"
PINNED = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
SCHEMAS = {
    "vendor.github-workflows": sorted(WORKFLOWS.glob("*.yml")),
    "vendor.github-actions": sorted(ACTIONS.rglob("action.yml")),
    "vendor.dependabot": [ROOT / ".github" / "dependabot.yml"],
}


def run(tool: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    program = TOOLS / tool
    assert program.exists(), f"{program} is missing: python3 scripts/setup_environment.py workflows"
    # Without a token, and told so: it looks nothing up.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GH_", "GITHUB_", "ZIZMOR_"))
    }
    return subprocess.run([program, *words], env=kept, capture_output=True, text=True, check=False)


def zizmor(*words: str | Path) -> set[str]:
    """The names of what it finds, with its strictest persona."""
    printed = run("zizmor", "--offline", "--no-progress", "--persona=auditor", "--format=json", *words)
    assert printed.stdout, printed.stderr
    return {finding["ident"] for finding in json.loads(printed.stdout)}


def test_zizmor_finds_nothing() -> None:
    assert (
        zizmor("--strict-collection", f"--config={ROOT / '.github' / 'zizmor.yml'}", ROOT / ".github")
        == set()
    )


def test_what_zizmor_is_told_to_leave_out_is_what_there_is() -> None:
    """Once GitHub's new form can be used everywhere, or a rule is off that finds nothing, this says so."""
    off = set(re.findall(r"^  ([a-z-]+):$", (ROOT / ".github" / "zizmor.yml").read_text(), re.MULTILINE))
    assert zizmor("--no-config", ROOT / ".github") == off
    assert not [file for file in WORKFLOWS.glob("*.yml") if "zizmor: ignore" in file.read_text()]


@pytest.mark.parametrize(
    ("job", "trigger", "finding"),
    [
        ("steps:\n      - uses: actions/checkout@v7", "push", "unpinned-uses"),
        (f"steps:\n      - uses: {PINNED}", "push", "artipacked"),
        (
            "steps:\n      - run: echo ${{ github.event.pull_request.title }}",
            "pull_request",
            "template-injection",
        ),
        ("steps:\n      - run: make plan", "pull_request_target", "dangerous-triggers"),
        ("steps:\n      - run: make plan", "push", "excessive-permissions"),
    ],
)
def test_zizmor_finds_what_is_wrong(tmp_path: Path, job: str, trigger: str, finding: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    text = f"name: x\non: {trigger}\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    {job}\n"
    (folder / "x.yml").write_text(text)
    assert finding in zizmor("--no-config", folder / "x.yml")


@pytest.mark.parametrize("schema", SCHEMAS)
def test_the_files_fit_github_s_schemas(schema: str) -> None:
    assert SCHEMAS[schema]
    checked = run("check-jsonschema", "--builtin-schema", schema, *SCHEMAS[schema])
    assert checked.returncode == 0, checked.stdout


def test_a_schema_finds_what_is_wrong(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("on: push\njobs:\n  x:\n    runs-on: ubuntu-24.04\n    permission: {}\n    steps: []\n")
    checked = run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", wrong)
    assert checked.returncode == 1
    assert "permission" in checked.stdout
