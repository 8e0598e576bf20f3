"""The resources of `terraform show -json`, and in how many zones a resource stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class PlanError(Exception):
    """The plan cannot be read; the message says why and what to give instead."""


@dataclass(frozen=True, slots=True)
class Resource:
    """A managed resource as it will be. What is known only after apply is missing in ``values``."""

    address: str
    type: str
    values: Mapping[str, Any]

    @property
    def module(self) -> str:
        """``module.healthcare.module.network`` of an address in it; empty in the root."""
        return ".".join(
            re.findall(r"module\.[^.\[]+(?:\[[^\]]*\])?", self.address.split(f".{self.type}.")[0])
        )


@dataclass(frozen=True)
class Stack:
    """What a plan leaves behind. ``subnets_of`` names the subnets that a resource refers to."""

    resources: tuple[Resource, ...]
    subnets_of: Mapping[str, frozenset[str]]
    named_endpoint_zones: int | None = None

    def of_type(self, *kinds: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in kinds]

    def zones(self, resource: Resource) -> int:
        """How many zones an endpoint or firewall is in, by its subnets or those it refers to; 0: unknown."""
        for name in ("subnet_ids", "subnet_configuration", "subnet_mapping"):
            if resource.values.get(name):
                return len(resource.values[name])
        if resource.type == "aws_vpc_endpoint" and self.named_endpoint_zones:
            return self.named_endpoint_zones
        names = self.subnets_of.get(unindexed(resource.address), frozenset())
        places = {
            subnet.values.get("availability_zone") or subnet.address
            for subnet in self.of_type("aws_subnet")
            if subnet.module == resource.module and unindexed(subnet.address).rsplit(".", 1)[-1] in names
        }
        return len(places)

    def without(self, *patterns: str) -> Stack:
        """Without the resources whose address matches one of the expressions."""
        kept = [r for r in self.resources if not any(re.search(pattern, r.address) for pattern in patterns)]
        return Stack(tuple(kept), self.subnets_of, self.named_endpoint_zones)

    def with_endpoint_zones(self, zones: int) -> Stack:
        """As if the interface endpoints stood in so many zones."""
        return Stack(self.resources, self.subnets_of, zones)


def unindexed(address: str) -> str:
    return re.sub(r"\[[^\]]*\]", "", address)


def load(path: Path) -> Stack:
    """Read the file that `terraform show -json` wrote. Raises ``PlanError``."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PlanError(
            f"{path} cannot be read as a plan in JSON ({error}). "
            "Give what `terraform show -json PLAN` printed."
        ) from error
    return read(document)


def read(document: Mapping[str, Any]) -> Stack:
    """The stack of a plan, or of a state, as Terraform shows it. Raises ``PlanError`` where it is neither."""
    values = document.get("planned_values", document.get("values"))
    if not isinstance(values, dict) or "root_module" not in values:
        raise PlanError(
            "This JSON has no planned_values, so it is no plan. Give what `terraform show -json` printed."
        )
    configuration = document.get("configuration", {}).get("root_module", {})
    return Stack(
        tuple(walk(values["root_module"])),
        dict(references(configuration)),
        endpoint_zones(document),
    )


def walk(module: Mapping[str, Any]) -> Iterator[Resource]:
    for item in module.get("resources", []):
        if item["mode"] == "managed":
            yield Resource(item["address"], item["type"], item.get("values", {}))
    for child in module.get("child_modules", []):
        yield from walk(child)


def references(module: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, frozenset[str]]]:
    """Of each resource that refers to subnets, its address without indexes, and those subnets' names."""
    for item in module.get("resources", []):
        found = frozenset(
            re.findall(r'"aws_subnet\.([A-Za-z0-9_-]+)', json.dumps(item.get("expressions", {})))
        )
        if found:
            yield f"{prefix}{item['address']}", found
    for name, call in module.get("module_calls", {}).items():
        yield from references(call.get("module", {}), f"{prefix}module.{name}.")


def endpoint_zones(document: Mapping[str, Any]) -> int | None:
    """How many zones the root's `interface_endpoint_zones` names; ``None``: none, or different ones.

    Which subnets an endpoint gets is known only after apply. The set of zones is a variable or a constant.
    """
    root = document.get("configuration", {}).get("root_module", {})
    calls = [call.get("expressions", {}) for call in root.get("module_calls", {}).values()]
    found = {
        tuple(sorted(zones))
        for zones in values_of("interface_endpoint_zones", [document.get("variables"), calls])
    }
    named = {zones for zones in found if zones}
    return len(named.pop()) if len(named) == 1 else None


def values_of(name: str, tree: Any) -> Iterator[list[str]]:
    """Every list of texts below a key ``name``, as it is or as a ``constant_value`` or ``value``."""
    if isinstance(tree, dict):
        for key, below in tree.items():
            value = below.get("constant_value", below.get("value")) if isinstance(below, dict) else below
            if key == name and isinstance(value, list):
                yield [str(item) for item in value]
            else:
                yield from values_of(name, below)
    elif isinstance(tree, list):
        for below in tree:
            yield from values_of(name, below)
