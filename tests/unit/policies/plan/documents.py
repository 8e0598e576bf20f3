"""Plans in the form of `terraform show -json`, made of small dicts.

A ``Ref`` stands for a value that is only known after apply: it is left out of the planned values, marked
in ``after_unknown``, and written in the configuration as Terraform writes it, with its prefixes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Ref:
    """``aws_kms_key.phi.arn``, or several of them."""

    names: tuple[str, ...]


def ref(*names: str) -> Ref:
    return Ref(names)


def _with_prefixes(names: tuple[str, ...]) -> list[str]:
    found: list[str] = []
    for name in names:
        parts = name.split(".")
        shortest = 1 if parts[0] in ("var", "local", "each", "count", "path") else 2
        found += [".".join(parts[:end]) for end in range(len(parts), shortest - 1, -1)] or [name]
    return list(dict.fromkeys(found))


def _split(value: Any) -> tuple[Any, Any, Any]:
    """What is planned, what is marked unknown, and how it is written."""
    if isinstance(value, Ref):
        return None, True, {"references": _with_prefixes(value.names)}
    if isinstance(value, Mapping):
        parts = {name: _split(inner) for name, inner in value.items()}
        return (
            {n: p for n, (p, u, _) in parts.items() if u is not True},
            {n: u for n, (_, u, _) in parts.items() if u},
            {n: w for n, (_, _, w) in parts.items()},
        )
    if isinstance(value, list) and any(isinstance(inner, Mapping) for inner in value):
        columns = [_split(inner) for inner in value]
        marks = [u for _, u, _ in columns]
        return [p for p, _, _ in columns], marks if any(marks) else [], [w for _, _, w in columns]
    return value, False, {"constant_value": value}


def document(resources: Resources, *, module: str = "", actions: str = "create") -> dict[str, Any]:
    """A plan with these resources: address (``aws_x.y`` or ``aws_x.y["key"]``) to values."""
    planned, changes, configured = [], [], {}
    for address, values in resources.items():
        kind, _, rest = address.partition(".")
        name, _, index = rest.partition("[")
        known, unknown, written = _split(values)
        whole = f"{module}.{address}" if module else address
        item: dict[str, Any] = {
            "address": whole,
            "mode": "managed",
            "type": kind,
            "name": name,
            "values": known,
        }
        if index:
            item["index"] = json.loads(index.removesuffix("]"))
        planned.append(item)
        change = {
            "actions": [actions],
            "before": None,
            "after": known,
            "after_unknown": {"id": True} | unknown,
        }
        changes.append({**{n: v for n, v in item.items() if n != "values"}, "change": change})
        configured[f"{kind}.{name}"] = {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "expressions": written,
        }
    inner = {"resources": planned, **({"address": module} if module else {})}
    body = {"resources": list(configured.values())}
    calls = {"module_calls": {module.removeprefix("module."): {"module": body, "expressions": {}}}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"child_modules": [inner]} if module else inner},
        "resource_changes": changes,
        "configuration": {
            "provider_config": {
                "aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}
            },
            "root_module": calls if module else body,
        },
    }


Change = Callable[[Resources], None]


def changing(address: str, **values: Any) -> Change:
    def change(resources: Resources) -> None:
        resources[address] |= deepcopy(values)

    return change


def without(*addresses: str) -> Change:
    def change(resources: Resources) -> None:
        for address in addresses:
            del resources[address]

    return change


def adding(address: str, **values: Any) -> Change:
    def change(resources: Resources) -> None:
        assert address not in resources
        resources[address] = deepcopy(values)

    return change


def both(*changes: Change) -> Change:
    def change(resources: Resources) -> None:
        for one in changes:
            one(resources)

    return change
