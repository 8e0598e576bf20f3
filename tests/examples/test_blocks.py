"""Every HCL block that a reader may copy out of a document is planned, in one plan, or says why it is not."""

from __future__ import annotations

import json
import re
import textwrap

import hcl2
import pytest

from scripts.constructs.variables import Attribute, Record, read_module, unquoted
from tests.examples.block_root import completed, write_root
from tests.examples.blocks import (
    DOCUMENTS,
    ROOT,
    TOP_LEVEL,
    Block,
    blocks_in,
    calls_in,
    read_blocks,
    unknown_attributes,
)
from tests.examples.stacks import ADDRESS, RELEASE, Repository, plan_stack
from tests.plan.conftest import Plan

BLOCKS = read_blocks()
PLANNED = [block for block in BLOCKS if block.kind in ("type", "configuration", "arguments")]
NOT_INPUTS = {"source", "version", "providers", "count", "for_each", "depends_on", "__is_block__"}


@pytest.fixture(scope="module")
def plan(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    folder = tmp_path_factory.mktemp("blocks")
    write_root(folder, BLOCKS)
    return plan_stack(folder, repository)


def test_every_block_is_found_and_has_its_plan_or_its_reason(plan: Plan) -> None:
    children = set(plan.document["configuration"]["root_module"]["module_calls"])
    assert children == {block.name for block in PLANNED}
    assert {block.module for block in PLANNED if block.kind == "configuration"} >= {
        folder.name for folder in (ROOT / "modules").iterdir()
    }, "every module's README begins with a call of it"


def test_a_call_makes_resources(plan: Plan) -> None:
    made = {address.split(".")[1] for address in plan.addresses()}
    calls = {b.name for b in PLANNED if b.kind == "configuration" and 'module "' in b.text}
    calls |= {b.name for b in PLANNED if b.kind == "arguments" and b.module}
    assert made == calls


@pytest.mark.parametrize("block", PLANNED, ids=lambda block: f"{block.file}:{block.line}")
def test_no_attribute_is_one_that_terraform_drops(block: Block) -> None:
    if block.kind != "type":
        for source, arguments in calls_in(completed(block, BLOCKS)):
            known = inputs(source)
            given = {name: value for name, value in arguments.items() if name not in NOT_INPUTS}
            assert unknown_attributes(given, known, source) == []


def inputs(source: str) -> Record:
    """The variables of the module that a source names, as the one object that they are."""
    leaf = re.search(r"modules/(\w+)", source)
    folder = ROOT / "modules" / leaf[1] if leaf else ROOT
    return Record(tuple(Attribute(v.name, v.type, required=True) for v in read_module(folder)[0]))


@pytest.mark.parametrize(
    "block", [b for b in BLOCKS if b.kind == "elsewhere"], ids=lambda block: f"{block.file}:{block.line}"
)
def test_what_another_test_plans_is_named_there(block: Block) -> None:
    (shown,) = re.findall(r'^module "(\w+)"', block.text, re.MULTILINE)
    tests = [file.read_text() for file in (ROOT / block.planned_by()).rglob("*.py")]
    assert any(shown in text for text in tests)


def test_no_hcl_stands_in_a_fence_that_does_not_say_so() -> None:
    fence = re.compile(r"^ *```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.DOTALL | re.MULTILINE)
    hidden = [
        str(file.relative_to(ROOT))
        for file in {file for pattern in DOCUMENTS for file in ROOT.glob(pattern)}
        for found in fence.finditer(file.read_text())
        if found["language"] in ("", "text") and TOP_LEVEL.search(textwrap.dedent(found["text"]))
    ]
    assert hidden == []


def test_all_name_one_repository_and_one_release() -> None:
    files = [file for pattern in ("*.md", "docs/**/*.md", "examples/*/*.*") for file in ROOT.glob(pattern)]
    files = [file for file in files if file.is_file()]
    named = {
        match
        for file in files
        for match in re.findall(
            r"(https://[^\s\"]+?-serverless\.git)[^\s\"]*?(?:ref=|@)(v[\d.]*\d)", file.read_text()
        )
    }
    assert named == {(ADDRESS, RELEASE)}
    lists = [json.loads(file.read_text()) for file in ROOT.glob("examples/*/packages.json")]
    assert {f"v{packages['version']}" for packages in lists} == {RELEASE}


def test_a_block_is_read_with_its_comment_and_its_line() -> None:
    listed = "   ```hcl\n   b = 2\n   ```\n"
    text = f"one\n\n<!-- Not planned: it is half a sentence. -->\n```hcl\na = 1\n```\n\n{listed}"
    first, second = blocks_in(text, "docs/x.md")
    assert (first.kind, first.line, first.text) == ("unplanned", 5, "a = 1\n")
    assert (second.kind, second.line, second.text, second.comment) == ("arguments", 9, "b = 2\n", "")


def test_an_attribute_that_terraform_would_drop_is_found() -> None:
    given = unquoted(hcl2.loads('network = { subnets = { a = { cidr = "x", zone = "y" } }, vpc = "z" }\n'))
    assert unknown_attributes(given, inputs("."), "healthcare") == [
        "healthcare.network.vpc",
        "healthcare.network.subnets.zone",
    ]
