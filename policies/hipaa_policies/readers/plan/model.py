"""A plan as the readers see it: resources with known, unknown and absent values, and where they belong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hipaa_policies.facts import Unreadable
from hipaa_policies.readers.plan.references import Module, Resolver, Scope, Segment


@dataclass(frozen=True)
class NotDecided(Unreadable):
    """A value that neither the plan nor its configuration decides. ``operation`` is the address,
    ``code`` the attribute, ``message`` why."""

    def __str__(self) -> str:
        return f"{self.operation}: {self.code} {self.message}"


@dataclass(frozen=True)
class Block:
    """A resource's values, or a nested block's, with what is unknown in them and how they are written.

    ``expressions`` is ``None`` where the configuration of the block cannot be told.
    """

    owner: Planned
    path: str
    values: Mapping[str, Any]
    unknown: Mapping[str, Any]
    expressions: Mapping[str, Any] | None

    def get(self, name: str) -> Any:
        """The value; ``None`` where it is absent, null, or left to AWS; ``NotDecided`` where it is only
        known after apply."""
        if not _unknown(self.unknown.get(name)):
            return self.values.get(name)
        if self.expressions is not None and name not in self.expressions:
            return None  # not configured: AWS's default
        return self.undecided(name)

    def unsettled(self, name: str) -> bool:
        """Whether a part of the value is known only after apply."""
        return _unknown(self.unknown.get(name))

    def undecided(self, name: str, why: str = "") -> NotDecided:
        attribute = f"{self.path}.{name}".removeprefix(".")
        return NotDecided(self.owner.address, attribute, f"is known only after apply{why and f' ({why})'}")

    def text(self, name: str) -> Any:
        """As ``get``, with the empty string as absent."""
        return self.get(name) or None

    def flag(self, name: str, default: bool = False) -> Any:
        value = self.get(name)
        if isinstance(value, Unreadable):
            return value
        return default if value is None else value is True or value == "true"

    def blocks(self, name: str, *, computed: bool = False) -> tuple[Block, ...] | NotDecided:
        """The nested blocks of a name.

        ``computed`` are those that AWS fills where the configuration has none (a security group's ingress).
        Others are unknown as a whole where a dynamic block's for_each is, which a plan does not show.
        """
        unknown = self.unknown.get(name)
        values = self.values.get(name)
        if unknown is True:
            absent = computed and self.expressions is not None and name not in self.expressions
            return () if absent else self.undecided(name)
        if isinstance(values, Mapping):
            values, unknown = [values], [unknown]
        written = None if self.expressions is None else self.expressions.get(name)
        return tuple(
            self._block(f"{name}[{number}]", value, _at(unknown, number), _written_as(value, written, number))
            for number, value in enumerate(values or ())
            if isinstance(value, Mapping) or _at(unknown, number)
        )

    def _block(self, name: str, value: Any, unknown: Any, written: Any) -> Block:
        return Block(
            self.owner,
            f"{self.path}.{name}".removeprefix("."),
            value if isinstance(value, Mapping) else {},
            unknown if isinstance(unknown, Mapping) else _Everything() if unknown is True else {},
            # A dynamic block is written once and may be there many times; a list of objects is an expression.
            written if isinstance(written, Mapping) and "references" not in written else None,
        )

    def block(self, name: str, *, computed: bool = False) -> Block | NotDecided | None:
        """The first nested block of a name."""
        found = self.blocks(name, computed=computed)
        if isinstance(found, Unreadable):
            return found
        return found[0] if found else None

    def inside(self, name: str, attribute: str, *, computed: bool = False) -> Any:
        """``get`` of an attribute of the first nested block of a name."""
        found = self.block(name, computed=computed)
        return found if found is None or isinstance(found, Unreadable) else found.get(attribute)

    def targets(self, name: str, kinds: Sequence[str], *, every: bool = False) -> list[Planned] | NotDecided:
        """The resources of these types that an attribute's configuration names, where all that it names
        can be told; ``every``: where it names no others."""
        if self.expressions is None:
            return self.undecided(name)
        found = self.owner.plan.resolver.follow(self.expressions.get(name), self.owner.scope)
        fitting = [instance for instance in found.instances.values() if instance.type in kinds]
        if fitting and not found.lost and (not every or len(fitting) == len(found.instances)):
            return fitting
        lost = ", ".join(dict.fromkeys(found.lost))
        return self.undecided(name, f"from {lost}, which the plan does not resolve" if lost else "")

    def reference(self, name: str, kinds: Sequence[str], form: str = "arn") -> Any:
        """One resource's identity (``form``: arn, id or name), known or by the configuration's reference."""
        value = self.text(name)
        if not isinstance(value, Unreadable):
            return value
        targets = self.targets(name, kinds)
        if isinstance(targets, Unreadable):
            return targets
        if len(targets) > 1:
            return self.undecided(name, f"one of {', '.join(t.address for t in targets)}")
        return getattr(targets[0], form)

    def all_references(self, name: str, kinds: Sequence[str], form: str = "arn") -> Any:
        """The identities in a list: a tuple, or ``NotDecided``."""
        value = self.values.get(name)
        value = value if isinstance(value, list) else []
        if not _unknown(self.unknown.get(name)):
            return tuple(sorted(v for v in value if v))
        if self.expressions is not None and name not in self.expressions:
            return ()
        targets = self.targets(name, kinds, every=True)
        if isinstance(targets, Unreadable):
            return targets
        return tuple(sorted({*(v for v in value if v), *(getattr(t, form) for t in targets)}))


class _Everything(dict[str, Any]):
    """Every value of the block is unknown."""

    def get(self, _: str, __: Any = None) -> Any:
        return True


def _unknown(mark: Any) -> bool:
    """Whether anything below a mark of ``after_unknown`` is unknown."""
    if isinstance(mark, Mapping):
        return any(_unknown(inner) for inner in mark.values())
    if isinstance(mark, list):
        return any(_unknown(inner) for inner in mark)
    return mark is True


def _at(value: Any, number: int) -> Any:
    if not isinstance(value, list):
        return value
    return value[number] if number < len(value) else None


def _written_as(value: Any, written: Any, number: int) -> Any:
    """How one of several blocks is written: that which agrees with its known values.

    A plan lists the blocks of a set in another order than the configuration. ``None`` where several agree.
    """
    if not isinstance(written, list) or len(written) < 2 or not isinstance(value, Mapping):
        return _at(written, number)
    fitting = [w for w in written if isinstance(w, Mapping) and _agrees(w, value)]
    return fitting[0] if fitting and all(w == fitting[0] for w in fitting) else None


def _agrees(written: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
    constants = {
        n: e["constant_value"] for n, e in written.items() if isinstance(e, Mapping) and _constant(e)
    }
    known = {name: found for name, found in value.items() if found not in (None, "", [], False)}
    return all(name not in known or _plain(known[name]) == _plain(c) for name, c in constants.items())


def _constant(expression: Mapping[str, Any]) -> bool:
    return "constant_value" in expression and expression["constant_value"] is not None


def _plain(value: Any) -> Any:
    """As text, lists without order: Terraform converts what is written to the attribute's type."""
    if isinstance(value, list):
        return sorted(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Planned(Block):
    """One resource instance as it will be. ``actions`` are Terraform's: create, update, no-op, ...

    ``region`` is that of its provider, or its own, where the plan tells. ``sensitive`` has the form of the
    values, with true for what Terraform was told to keep out of its output.
    """

    owner: Planned = field(init=False, repr=False, compare=False)
    address: str = ""
    type: str = ""
    mode: str = "managed"
    index: Segment | None = None
    actions: tuple[str, ...] = ()
    region: str = ""
    sensitive: Mapping[str, Any] = field(default_factory=dict, repr=False)
    scope: Scope = field(default_factory=lambda: Scope(Module("", {})), repr=False)
    plan: Plan = field(default_factory=lambda: Plan(), repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "owner", self)

    @property
    def created(self) -> bool:
        """Whether it is new: what a plan says of it is then all there is."""
        return "create" in self.actions

    @cached_property
    def arn(self) -> str:
        return self.plan.arn_of(self)

    @cached_property
    def id(self) -> str:
        return self.plan.id_of(self)

    @cached_property
    def name(self) -> str:
        return self.plan.name_of(self)


@dataclass
class Plan:
    """All resources of a plan, by type. ``account``, ``region`` and ``partition`` as far as it tells.

    ``strangers`` are the ARNs of what the plan changes and does not make, with the addresses that do;
    ``parts`` those of policies, which AWS gives none;
    ``deleted`` the types of which it deletes one.
    """

    account: str = "000000000000"
    region: str = ""
    partition: str = "aws"
    by_type: dict[str, list[Planned]] = field(default_factory=dict)
    data: dict[str, list[Planned]] = field(default_factory=dict)
    ignored: dict[str, int] = field(default_factory=dict)
    resolver: Resolver = field(default_factory=lambda: Resolver({}, {}))
    terraform_version: str = ""
    complete: bool = True
    strangers: dict[str, str] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()

    def of(self, *types: str) -> tuple[Planned, ...]:
        """Managed resources of these types, in the order of their addresses."""
        found = [resource for kind in types for resource in self.by_type.get(kind, ())]
        return tuple(sorted(found, key=lambda resource: resource.address))

    def read(self, *types: str) -> tuple[Planned, ...]:
        """Data sources of these types that were read while planning."""
        found = [resource for kind in types for resource in self.data.get(kind, ())]
        return tuple(sorted(found, key=lambda resource: resource.address))

    def managed(self) -> Iterator[Planned]:
        for resources in self.by_type.values():
            yield from resources

    def arn(self, service: str, rest: str, *, region: str | None = None, account: str | None = None) -> str:
        region = self.region if region is None else region
        account = self.account if account is None else account
        return f"arn:{self.partition}:{service}:{region}:{account}:{rest}"

    def arn_of(self, resource: Planned) -> str:
        from hipaa_policies.readers.plan.identity import arn_of

        return arn_of(self, resource)

    def id_of(self, resource: Planned) -> str:
        from hipaa_policies.readers.plan.identity import id_of

        return id_of(resource)

    def name_of(self, resource: Planned) -> str:
        from hipaa_policies.readers.plan.identity import name_of

        return name_of(resource)
