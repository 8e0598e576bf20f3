"""Which Python class stands for which object of a module's variables, and under which name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.constructs.variables import Collection, ConstructsError, Record, Type, Variable


@dataclass(frozen=True)
class Place:
    """Where an object stands in the variables: ``("api", "domain")``."""

    path: tuple[str, ...]
    record: Record


class Names:
    """The names of a module's classes.

    An object is named by where it stands (``ApiDomain``). Objects that are the same in every attribute, and
    stand under the same name in several places, are one class of that name (``Package``, ``PackageS3``), and
    so is what is the same under another name: a user's function can then make one for any of them.
    """

    def __init__(self, module_class: str, variables: tuple[Variable, ...]) -> None:
        places = [place for variable in variables for place in objects_in((variable.name,), variable.type)]
        taken = {camel(variable.name) for variable in variables} | {module_class}
        within = [place for place in places if len(place.path) > 1 and camel(place.path[-1]) not in taken]
        alike = Counter((place.path[-1], repr(place.record)) for place in within)
        shared = {record: camel(name) for (name, record), count in alike.items() if count > 1}
        self._names: dict[tuple[str, ...], str] = {}
        in_shared: set[tuple[str, ...]] = set()
        for place in places:  # outer objects first
            *outer, last = place.path
            name = camel("_".join(place.path))
            if any(place.path[:depth] in in_shared for depth in range(1, len(place.path))):
                name = self._names[tuple(outer)] + camel(last)
            elif outer and repr(place.record) in shared:
                name = shared[repr(place.record)]
                in_shared.add(place.path)
            self._names[place.path] = name
        self._check(module_class, places)

    def _check(self, module_class: str, places: list[Place]) -> None:
        meant: dict[str, Record] = {module_class: Record(())}
        for place in places:
            name = self._names[place.path]
            if meant.setdefault(name, place.record) != place.record:
                raise ConstructsError(
                    f"{'.'.join(place.path)} would be the class {name}, which is something else already. "
                    "Rename the attribute, or teach scripts/constructs another name for it."
                )

    def of(self, path: tuple[str, ...]) -> str:
        return self._names[path]


def objects_in(path: tuple[str, ...], kind: Type) -> Iterator[Place]:
    """Every object of a type, each before those within it. Elements of a collection stand where it stands."""
    if isinstance(kind, Collection):
        yield from objects_in(path, kind.element)
    elif isinstance(kind, Record):
        yield Place(path, kind)
        for attribute in kind.attributes:
            yield from objects_in((*path, attribute.name), attribute.type)


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))
