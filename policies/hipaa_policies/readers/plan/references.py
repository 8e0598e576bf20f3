"""References in a plan's configuration, followed through modules to the resources they name.

A plan knows no value of what it has yet to create, but its configuration says which resource the value
comes from: https://developer.hashicorp.com/terraform/internals/json-format#expression-representation
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

Segment = str | int
Expression = Mapping[str, Any]
_SEGMENT = re.compile(r'\[("(?:[^"\\]|\\.)*"|[^\]]*)\]|([^.\[\]]+)')
_NO_RESOURCE = frozenset({"each", "count", "path", "terraform", "self"})
_DEPTH = 40  # modules and outputs passed through before a reference is given up


def segments(reference: str) -> tuple[Segment, ...]:
    """``module.a["x"].b[0]`` is ``("module", "a", "x", "b", 0)``."""
    return tuple(_index(index) if word == "" else word for index, word in _SEGMENT.findall(reference))


def _index(text: str) -> Segment:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return value if isinstance(value, str | int) else text


def longest(references: Sequence[str]) -> tuple[str, ...]:
    """Terraform lists ``a.b.c`` together with its prefixes ``a.b``: those are dropped."""
    unique = dict.fromkeys(references)
    return tuple(
        r for r in unique if not any(other.startswith((f"{r}.", f"{r}[")) for other in unique if other != r)
    )


class Instance(Protocol):
    """A resource instance; ``index`` is its key where it has count or for_each."""

    @property
    def address(self) -> str: ...
    @property
    def index(self) -> Segment | None: ...


@dataclass(frozen=True)
class Module:
    """An instance of a module, as the configuration has it. ``call`` is what the parent gives it."""

    address: str
    configuration: Mapping[str, Any]
    parent: Module | None = None
    call: Mapping[str, Any] = field(default_factory=dict)
    key: Segment | None = None
    name: str = ""


@dataclass
class Found:
    """What references come to: instances, and the references that could not be followed."""

    instances: dict[str, Any] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)


Locals = Callable[[Module, str, Sequence[Segment]], Sequence[str] | None]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands: its module, and the resource's or module's own key and for_each."""

    module: Module
    key: Segment | None = None
    for_each: Expression | None = None


class Resolver:
    """``by_name`` holds the instances of each (module address, "type.name"); ``locals_of`` the references
    in a local value, which the plan itself does not show."""

    def __init__(
        self,
        modules: Mapping[str, Module],
        by_name: Mapping[tuple[str, str], Sequence[Instance]],
        locals_of: Locals | None = None,
    ) -> None:
        self._modules = modules
        self._by_name = by_name
        self._locals_of = locals_of
        self._children: dict[str, list[Module]] = {}
        for module in modules.values():
            if module.parent is not None:
                self._children.setdefault(module.parent.address, []).append(module)

    def follow(self, expression: Expression | None, scope: Scope) -> Found:
        """The instances that an expression names."""
        found = Found()
        self._expression(expression, scope, (), found, 0)
        return found

    def _expression(
        self, expression: Any, scope: Scope, rest: tuple[Segment, ...], found: Found, depth: int
    ) -> None:
        if not isinstance(expression, Mapping) or "references" not in expression:
            return
        self._references(expression["references"], scope, rest, found, depth)

    def _references(
        self, names: Sequence[str], scope: Scope, rest: tuple[Segment, ...], found: Found, depth: int
    ) -> None:
        by_key = scope.key if {"each.key", "count.index"} & set(names) else None
        for name in longest(names):
            self._reference(name, scope, by_key, rest, found, depth)

    def _reference(
        self,
        name: str,
        scope: Scope,
        by_key: Segment | None,
        rest: tuple[Segment, ...],
        found: Found,
        depth: int,
    ) -> None:
        first, *more = segments(name)
        path = (*more, *rest)
        if depth > _DEPTH or not path:
            found.lost.append(name)
        elif first == "var":
            self._variable(str(path[0]), path[1:], scope.module, found, depth + 1)
        elif first == "module":
            self._output(path, scope.module, by_key, found, depth + 1)
        elif first == "local":
            self._local(name, path, scope, found, depth + 1)
        elif first == "each" and path[0] == "value":
            keyed = () if scope.key is None else (scope.key,)
            inner = Scope(scope.module)
            self._expression(scope.for_each, inner, (*keyed, *path[1:]), found, depth + 1)
        elif first not in _NO_RESOURCE:
            data = ("data", *path[:2]) if first == "data" else (first, path[0])
            self._instances(name, ".".join(map(str, data)), path[len(data) - 1 :], scope, by_key, found)

    def _variable(
        self, name: str, rest: tuple[Segment, ...], module: Module, found: Found, depth: int
    ) -> None:
        if module.parent is None:
            return  # a root variable's value is known when the plan is made
        scope = Scope(module.parent, module.key, module.call.get("for_each_expression"))
        self._expression((module.call.get("expressions") or {}).get(name), scope, rest, found, depth)

    def _output(
        self,
        path: tuple[Segment, ...],
        module: Module,
        by_key: Segment | None,
        found: Found,
        depth: int,
    ) -> None:
        children = [c for c in self._children.get(module.address, ()) if c.name == path[0]]
        rest = path[1:]
        if rest and any(child.key is not None for child in children):
            wanted = rest[0] if any(child.key == rest[0] for child in children) else by_key
            if wanted is not None:
                children = [child for child in children if child.key == wanted]
            rest = rest[1:] if wanted == rest[0] else rest
        for child in children:
            outputs = child.configuration.get("outputs") or {}
            name = str(rest[0]) if rest else ""
            if name in outputs:
                self._expression(outputs[name].get("expression"), Scope(child), rest[1:], found, depth)
            else:
                found.lost.append(f"{child.address}.{name}")

    def _local(self, name: str, path: tuple[Segment, ...], scope: Scope, found: Found, depth: int) -> None:
        names = self._locals_of(scope.module, str(path[0]), path[1:]) if self._locals_of else None
        if names is None:
            found.lost.append(name)
        else:
            self._references(names, scope, (), found, depth)

    def _instances(
        self,
        name: str,
        resource: str,
        rest: tuple[Segment, ...],
        scope: Scope,
        by_key: Segment | None,
        found: Found,
    ) -> None:
        instances = self._by_name.get((scope.module.address, resource), ())
        for wanted in (*rest, by_key):
            chosen = [i for i in instances if i.index is not None and i.index == wanted]
            if chosen:
                instances = chosen
                break
        if not instances and not _is_none(scope.module, resource):
            found.lost.append(name)
        found.instances.update((instance.address, instance) for instance in instances)


def _is_none(module: Module, resource: str) -> bool:
    """Whether the configuration has the resource with a count or for_each, and the plan makes none of it."""
    return any(
        one.get("address") == resource
        and one.get("mode") == "managed"
        and ("count_expression" in one or "for_each_expression" in one)
        for one in module.configuration.get("resources", ())
    )
