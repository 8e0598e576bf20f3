"""Condition blocks: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hipaa_policies.iam.matching import Lookup, Pattern, UnresolvedVariableError
from hipaa_policies.iam.model import MalformedPolicyError
from hipaa_policies.iam.operators import OPERATORS

_SETS = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_NAMES = {name.lower(): name for name in OPERATORS}


@dataclass(frozen=True)
class Condition:
    """One key of a condition block. All of a statement's conditions must hold (AND); of one
    condition's values one is enough (OR), and none may match where the operator is negated.

    ``operator`` is without its ``ForAllValues:`` / ``ForAnyValue:`` prefix (``qualifier``) and
    without ``IfExists`` (``if_exists``). ``key`` is lower case: condition keys ignore case.
    """

    operator: str
    key: str
    values: tuple[str, ...]
    qualifier: str | None = None
    if_exists: bool = False

    @property
    def negated(self) -> bool:
        return self.operator != "Null" and OPERATORS[self.operator].negated

    def holds(self, context: Context, variables: bool = True) -> bool:
        """Whether the request's context satisfies this condition."""
        present = context.values(self.key)
        if self.operator == "Null":
            return (not present) == (self.values[0].lower() == "true")
        if self.qualifier == "ForAllValues":
            # True without the key, and IfExists adds nothing: it is asked value by value.
            return all(self._value_satisfies(value, context, variables) for value in present)
        if self.qualifier == "ForAnyValue":
            return any(self._value_satisfies(value, context, variables) for value in present)
        if not present:
            return self.if_exists or self.negated
        if self.negated:
            return all(self._value_satisfies(value, context, variables) for value in present)
        return any(self._value_satisfies(value, context, variables) for value in present)

    def _value_satisfies(self, value: str, context: Context, variables: bool) -> bool:
        operator = OPERATORS[self.operator]
        lookup = context.single if variables and operator.variables else None
        patterns = []
        for text in self.values:
            try:
                patterns.append(Pattern(text, lookup))
            except UnresolvedVariableError:
                # "the statement is invalid", says AWS: the value can match nothing, and a negated
                # condition on nothing must not become an allow either.
                if operator.negated:
                    return False
        matched = any(operator.compare(value, pattern) for pattern in patterns)
        return not matched if operator.negated else matched


class Context:
    """The condition keys of one request, found without regard to case."""

    def __init__(self, entries: Mapping[str, str | Sequence[str]]) -> None:
        self._entries = {
            key.lower(): (value,) if isinstance(value, str) else tuple(value)
            for key, value in entries.items()
        }

    def __contains__(self, key: str) -> bool:
        return key.lower() in self._entries

    def values(self, key: str) -> tuple[str, ...]:
        return self._entries.get(key.lower(), ())

    def single(self, key: str) -> str | None:
        """The value a policy variable takes: keys with several values cannot be variables."""
        values = self.values(key)
        return values[0] if len(values) == 1 else None


def lookup_in(context: Context, variables: bool) -> Lookup | None:
    return context.single if variables else None


def parse_conditions(block: object, where: str) -> tuple[Condition, ...]:
    """Read a ``Condition`` element. Raises ``MalformedPolicyError``."""
    if block is None:
        return ()
    if not isinstance(block, Mapping):
        raise MalformedPolicyError(f"Condition of {where} is a {type(block).__name__}, not an object")
    found = []
    for operator, keys in block.items():
        if not isinstance(keys, Mapping):
            raise MalformedPolicyError(f"{operator} in the Condition of {where} is not an object")
        found += [_condition(str(operator), str(key), values, where) for key, values in keys.items()]
    return tuple(found)


def _condition(operator: str, key: str, values: Any, where: str) -> Condition:
    name = operator
    qualifier = None
    prefix, separator, rest = name.partition(":")
    if separator:
        qualifier = _SETS.get(prefix.lower())
        if qualifier is None:
            raise MalformedPolicyError(f"unknown set operator {prefix!r} in the Condition of {where}")
        name = rest
    if_exists = name.lower().endswith("ifexists")
    if if_exists:
        name = name[: -len("ifexists")]
    known = "Null" if name.lower() == "null" else _NAMES.get(name.lower())
    if known is None or (known == "Null" and (if_exists or qualifier)):
        raise MalformedPolicyError(f"unknown condition operator {operator!r} in {where}")
    texts = _texts(values, f"{operator} {key} of {where}")
    if known == "Null":
        if len(texts) != 1 or texts[0].lower() not in ("true", "false"):
            raise MalformedPolicyError(f"Null {key} of {where} must be true or false")
    else:
        check = OPERATORS[known].check
        for text in texts:
            if not check(text):
                raise MalformedPolicyError(f"{text!r} is no value for {operator} {key} of {where}")
    return Condition(known, key.lower(), texts, qualifier, if_exists)


def _texts(values: object, where: str) -> tuple[str, ...]:
    listed = values if isinstance(values, list) else [values]
    texts = []
    for value in listed:
        if isinstance(value, bool):
            texts.append("true" if value else "false")
        elif isinstance(value, str | int | float):
            texts.append(str(value))
        else:
            raise MalformedPolicyError(f"{where} has a value that is no string, number or boolean")
    if not texts:
        raise MalformedPolicyError(f"{where} has no value")
    return tuple(texts)
