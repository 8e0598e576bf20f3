"""What the Terraform registry asks of a repository of modules, and of the examples in it.

https://developer.hashicorp.com/terraform/language/modules/develop/structure
https://developer.hashicorp.com/terraform/registry/modules/publish
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(folder for folder in (ROOT / "modules").iterdir() if folder.is_dir())
EXAMPLES = sorted(folder for folder in (ROOT / "examples").iterdir() if folder.is_dir())
each_module = pytest.mark.parametrize("module", [ROOT, *MODULES], ids=lambda folder: folder.name)
each_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda folder: folder.name)


def test_the_root_has_what_the_registry_looks_for() -> None:
    for name in ("LICENSE", "README.md", "main.tf", "variables.tf", "outputs.tf", "versions.tf"):
        assert (ROOT / name).is_file(), name
    title = (ROOT / "README.md").read_text().splitlines()[0]
    assert re.fullmatch(r"# terraform-aws-[a-z0-9-]+", title), "named terraform-<PROVIDER>-<NAME>"


@each_module
def test_a_module_has_its_files_and_leaves_providers_to_its_caller(module: Path) -> None:
    for name in ("README.md", "variables.tf", "outputs.tf", "versions.tf"):
        assert (module / name).is_file(), name
    text = "\n".join(file.read_text() for file in module.glob("*.tf"))
    assert not re.search(r"^provider ", text, re.MULTILINE), "a module with a provider takes no count"
    assert not re.search(r'^\s*backend "', text, re.MULTILINE)
    versions = (module / "versions.tf").read_text()
    assert "required_version" in versions
    assert "required_providers" in versions


@each_module
def test_a_module_says_first_what_it_is_for(module: Path) -> None:
    title, blank, about = (module / "README.md").read_text().splitlines()[:3]
    assert title.startswith("# ")
    assert blank == ""
    assert re.match(r"[A-Z]", about), "the registry shows the first lines"


@each_example
def test_an_example_explains_itself(example: Path) -> None:
    text = (example / "README.md").read_text()
    assert text.startswith("# ")
    assert "```sh\n" in text, "the commands that run it"
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (example / target).exists(), target


@each_example
def test_an_example_can_be_copied_away(example: Path) -> None:
    """Who copies it has not what is beside it: modules are named as others name them, by release."""
    files = [*example.glob("*.tf"), *example.glob("*.py")]
    text = "\n".join(file.read_text() for file in files)
    assert "../" not in text
    assert re.search(r"git::https://\S+\.git", text)
    assert re.search(r"\?ref=v", text)


@each_example
def test_an_example_in_hcl_has_the_files_of_a_root_module(example: Path) -> None:
    names = {file.name for file in example.glob("*.tf")}
    if names:  # the other ones are in Python
        assert names >= {"main.tf", "variables.tf", "outputs.tf", "versions.tf"}


@each_example
def test_an_example_is_planned_by_a_test(example: Path) -> None:
    tests = "\n".join(file.read_text() for file in (ROOT / "tests" / "examples").glob("test_*.py"))
    assert f'copy_example("{example.name}"' in tests


def test_what_is_published_apart_carries_the_licence() -> None:
    assert (ROOT / "constructs" / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()
