"""The Python text of a module's classes."""

from __future__ import annotations

import keyword
import textwrap
from collections.abc import Iterator
from typing import Any

from scripts.constructs.classes import Names, objects_in
from scripts.constructs.variables import (
    Attribute,
    Collection,
    ConstructsError,
    Output,
    Record,
    Scalar,
    Type,
    Variable,
)

SCALARS = {"bool": "bool", "number": "float", "string": "str"}
# What __init__ has besides the variables. Terraform reserves all but the first two itself.
RESERVED = {"scope", "id_", "self", "source", "version", "providers", "depends_on"}
WIDTH = 100


def module_text(
    module_class: str, title: str, variables: tuple[Variable, ...], outputs: tuple[Output, ...]
) -> str:
    """The text of one Python module, before ruff has formatted it.

    Raises ``ConstructsError`` where a name cannot be Python's.
    """
    names = Names(module_class, variables)
    for name in argument_names(variables):
        if name.endswith("_"):  # how a word of Python's own is written: lambda_
            raise ConstructsError(f"{title}: {name} ends with an underscore. Rename it.")
    for name in RESERVED & {variable.name for variable in variables}:
        raise ConstructsError(f"{title}: {name} is an argument that every construct has already. Rename it.")
    parts = [
        f'"""{title}, as a construct. Generated from its variables and outputs by `make docs`: do not edit it."""',
        "from __future__ import annotations",
        "from collections.abc import Mapping, Sequence\nfrom dataclasses import dataclass, field\n"
        "from types import MappingProxyType\n"
        "from typing import Any",
        "from constructs import Construct",
        "from hipaa_constructs.runtime import Items, Output, TerraformModule",
        *record_classes(names, variables),
        construct_class(module_class, title, names, variables, outputs),
    ]
    return "\n\n".join(parts) + "\n"


def argument_names(variables: tuple[Variable, ...]) -> Iterator[str]:
    for variable in variables:
        yield variable.name
        for place in objects_in((variable.name,), variable.type):
            yield from (attribute.name for attribute in place.record.attributes)


def python_name(name: str) -> str:
    """A word of Python's own gets an underscore (PEP 8), which ``encode`` takes off again."""
    return f"{name}_" if keyword.iskeyword(name) else name


def record_classes(names: Names, variables: tuple[Variable, ...]) -> list[str]:
    """A frozen dataclass for each object, inner ones first: a default may be an instance of them."""
    bodies: dict[str, str] = {}
    abouts: dict[str, list[str]] = {}
    for variable in variables:
        for place in reversed(list(objects_in((variable.name,), variable.type))):
            name = names.of(place.path)
            fields = [field_text(names, place.path, attribute) for attribute in ordered(place.record)]
            bodies.setdefault(name, "\n".join(fields))
            about = variable.description if len(place.path) == 1 else f"`{'.'.join(place.path)}`"
            abouts.setdefault(name, []).append(about)
    return [
        f"@dataclass(frozen=True, kw_only=True)\nclass {name}:\n"
        + indented(docstring(sentence(abouts[name])) + "\n\n" + body)
        for name, body in bodies.items()
    ]


def ordered(record: Record) -> list[Attribute]:
    """Required ones first, as a reader looks for them."""
    return sorted(record.attributes, key=lambda attribute: not attribute.required)


def field_text(names: Names, path: tuple[str, ...], attribute: Attribute) -> str:
    here, name = (*path, attribute.name), python_name(attribute.name)
    annotation = type_text(names, here, attribute.type)
    if attribute.required:
        return f"{name}: {annotation}"
    if attribute.default is None:
        return f"{name}: {annotation} | None = None"
    return f"{name}: {annotation} = {default_text(names, here, attribute.type, attribute.default)}"


def type_text(names: Names, path: tuple[str, ...], kind: Type) -> str:
    """The annotation. An output of another module may stand for anything; a string is one already."""
    if isinstance(kind, Scalar) and kind.name == "string":
        return "str"
    return f"{inner_type(names, path, kind)} | Output"


def inner_type(names: Names, path: tuple[str, ...], kind: Type) -> str:
    if isinstance(kind, Scalar):
        return SCALARS[kind.name]
    if isinstance(kind, Record):
        return names.of(path)
    element = inner_type(names, path, kind.element)
    return f"Mapping[str, {element}]" if kind.name == "map" else f"Items[{element}]"


