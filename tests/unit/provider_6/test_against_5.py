"""The extract beside the real schema of the provider that is here: what it lacks must be what 6.0 removed.

A parser that overlooks something in the bindings would otherwise look like a provider that has removed it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.provider_6 import checklist, schema
from scripts.provider_6.checklist import spelled
from scripts.provider_6.schema import ANY, Node

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = {"data": "data_source_schemas", "resource": "resource_schemas"}


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """`terraform providers schema -json` of the provider that the tests plan with."""
    folder = tmp_path_factory.mktemp("five")
    shutil.copy(ROOT / "versions.tf", folder)
    terraform(folder, "init", "-input=false", "-no-color")
    schemas = json.loads(terraform(folder, "providers", "schema", "-json"))["provider_schemas"]
    (provider,) = schemas.values()
    assert isinstance(provider, dict)
    return provider


def terraform(folder: Path, *words: str) -> str:
    command = [str(ROOT / "scripts" / "terraform"), f"-chdir={folder}", *words]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def test_what_the_extract_lacks_is_what_6_removed(five: dict[str, Any]) -> None:
    judged = {path for change in checklist.load().changes for path in change.unused}
    extract = schema.load()
    gone, compared = [], 0
    for type_name, node in extract.types.items():
        block = block_of(five, type_name)
        if block is None:
            continue  # newer than the provider that is here
        compared += 1
        gone += [f"{spelled(type_name)}.{path}" for path in lacking(block, node, "")]
    assert compared > 100
    unexplained = [path for path in gone if not any(f"{path}.".startswith(f"{known}.") for known in judged)]
    assert unexplained == []
    # Three that the upgrade guide names: the comparison does see what is gone.
    for known in ("aws_eip.vpc", "aws_flow_log.log_group_name", "aws_api_gateway_deployment.canary_settings"):
        assert known in gone


def block_of(five: dict[str, Any], type_name: str) -> dict[str, Any] | None:
    kind, name = type_name.split()
    entry = five["provider"] if kind == "provider" else five[BLOCKS[kind]].get(name)
    return entry["block"] if entry else None


def lacking(block: dict[str, Any], node: Node, above: str) -> Iterator[str]:
    for name in block.get("attributes", {}):
        if schema.part(node, name) is None:
            yield above + name
    for name, inner in block.get("block_types", {}).items():
        below = schema.part(node, name)
        if below is None:
            yield above + name
        elif not isinstance(below, str):
            yield from lacking(inner["block"], below, f"{above}{name}.")
        else:
            assert ANY in schema.kind(below), f"{above}{name} is a block there, and {below!r} in the extract"
