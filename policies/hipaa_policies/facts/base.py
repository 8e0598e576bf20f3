"""What every fact is made of: values that may not be readable, and lists that may not be complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar, runtime_checkable

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Unreadable:
    """A thing that exists, or may exist, and could not be read.

    ``operation`` is what was asked (``lambda:GetPolicy``), ``code`` what came back
    (``AccessDeniedException``, ``Throttling``, ...), ``missing_action`` the IAM action to grant where
    the answer was a refusal.
    """

    operation: str
    code: str
    message: str
    missing_action: str | None = None

    def __str__(self) -> str:
        wanted = f"; grant {self.missing_action}" if self.missing_action else ""
        return f"{self.operation} answered {self.code}{wanted}"


class FactUnreadableError(Exception):
    """A control needed a fact that could not be read. Makes its verdict UNKNOWN, never PASS."""

    def __init__(self, problem: Unreadable) -> None:
        super().__init__(str(problem))
        self.problem = problem


def known(value: T | Unreadable) -> T:
    """The value, or ``FactUnreadableError`` where it could not be read."""
    if isinstance(value, Unreadable):
        raise FactUnreadableError(value)
    return value


@runtime_checkable
class Resource(Protocol):
    """What a finding can be about."""

    TYPE: ClassVar[str]

    @property
    def arn(self) -> str: ...


@dataclass(frozen=True)
class Listing(Generic[T_co]):
    """Resources of one kind. Where ``problem`` is set the list is incomplete, possibly empty: what is
    in it can be judged, but "there is none" cannot be said."""

    items: tuple[T_co, ...] = ()
    problem: Unreadable | None = None

    def complete(self) -> tuple[T_co, ...]:
        """All of them. Raises ``FactUnreadableError`` where the list is not known to be complete."""
        if self.problem is not None:
            raise FactUnreadableError(self.problem)
        return self.items

    def where(self, condition: Callable[[T_co], bool]) -> Listing[T_co]:
        """Those that fulfil the condition. One of which that cannot be told leaves the list incomplete."""
        found: list[T_co] = []
        problem = self.problem
        for item in self.items:
            try:
                found += [item] if condition(item) else []
            except FactUnreadableError as error:
                problem = problem or error.problem
        return Listing(tuple(found), problem)

    def limited_by(self, problem: Unreadable | None) -> Listing[T_co]:
        """The same, incomplete where ``problem`` is one. A problem of its own goes first."""
        return Listing(self.items, self.problem or problem)

    def __iter__(self) -> Iterator[T_co]:
        raise TypeError("say .items (may be incomplete) or .complete() (raises where it is)")


@dataclass(frozen=True)
class Policy:
    """A policy document that is attached somewhere. ``arn`` is ``None`` for an inline policy."""

    name: str
    document: str
    arn: str | None = None

    @property
    def aws_managed(self) -> bool:
        return self.arn is not None and ":iam::aws:" in self.arn