def default_text(names: Names, path: tuple[str, ...], kind: Type, default: Any) -> str:
    """A default of a dataclass's field: what can be changed in place is made anew for each instance."""
    text = value_text(names, path, kind, default)
    if isinstance(kind, Collection) and kind.name == "map":
        return f"field(default_factory=lambda: {text})" if default else "field(default_factory=dict)"
    return text


def value_text(names: Names, path: tuple[str, ...], kind: Type, value: Any) -> str:
    if isinstance(kind, Record):
        given = {attribute.name: attribute for attribute in kind.attributes if attribute.name in value}
        arguments = (
            f"{python_name(name)}={value_text(names, (*path, name), attribute.type, value[name])}"
            for name, attribute in given.items()
        )
        return f"{names.of(path)}({', '.join(arguments)})"
    if isinstance(kind, Collection) and kind.name == "map":
        pairs = (f"{key!r}: {value_text(names, path, kind.element, item)}" for key, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(kind, Collection):
        items = [value_text(names, path, kind.element, item) for item in value]
        return f"({', '.join(items)}{',' if len(items) == 1 else ''})"
    return repr(value)


def construct_class(
    module_class: str, title: str, names: Names, variables: tuple[Variable, ...], outputs: tuple[Output, ...]
) -> str:
    required_first = sorted(variables, key=lambda variable: not variable.required)
    body = [
        docstring(f"{title}: variables as arguments, outputs as properties."),
        init_text(names, required_first),
        *(
            f"@property\ndef {output.name}(self) -> Output:\n"
            + indented(docstring(output.description))
            + f'\n    return self.output("{output.name}")'
            for output in outputs
        ),
    ]
    return f"class {module_class}(TerraformModule):\n" + indented("\n\n".join(body))


def init_text(names: Names, variables: list[Variable]) -> str:
    arguments = "".join(f"        {variable_argument(names, variable)},\n" for variable in variables)
    described = "\n\n".join(
        wrapped(f"``{python_name(variable.name)}``: {described_where(names, variable)}")
        for variable in variables
    )
    forwarded = ", ".join(f'"{variable.name}": {python_name(variable.name)}' for variable in variables)
    return (
        "def __init__(\n        self, scope: Construct, id_: str, /, *,\n        source: str,\n"
        f"{arguments}"
        "        version: str | None = None,\n"
        "        providers: Sequence[Any] | None = None,\n"
        "        depends_on: Sequence[Any] | None = None,\n    ) -> None:\n"
        + indented(docstring_of_lines(described))
        + "\n    super().__init__(\n        scope, id_, source=source, version=version, providers=providers, "
        f"depends_on=depends_on,\n        variables={{{forwarded}}},\n    )"
    )


def described_where(names: Names, variable: Variable) -> str:
    """An object's class has the description already."""
    place = (variable.name,)
    return f"see ``{names.of(place)}``." if isinstance(variable.type, Record) else variable.description


def variable_argument(names: Names, variable: Variable) -> str:
    annotation = type_text(names, (variable.name,), variable.type)
    if variable.required:
        return f"{python_name(variable.name)}: {annotation}"
    if variable.default is None:
        return f"{python_name(variable.name)}: {annotation} | None = None"
    # Terraform's null is a value of its own where the variable may be null; elsewhere it is the default.
    null = " | None" if variable.nullable else ""
    default = value_text(names, (variable.name,), variable.type, variable.default)
    if isinstance(variable.type, Collection) and variable.type.name == "map":
        return f"{python_name(variable.name)}: {annotation}{null} = MappingProxyType({default})"
    return f"{python_name(variable.name)}: {annotation}{null} = {default}"


def docstring(text: str) -> str:
    return docstring_of_lines(wrapped(text))


def sentence(abouts: list[str]) -> str:
    text = ", ".join(abouts)
    return text if text.endswith(".") else f"{text}."


def wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def docstring_of_lines(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    ending = "\n" if "\n" in safe or safe.endswith('"') else ""
    return f'"""{safe}{ending}"""'


def indented(text: str) -> str:
    return textwrap.indent(text, "    ")
