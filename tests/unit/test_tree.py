"""The rules of docs/architecture.md that the tree itself can be held to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hipaa_policies import cli

from scripts.module_docs import read_blocks
from scripts.site.headings import lines_outside_fences

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *ROOT.glob("*.md"),
    *(
        file
        for folder in ("constructs", "docs", "examples", "modules", "policies")
        for file in (ROOT / folder).rglob("*.md")
    ),
]
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
    dead = [
        f"{document.relative_to(ROOT)} -> {target}"
        for document in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text())
        if not (document.parent / target).exists()
    ]
    assert dead == []


def test_the_readme_leads_to_every_module() -> None:
    text = (ROOT / "README.md").read_text()
    assert [module.name for module in MODULES if f"[{module.name}](modules/{module.name})" not in text] == []


def test_refusals_are_tried_on_the_roots_own_variables() -> None:
    """tests/terraform/variables holds links to the root's files: a new one would else be tried by nobody."""
    linked = {file.name: file.resolve() for file in (ROOT / "tests" / "terraform" / "variables").glob("*.tf")}
    assert linked == {file.name: file.resolve() for file in ROOT.glob("variables*.tf")}


def code(text: str) -> Iterator[str]:
    """The lines of a document's fenced blocks, and the code in its sentences."""
    outside = dict(lines_outside_fences(text))
    for number, line in enumerate(text.split("\n")):
        yield from re.findall(r"`([^`]+)`", line) if number in outside else [line.strip()]


def wrong_commands(text: str) -> Iterator[str]:
    """Commands that a reader can't run as they stand: no such target, subcommand, option or module."""
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in code(text):
        for words in re.findall(r"^(?:[A-Z_]+=\S+ )*make((?: [a-z][a-z0-9-]*)+)", line):
            yield from (f"make {target}" for target in words.split() if target not in targets)
        for verb, rest in re.findall(r"(?:^|[/\s])hipaa ([a-z][a-z-]*)([^|#]*)", line):
            yield from (f"hipaa {verb} {word}".strip() for word in unknown_words(verb, rest))
        for python, module in re.findall(r"(\S*python3?) -m ((?:scripts|tests)\.[\w.]+)", line):
            path = ROOT / module.replace(".", "/")
            if python != ".venv/bin/python" or not (path.is_dir() or path.with_suffix(".py").exists()):
                yield f"{python} -m {module}"


def unknown_words(verb: str, rest: str) -> set[str]:
    """What `hipaa` does not know: options of the verb, or the verb itself ("")."""
    parser = cli._parser()
    (verbs,) = (action.choices for action in parser._actions if isinstance(action.choices, dict))
    if verb not in verbs:
        return {""}
    return set(re.findall(r"--[a-z-]+", rest)) - set(verbs[verb]._option_string_actions)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_every_command_in_the_documents_can_be_run(document: Path) -> None:
    assert list(wrong_commands(document.read_text())) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("`make demo` and `make nothing`", ["make nothing"]),
        ("```sh\nmake setup nothing   # make it\n```", ["make nothing"]),
        ("```sh\n.venv/bin/hipaa audit --region x --nothing\n```", ["hipaa audit --nothing"]),
        ("`hipaa nothing`", ["hipaa nothing"]),
        ("`python -m scripts.demo`", ["python -m scripts.demo"]),
        ("`.venv/bin/python -m scripts.nothing`", [".venv/bin/python -m scripts.nothing"]),
        ("make nothing of it; the `hipaa` command", []),
    ],
)
def test_a_command_that_is_not_there_is_found(text: str, wrong: list[str]) -> None:
    assert list(wrong_commands(text)) == wrong
