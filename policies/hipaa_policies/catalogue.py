"""The catalogue: what a control is, and the list of all of them.

A control is written once, over facts, and knows nothing of where they came from::

    @control(
        "LAM-09", "Tracing is active", of=lambda account: account.functions, ...
    )
    def tracing_is_active(function: Function, account: Account) -> Verdict:
        return judged(function.tracing == "Active", "tracing is active", "tracing is off")

``of`` says which resources it judges; it is asked once for each. A fact that could not be read raises
inside the control (``known``, ``Listing.complete``) and the runner makes that verdict UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from hipaa_policies.checklist import Group, Line
from hipaa_policies.dated import DatedTable
from hipaa_policies.facts import Account, Listing
from hipaa_policies.settings import Settings
from hipaa_policies.verdicts import Requirement, Verdict

R = TypeVar("R")
Verdicts = Verdict | Iterable[Verdict]

CONTROL_FILES = (
    "vpc",
    "egress",
    "encryption",
    "data_at_rest",
    "backups",
    "access",
    "database_access",
    "sign_in",
    "permissions",
    "audit_logging",
    "log_protection",
    "monitoring",
    "detection",
    "baa",
)
_CITATION = re.compile(r"164\.3\d\d(\([a-zA-Z0-9]+\))*")


@dataclass(frozen=True)
class Control:
    """One control. ``cite`` are paragraphs of 45 CFR; ``blind`` is what it cannot see; ``satisfied_by``
    the module of ours that satisfies it; ``remedy`` how to mend it elsewhere. What is ``proposed`` belongs to
    the proposed rule of January 2025 (90 FR 898), and is judged where that is asked for."""

    id: str
    title: str
    cite: str
    requirement: Requirement
    checklist: tuple[Line, ...]
    blind: str
    satisfied_by: str
    remedy: str
    of: Callable[[Account], Listing[Any]]
    judge: Callable[[Any, Account, Settings], Verdicts]
    tables: tuple[DatedTable, ...] = ()
    proposed: bool = False

    @property
    def group(self) -> Group:
        return self.checklist[0].group


_REGISTER: dict[str, Control] = {}


def control(
    identifier: str,
    title: str,
    *,
    of: Callable[[Account], Listing[R]],
    cite: str,
    requirement: Requirement,
    checklist: Line | tuple[Line, ...],
    blind: str,
    satisfied_by: str,
    remedy: str,
    tables: tuple[DatedTable, ...] = (),
    proposed: bool = False,
) -> Callable[[Callable[[R, Account, Settings], Verdicts]], Callable[[R, Account, Settings], Verdicts]]:
    """Enter a control into the catalogue. Raises ``ValueError`` for one that contradicts itself."""
    lines = checklist if isinstance(checklist, tuple) else (checklist,)
    if identifier in _REGISTER:
        raise ValueError(f"there are two controls {identifier}")
    if len({line.group for line in lines}) != 1:
        raise ValueError(f"{identifier} must belong to lines of one checklist group")
    for citation in cite.split(", "):
        if not _CITATION.fullmatch(citation):
            raise ValueError(f"{identifier} cites {citation!r}, which is no paragraph of 45 CFR 164.3xx")

    def register(
        judge: Callable[[R, Account, Settings], Verdicts],
    ) -> Callable[[R, Account, Settings], Verdicts]:
        _REGISTER[identifier] = Control(
            identifier,
            title,
            cite,
            requirement,
            lines,
            blind,
            satisfied_by,
            remedy,
            of,
            judge,
            tables,
            proposed,
        )
        return judge

    return register


def whole_account(account: Account) -> Listing[Account]:
    """For controls that judge the account itself."""
    return Listing((account,))


def catalogue() -> tuple[Control, ...]:
    """All controls, in the order of the checklist's groups and then of their ids."""
    for name in CONTROL_FILES:
        import_module(f"hipaa_policies.controls.{name}")
    order = list(Group)
    return tuple(sorted(_REGISTER.values(), key=lambda c: (order.index(c.group), c.id)))
