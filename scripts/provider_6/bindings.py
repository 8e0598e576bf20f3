"""Read the provider's schema out of the bindings that the CDK of Terraform generates from it.

cdktf-provider-generator writes a comment above every attribute, ``// arn - computed: true, optional: false,
required: false``, and a table of types for HCL: together what `terraform providers schema -json` says.
"""

from __future__ import annotations

import re
from typing import Any

from scripts.provider_6.schema import ANY, SchemaError

CLASS = re.compile(r"^class (\w+) extends \w+\.(\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
ATTRIBUTE = re.compile(
    r"^    // (?P<name>\w+) - computed: (?P<c>true|false), optional: (?P<o>true|false), "
    r"required: (?P<r>true|false)\n"
    r"(?:    _\w+ = new (?P<of>[\w.]+)\(this, \"\w+\"|    _\w+;|.*\n(?P<getter>.*))?",
    re.MULTILINE,
)
TYPED = re.compile(
    r"^ +(?P<name>\w+): \{\n +value: (?P<value>.*),\n +isBlock: (?:true|false),\n"
    r' +type: "(?P<type>\w+)",\n +storageClassType: "(?P<held>\w+)",\n',
    re.MULTILINE,
)
TABLE = re.compile(r"^function (\w+)ToHclTerraform\(.*?\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
VERSION = re.compile(r"providerVersion: '([^']+)'")
TOP = {"TerraformResource", "TerraformDataSource", "TerraformProvider"}
SUFFIX = re.compile(r"(OutputReference|List|Map)$")
GETTERS = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "boolean",
    "getListAttribute": "stringList",
    "getStringMapAttribute": "stringMap",
}


def read(text: str) -> tuple[str, dict[str, Any]]:
    """The provider's version and the tree of a type, from the text of its ``index.js``.

    Raises ``SchemaError`` where the text does not have the generator's form.
    """
    classes = {name: (base, body) for name, base, body in CLASS.findall(text)}
    tables = {name: typed(body) for name, body in TABLE.findall(text)}
    version = VERSION.search(text)
    top = [(body, typed(body)) for base, body in classes.values() if base in TOP]
    if version is None or len(top) != 1:
        raise SchemaError("These are no bindings of a resource as cdktf-provider-generator writes them.")
    tree = members(*top[0], classes, tables)
    if not tree:
        raise SchemaError("These bindings have no attribute: the generator's form has changed.")
    return version.group(1), tree


def typed(body: str) -> dict[str, tuple[str, str]]:
    """Name, how it is held (simple, list, set, map, struct), and the type of the storage."""
    return {
        match["name"]: (match["type"], ANY if "anyToHcl" in match["value"] else match["held"])
        for match in TYPED.finditer(body)
    }


def members(
    body: str,
    types: dict[str, tuple[str, str]],
    classes: dict[str, tuple[str, str]],
    tables: dict[str, dict[str, tuple[str, str]]],
) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for match in ATTRIBUTE.finditer(body):
        name = match["name"]
        flags = "".join(letter for letter in "roc" if match[letter] == "true")
        how, held = types.get(name, ("", ""))
        # The provider's own blocks have a table and no class: what is in them is written alone, never read.
        base = SUFFIX.sub("", match["of"] or held)
        table = tables.get(base[:1].lower() + base[1:], {})
        inner = classes.get(f"{base}OutputReference")
        if inner is None and not table:
            tree[name] = f"{flags} {leaf(match, how, held)}"
            continue
        holder = (
            "single" if how == "struct" else how or ("list" if match["of"].endswith("List") else "single")
        )
        parts = members(inner[1], table, classes, tables) if inner else written(table)
        tree[name] = {"": f"{flags} {holder}"} | parts
    return tree


def written(table: dict[str, tuple[str, str]]) -> dict[str, Any]:
    return {name: f"o {held} set" if how == "set" else f"o {held}" for name, (how, held) in table.items()}


def leaf(match: re.Match[str], how: str, held: str) -> str:
    """The type of a leaf: from the table for HCL, and for what is read-only from its getter."""
    if how:
        return f"{held} set" if how == "set" else held
    of = match["of"] or ""
    getter = re.search(r"this\.(\w+)\(", match["getter"] or "")
    return GETTERS.get(getter[1], of or "other") if getter else of.removeprefix("cdktn.") or "other"
