"""A module's variables and outputs, with their types as Terraform reads them.

The types are taken from the parse tree of python-hcl2, where ``object({...})`` and ``optional(string, "x")``
are function calls. Why that one: docs/decisions/0016-constructs-from-variables.md.
https://developer.hashicorp.com/terraform/language/expressions/type-constraints
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hcl2
from hcl2.rules.base import AttributeRule, BlockRule
from hcl2.rules.containers import ObjectRule
from hcl2.rules.functions import FunctionCallRule
from hcl2.rules.literal_rules import IdentifierRule
from hcl2.utils import SerializationOptions

SCALARS = ("bool", "number", "string")
COLLECTIONS = ("list", "map", "set")


class ConstructsError(Exception):
    """A variable that no construct can be written for; the message says which, and what to change."""


@dataclass(frozen=True)
class Scalar:
    """``bool``, ``number`` or ``string``."""

    name: str


@dataclass(frozen=True)
class Collection:
    """``list``, ``map`` or ``set`` of one type."""

    name: str
    element: Type


@dataclass(frozen=True)
class Attribute:
    """One attribute of an object. ``default`` is a Python value; None: null, or none where it is required."""

    name: str
    type: Type
    required: bool
    default: Any = None


@dataclass(frozen=True)
class Record:
    """``object({...})``."""

    attributes: tuple[Attribute, ...]


Type = Scalar | Collection | Record


@dataclass(frozen=True)
class Variable:
    """One variable of a module. ``file`` is the name of the file that it stands in."""

    name: str
    description: str
    type: Type
    required: bool
    default: Any
    nullable: bool
    file: str


@dataclass(frozen=True)
class Output:
    """One output of a module. Terraform declares no types of outputs."""

    name: str
    description: str


def read_module(folder: Path) -> tuple[tuple[Variable, ...], tuple[Output, ...]]:
    """The variables and outputs of the module in ``folder``, each in the order of their names.

    Raises ``ConstructsError`` where a type is not one that can be written as a Python class.
    """
    variables, outputs = [], []
    for file in sorted(folder.glob("*.tf")):
        for block in hcl2.parses(file.read_text(encoding="utf-8")).body.children:
            if isinstance(block, BlockRule):
                kind, *names = (label.serialize().strip('"') for label in block.labels)
                arguments = {
                    attribute.identifier.serialize(): attribute.expression
                    for attribute in block.body.children
                    if isinstance(attribute, AttributeRule)
                }
                if kind == "variable":
                    variables.append(read_variable(names[0], arguments, file.name))
                elif kind == "output":
                    outputs.append(Output(names[0], text(arguments["description"])))
    return (
        tuple(sorted(variables, key=lambda variable: variable.name)),
        tuple(sorted(outputs, key=lambda output: output.name)),
    )


def read_variable(name: str, arguments: dict[str, Any], file: str) -> Variable:
    return Variable(
        name=name,
        description=text(arguments["description"]),
        type=read_type(arguments["type"], f"{file}: {name}"),
        required="default" not in arguments,
        default=literal(arguments["default"]) if "default" in arguments else None,
        nullable="nullable" not in arguments or literal(arguments["nullable"]),
        file=file,
    )


def read_type(term: Any, where: str) -> Type:
    expression = term.expression
    name = (expression.identifiers[0] if isinstance(expression, FunctionCallRule) else expression).serialize()
    if isinstance(expression, IdentifierRule) and name in SCALARS:
        return Scalar(name)
    if isinstance(expression, FunctionCallRule):
        (argument,) = expression.arguments.arguments
        if name in COLLECTIONS:
            return Collection(name, read_type(argument, where))
        if name == "object" and isinstance(argument.expression, ObjectRule):
            elements = [(unquoted(e.key.serialize()), e.expression) for e in argument.expression.elements]
            return Record(tuple(read_attribute(key, expression, where) for key, expression in elements))
    raise ConstructsError(
        f"{where} has the type {name!r}, which no construct was written for. Take {', '.join(SCALARS)}, "
        f"{', '.join(COLLECTIONS)} or object with named attributes, or teach scripts/constructs that type."
    )


def read_attribute(name: str, term: Any, where: str) -> Attribute:
    expression = term.expression
    called = isinstance(expression, FunctionCallRule) and expression.identifiers[0].serialize()
    if called != "optional":
        return Attribute(name, read_type(term, f"{where}.{name}"), required=True)
    kind, *default = expression.arguments.arguments
    return Attribute(
        name,
        read_type(kind, f"{where}.{name}"),
        required=False,
        default=literal(default[0]) if default else None,
    )


def literal(term: Any) -> Any:
    """The Python value of a literal: Terraform takes nothing else for a default."""
    value = term.serialize(SerializationOptions(with_comments=False, preserve_heredocs=False))
    return unquoted(value)


def unquoted(value: Any) -> Any:
    if isinstance(value, dict):
        return {unquoted(key): unquoted(item) for key, item in value.items() if key != "__comments__"}
    if isinstance(value, list):
        return [unquoted(item) for item in value]
    if isinstance(value, str) and value.startswith('"'):
        # HCL's escapes are JSON's, but for what stands in a template: "${local.names["a"]}".
        return value[1:-1] if "${" in value else json.loads(value)
    return None if value == "null" else value


def text(term: Any) -> str:
    """A description, in one line."""
    return " ".join(str(literal(term)).split())
