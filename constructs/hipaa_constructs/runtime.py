"""What the generated constructs stand on: the library that the stack is from, arguments, outputs.

Works with ``cdktn`` (CDK Terrain) and with ``cdktf``, which is archived and differs in its name only. Neither
is imported here: a construct uses the one that its stack comes from, also where both are installed.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, TypeAlias, TypeVar

from constructs import Construct

LIBRARIES = ("cdktn", "cdktf")

T = TypeVar("T")
# Not Sequence or Collection: a string is one, too, and "https://portal.example.org" is no set of origins.
Items: TypeAlias = list[T] | tuple[T, ...] | set[T] | frozenset[T]


class NoTerraformStackError(Exception):
    """The scope stands in no stack of cdktn or cdktf; the message says what to pass."""


class Output(str):
    """An output of a module, or a part of it: a string token, which may be passed wherever a value is wanted.

    In a longer string it is interpolated; alone it keeps the type that it has in Terraform, so a whole object
    can be handed on: ``platform=healthcare.function_platform``.
    """

    __slots__ = ("_library",)
    _library: ModuleType

    @classmethod
    def of(cls, library: ModuleType, token: str) -> Output:
        made = cls(token)
        made._library = library
        return made

    def at(self, *path: str) -> Output:
        """The part of it that these attributes or keys lead to: ``tables.at("patients", "arn")``."""
        found = self._library.Fn.lookup_nested(str(self), list(path))
        return Output.of(self._library, self._library.Token.as_string(found))

    def as_list(self) -> list[str]:
        """A token of a list of strings, for arguments of other constructs that want one."""
        tokens: list[str] = self._library.Token.as_list(str(self))
        return tokens

    def as_number(self) -> float:
        """A token of a number, for arguments of other constructs that want one."""
        token: float = self._library.Token.as_number(str(self))
        return token


class TerraformModule:
    """A Terraform module with typed arguments. ``terraform_module`` is cdktn's or cdktf's own construct.

    ``source`` is Terraform's: ``git::https://...?ref=v1.2.3``, a registry's address with ``version``, or an
    absolute path. (A path that begins with a dot is copied to the synthesised stack, without what is above.)

    Arguments that are left at their defaults are not written, so the module's own defaults hold.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        source: str,
        version: str | None,
        providers: Sequence[Any] | None,
        depends_on: Sequence[Any] | None,
        variables: Mapping[str, Any],
    ) -> None:
        self._library = library_of(scope)
        parameters = inspect.signature(type(self).__init__).parameters
        defaults = {name.removesuffix("_"): parameter.default for name, parameter in parameters.items()}
        given = {name: encode(value) for name, value in variables.items() if not same(value, defaults[name])}
        self.terraform_module: Any = self._library.TerraformHclModule(
            scope,
            id_,
            source=source,
            version=version,
            providers=[underlying(provider) for provider in providers] if providers else None,
            depends_on=[underlying(construct) for construct in depends_on] if depends_on else None,
            # Null is said out loud: it is not the default of a variable that has another one.
            variables={
                name: self._library.Token.null_value() if value is None else value
                for name, value in given.items()
            },
        )

    def output(self, name: str) -> Output:
        """The output of that name. The generated classes have a property for each."""
        return Output.of(self._library, self.terraform_module.get_string(name))


def library_of(scope: Construct) -> ModuleType:
    """``cdktn`` or ``cdktf``: the one that the stack around ``scope`` comes from.

    Raises ``NoTerraformStackError`` where there is no such stack.
    """
    for construct in reversed(scope.node.scopes):
        for base in type(construct).__mro__:
            library = base.__module__.partition(".")[0]
            if base.__name__ == "TerraformStack" and library in LIBRARIES:
                return importlib.import_module(library)
    raise NoTerraformStackError(
        f"{scope.node.path or 'The scope'!r} is in no TerraformStack of {' or '.join(LIBRARIES)}, so nothing "
        "was added to it. Pass a TerraformStack, or a construct within one, as the first argument."
    )


def underlying(construct: Any) -> Any:
    """The library's own construct of one of these, or of ``AwsProvider``; any other as it is."""
    for name in ("terraform_module", "terraform_provider"):
        construct = getattr(construct, name, construct)
    return construct


def encode(value: Any) -> Any:
    """``value`` as Terraform's JSON takes it, without attributes that are left at their defaults."""
    if dataclasses.is_dataclass(value):
        return {
            field.name.removesuffix("_"): encode(getattr(value, field.name))  # lambda_ is Python's spelling
            for field in dataclasses.fields(value)
            if not same(getattr(value, field.name), default_of(field))
        }
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return [encode(item) for item in sorted(value)]  # the same text whenever it is synthesised
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    return str(value) if isinstance(value, Output) else value


def default_of(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def same(value: Any, default: Any) -> bool:
    """Whether ``value`` is ``default``. ``True`` is not 1."""
    return type(value) is type(default) and bool(value == default)
