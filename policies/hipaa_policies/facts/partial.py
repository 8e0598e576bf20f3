"""Facts of which some fields are not known: reading such a field makes the verdict UNKNOWN.

The live lens reads a resource whole or not at all, so most fields of facts are plain values. A plan knows
nearly everything of a resource and leaves single values to the apply. ``partial`` makes the same fact with
holes in it: a hole raises ``FactUnreadableError`` where a control reads it, and nowhere else.
"""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

from hipaa_policies.facts.base import FactUnreadableError, Unreadable

F = TypeVar("F")


def partial(kind: type[F], /, **values: Any) -> F:
    """The fact ``kind(**values)``. An ``Unreadable`` in a field that cannot hold one is a hole."""
    fact = cast(Any, kind)
    allowed = _may_be_unreadable(fact)
    holes = frozenset(
        name for name, value in values.items() if isinstance(value, Unreadable) and name not in allowed
    )
    if not holes:
        return kind(**values)
    whole = {name: value for name, value in values.items() if name not in holes}
    made: F = _with_holes(fact, holes)(**whole, **dict.fromkeys(holes))
    vars(made).update({name: values[name] for name in holes})
    return made


@cache
def _may_be_unreadable(kind: Any) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if "Unreadable" in str(field.type))


@cache
def _with_holes(kind: Any, holes: frozenset[str]) -> Any:
    """A subclass in which the fields ``holes`` are properties that raise.

    It names its other fields alone, so that ``asdict`` (for the hash of the facts) finds what is known.
    """
    body: dict[str, Any] = {name: _hole(name) for name in holes}
    known_fields = {f.name: f for f in fields(kind) if f.name not in holes}
    body["__dataclass_fields__"] = known_fields
    return type(f"Partial{kind.__name__}", (kind,), body)


def _hole(name: str) -> property:
    def read(fact: Any) -> Any:
        raise FactUnreadableError(vars(fact)[name])

    def write(fact: Any, value: Any) -> None:
        vars(fact)[name] = value

    return property(read, write)
