"""The rules of docs/architecture.md that the tree itself can be held to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.module_docs import read_blocks

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(folder for folder in (ROOT / "modules").iterdir() if folder.is_dir())
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)


@each_module
def test_a_leaf_module_stands_alone(module: Path) -> None:
    for file in module.glob("*.tf"):
        text = file.read_text()
        assert not re.search(r'^data "', text, re.MULTILINE), f"{file.name} has a data source"
        assert not re.search(r'^module "', text, re.MULTILINE), f"{file.name} calls another module"
        assert "../" not in text, f"{file.name} reaches out of its folder"
        assert not re.search(r"\bany\b", "\n".join(re.findall(r"type\s*=.*", text))), f"{file.name} takes any"


@each_module
def test_variables_and_outputs_are_alphabetical_and_described(module: Path) -> None:
    for file in module.glob("*.tf"):  # a second file of variables is named for its concern
        for kind in ("variable", "output"):
            names = re.findall(rf'^{kind} "([^"]+)"', file.read_text(), re.MULTILINE)
            assert names == sorted(names), f"{kind}s of {file.name}"
    blocks = read_blocks(module)
    assert [
        block.labels[0] for block in blocks if block.kind in ("variable", "output") and not block.description
    ] == []


@each_module
def test_the_context_is_the_same_everywhere(module: Path) -> None:
    (mine,) = (block for block in read_blocks(module) if block.labels == ("context",))
    (first,) = (block for block in read_blocks(MODULES[0]) if block.labels == ("context",))
    assert mine.argument("type") == first.argument("type")


def test_nothing_imports_upwards() -> None:
    functions = "|".join(folder.name for folder in (ROOT / "lambda_src").iterdir() if folder.is_dir())
    forbidden = {
        "lambda_src": r"^\s*(from|import) (hipaa_policies|scripts|tests)\b",
        "policies/hipaa_policies": rf"^\s*(from|import) ({functions}|scripts|tests)\b",
        "scripts": r"^\s*(from|import) tests\b",
    }
    wrong = {
        str(file.relative_to(ROOT))
        for folder, pattern in forbidden.items()
        for file in (ROOT / folder).rglob("*.py")
        if re.search(pattern, file.read_text(), re.MULTILINE)
    }
    # The one function that runs the catalogue: its zip carries it (function.toml).
    auditor = {file for file in wrong if file.startswith("lambda_src/compliance_auditor/")}
    assert auditor, "the auditor runs the catalogue that everybody else runs"
    assert wrong == auditor
    for file in auditor:
        assert not re.search(r"^\s*(from|import) (scripts|tests)\b", (ROOT / file).read_text(), re.MULTILINE)


def test_no_lock_file_names_a_package_index() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text()
        assert "--hash=sha256:" in text, lock.name
        assert "index-url" not in text, lock.name
        assert "://" not in text, lock.name


def test_every_link_in_the_documents_leads_somewhere() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "modules").rglob("*.md")]
    dead = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert dead == []


def test_refusals_are_tried_on_the_roots_own_variables() -> None:
    """tests/terraform/variables holds links to the root's files: a new one would else be tried by nobody."""
    linked = {file.name: file.resolve() for file in (ROOT / "tests" / "terraform" / "variables").glob("*.tf")}
    assert linked == {file.name: file.resolve() for file in ROOT.glob("variables*.tf")}
