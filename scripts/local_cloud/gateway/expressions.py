"""Velocity's expressions: read from text, then evaluated against names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Names = Mapping[str, Any]
Expression = Callable[[Names], Any]
# The only methods there are, by the type of what they are called on.
METHODS: dict[type, dict[str, Callable[..., Any]]] = {
    dict: {"get": lambda value, name: value.get(name), "containsKey": lambda value, name: name in value},
    list: {
        "contains": lambda value, item: item in value,
        "get": lambda value, index: value[index],
        "size": len,
        "isEmpty": lambda value: not value,
    },
    str: {
        "contains": lambda value, part: part in value,
        "equals": lambda value, other: value == other,
        "equalsIgnoreCase": lambda value, other: value.lower() == str(other).lower(),
        "isEmpty": lambda value: not value,
        "startsWith": str.startswith,
        "toLowerCase": str.lower,
        "toUpperCase": str.upper,
        "trim": str.strip,
    },
}
IDENTIFIER = re.compile(r"[A-Za-z][\w-]*")
NUMBER = re.compile(r"-?\d+")
SPACE = re.compile(r"\s*")


class TemplateError(Exception):
    """The template says something that is not understood here; the message says what."""


@dataclass(frozen=True)
class Step:
    """``.name`` or, with arguments, ``.name(...)``."""

    name: str
    arguments: tuple[Expression, ...] | None


class Reader:
    """Reads expressions out of a template's text from ``position`` on."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position

    def skip_space(self) -> None:
        found = SPACE.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def at(self, token: str) -> bool:
        self.skip_space()
        return self.text.startswith(token, self.position)

    def take(self, token: str) -> bool:
        if not self.at(token):
            return False
        self.position += len(token)
        return True

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise TemplateError(f"{token} expected at {self.position}")

    def match(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.position)
        if found is None:
            raise TemplateError(f"not understood at {self.position}")
        self.position = found.end()
        return found[0]

    def expression(self) -> Expression:
        left = self.conjunction()
        while self.take("||"):
            left = either(left, self.conjunction())
        return left

    def conjunction(self) -> Expression:
        left = self.comparison()
        while self.take("&&"):
            left = both(left, self.comparison())
        return left

    def comparison(self) -> Expression:
        left = self.unary()
        if self.take("=="):
            return equal(left, self.unary(), wanted=True)
        if self.take("!="):
            return equal(left, self.unary(), wanted=False)
        return left

    def unary(self) -> Expression:
        if self.at("!") and not self.at("!="):
            self.expect("!")
            inner = self.unary()
            return lambda names: not is_true(inner, names)
        if self.take("("):
            inner = self.expression()
            self.expect(")")
            return inner
        return self.value()

    def value(self) -> Expression:
        self.skip_space()
        first = self.text[self.position : self.position + 1]
        if first == "$":
            reference = self.reference()
            return lambda names: evaluate_reference(reference, names)
        if first in ("'", '"'):
            return constant(self.quoted(first))
        if first == "[":
            return self.list_of_values()
        word = self.match(NUMBER if NUMBER.match(self.text, self.position) else IDENTIFIER)
        known = {"true": True, "false": False}
        if word in known:
            return constant(known[word])
        if NUMBER.fullmatch(word):
            return constant(int(word))
        raise TemplateError(f"the word {word} is not understood")

    def quoted(self, quote: str) -> str:
        end = self.text.find(quote, self.position + 1)
        if end < 0:
            raise TemplateError("text without an end")
        found = self.text[self.position + 1 : end]
        if quote == '"' and "$" in found:
            raise TemplateError("references inside text are not done here")
        self.position = end + 1
        return found

    def list_of_values(self) -> Expression:
        self.expect("[")
        items = []
        while not self.take("]"):
            items.append(self.expression())
            if not self.at("]"):
                self.expect(",")
        return lambda names: [item(names) for item in items]

    def reference(self) -> tuple[Step, ...]:
        """``$name.step.step(...)``, also ``$!name`` and ``${name}``."""
        self.expect("$")
        self.take("!")
        braces = self.take("{")
        steps = [Step(self.match(IDENTIFIER), None)]
        while self.text.startswith(".", self.position) and IDENTIFIER.match(self.text, self.position + 1):
            self.position += 1
            name = self.match(IDENTIFIER)
            called = self.text.startswith("(", self.position)
            steps.append(Step(name, self.arguments() if called else None))
        if braces:
            self.expect("}")
        return tuple(steps)

    def arguments(self) -> tuple[Expression, ...]:
        self.expect("(")
        found = []
        while not self.take(")"):
            found.append(self.expression())
            if not self.at(")"):
                self.expect(",")
        return tuple(found)

    def target(self) -> str:
        """What ``#set`` sets: a dotted name."""
        return ".".join(step.name for step in self.reference())


def constant(value: Any) -> Expression:
    return lambda _names: value


def either(left: Expression, right: Expression) -> Expression:
    return lambda names: is_true(left, names) or is_true(right, names)


def both(left: Expression, right: Expression) -> Expression:
    return lambda names: is_true(left, names) and is_true(right, names)


def equal(left: Expression, right: Expression, wanted: bool) -> Expression:
    return lambda names: (left(names) == right(names)) is wanted


def is_true(expression: Expression, names: Names) -> bool:
    """Velocity: null, false and (since 2.0) what is empty are false; API Gateway's 1.7 takes "" for true."""
    value = expression(names)
    return value is not None and value is not False


def evaluate_reference(steps: tuple[Step, ...], names: Names) -> Any:
    first, *rest = steps
    value = names.get(first.name)
    if value is not None and hasattr(value, "lookup"):  # $context: its names have dots in them
        return value.lookup(".".join(step.name for step in rest))
    for step in rest:
        if value is None:
            return None
        value = apply(value, step, names)
    return value


def apply(value: Any, step: Step, names: Names) -> Any:
    if step.arguments is None:
        return value.get(step.name) if isinstance(value, dict) else None
    arguments = [argument(names) for argument in step.arguments]
    if step.name == "params" and hasattr(value, "params"):
        return value.params(*arguments)
    method = METHODS.get(type(value), {}).get(step.name)
    if method is None:
        raise TemplateError(f"the method {step.name} is not known of a {type(value).__name__}")
    return method(value, *arguments)
