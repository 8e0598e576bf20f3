"""Facts of which some fields are not known: reading such a field makes the verdict UNKNOWN.

The live lens reads a resource whole or not at all, so most fields of facts are plain values. A plan knows
nearly everything of a resource and leaves single values to the apply. ``partial`` makes the same fact with
holes in it: a hole raises ``FactUnreadableError`` where a control reads it, and nowhere else.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from hipaa_policies.facts.base import FactUnreadableError, Unreadable

F = TypeVar("F")


def partial(kind: type[F], /, *positional: Any, **values: Any) -> F:
    """The fact ``kind(*positional, **values)``. An ``Unreadable`` in a field that cannot hold one is a hole;
    so is a value of another type than the field's, as another provider version may have it."""
    fact = cast(Any, kind)
    types = _types(fact)
    values |= dict(zip(types, positional, strict=False))
    texts = _texts(fact)
    checked = {n: _checked(n, value, types[n], n in texts, values) for n, value in values.items()}
    holes = frozenset(
        name
        for name, value in checked.items()
        if isinstance(value, Unreadable) and Unreadable not in types[name]
    )
    if not holes:
        return kind(**checked)
    whole = {name: value for name, value in checked.items() if name not in holes}
    made: F = _with_holes(fact, holes)(**whole, **dict.fromkeys(holes))
    vars(made).update({name: checked[name] for name in holes})
    return made


def _checked(name: str, value: Any, allowed: tuple[type, ...], texts: bool, values: dict[str, Any]) -> Any:
    """The value, or ``Unreadable`` where it has another form than the field."""
    if isinstance(value, Unreadable):
        return value
    # JSON does not tell whole numbers that are meant to be fractions; and a bool is an int to Python.
    fits = isinstance(value, allowed) or (isinstance(value, int) and float in allowed)
    mixed = isinstance(value, bool) and bool not in allowed
    whole = not isinstance(value, tuple) or all(isinstance(v, str) if texts else v is not None for v in value)
    if fits and not mixed and whole:
        return value
    return Unreadable(f"{values.get('arn', 'the plan')}: {name}", "a value of a form that is not known", "")


@cache
def _types(kind: Any) -> dict[str, tuple[type, ...]]:
    """The types that each field may hold, in the fields' order."""
    hints = get_type_hints(kind)
    return {field.name: tuple(_members(hints[field.name])) for field in fields(kind)}


@cache
def _texts(kind: Any) -> frozenset[str]:
    """The fields that hold a tuple of texts."""
    hints = get_type_hints(kind)
    return frozenset(f.name for f in fields(kind) if _holds_texts(hints[f.name]))


def _holds_texts(hint: Any) -> bool:
    parts = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    return any(get_origin(part) is tuple and get_args(part)[:1] == (str,) for part in parts)


def _members(hint: Any) -> list[type]:
    if get_origin(hint) in (Union, UnionType):
        return [member for part in get_args(hint) for member in _members(part)]
    return [get_origin(hint) or hint]


@cache
def _with_holes(kind: Any, holes: frozenset[str]) -> Any:
    """A subclass in which the fields ``holes`` are properties that raise.

    It names its other fields alone, so that ``asdict`` (for the hash of the facts) finds what is known.
    """
    body: dict[str, Any] = {name: _hole(name) for name in holes}
    body["__dataclass_fields__"] = {f.name: f for f in fields(kind) if f.name not in holes}
    return type(f"Partial{kind.__name__}", (kind,), body)


def _hole(name: str) -> property:
    def read(fact: Any) -> Any:
        raise FactUnreadableError(vars(fact)[name])

    def write(fact: Any, value: Any) -> None:
        vars(fact)[name] = value

    return property(read, write)
